/**
 * Where a path leads: symbolic links are followed to the file that they name, which need not be there yet. A path such as
 * `/dev/stdout` or `/dev/fd/3` leads to a descriptor that is open already, whatever file that is.
 */
import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './reason.ts';

/** The system itself follows no more. */
const MOST_LINKS = 40;

/** Where a path leads: to a descriptor of this process, or to a path that is not a symbolic link. */
export type Destination = { readonly fd: number } | { readonly path: string };

/** Returns what a symbolic link names, or null where there is none at the path. */
function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EINVAL' || code === 'ENOENT') return null;
    throw error;
  }
}

function descriptorAt(folder: string, name: string): number | null {
  const isDescriptor = /^\d+$/.test(name) && /^\/proc\/\d+\/fd$/.test(folder);
  return isDescriptor && folder === realpathSync('/proc/self/fd') ? Number(name) : null;
}

/** Follows symbolic links. Throws the system's error where a folder on the way is not there, or links form a circle. */
export function destinationOf(path: string): Destination {
  let at = resolve(path);
  for (let links = 0; ; links += 1) {
    const folder = realpathSync(dirname(at));
    const fd = descriptorAt(folder, basename(at));
    if (fd !== null) return { fd };
    const link = linkAt(at);
    if (link === null) return { path: join(folder, basename(at)) };
    if (links === MOST_LINKS) throw Object.assign(new Error(`${path}: too many links`), { code: 'ELOOP' });
    at = resolve(folder, link);
  }
}
