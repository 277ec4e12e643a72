/**
 * The destination of a path: symbolic links are followed to the file that they name, which need not exist yet. A path such as
 * `/dev/stdout` or `/dev/fd/3` leads to an open descriptor, whatever its file is.
 */
import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './system.ts';

/** The most symbolic links that the system follows. */
const MOST_LINKS = 40;

/** The destination of a path: a descriptor of this process, or a path that is not a symbolic link. */
export type Destination = { readonly fd: number } | { readonly path: string };

/** Returns the path that a symbolic link names, or null where there is no link at the path. */
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

/** Follows symbolic links. Throws the system's error where a folder on the way does not exist, or links form a circle. */
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
