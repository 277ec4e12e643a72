/**
 * The system: why it refuses to read or to write, in words, how long it is waited for, and where a path leads. A named pipe that
 * nobody has opened at its other end would make us wait for ever: files are opened so that the system does not wait (it says
 * `EAGAIN` instead), and we wait here, for a bounded time.
 *
 * The destination of a path: symbolic links are followed to the file that they name, which need not exist yet. A path such as
 * `/dev/stdout` or `/dev/fd/3` leads to an open descriptor, whatever its file is.
 */
import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EBADF', 'it is not open'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'it would be larger than files may become'],
  ['EISDIR', 'this is a folder'],
  ['ELOOP', 'its symbolic links form a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENOENT', 'no such file'],
  ['ENOSPC', 'no space left on the device'],
  ['ENOTDIR', 'a part of its path is not a folder'],
  ['ENXIO', 'no such device'],
  ['EPERM', 'permission denied'],
  ['EPIPE', 'its reader has closed it'],
  ['EROFS', 'the file system is read-only'],
]);

/**
 * Returns the code of an error of the system, such as `ENOSPC`; null for any other error. Test runners may give each file another
 * global object: an error of the system is not an instance of its `Error`.
 */
export function codeOf(error: unknown): string | null {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : null;
}

/** Returns why the system refused, in words where its code is a usual one. Any other error is a defect, and thrown. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === null) throw error;
  return REASONS.get(code) ?? code;
}

/** Whether the reader of a pipe has closed it. */
export function isClosedPipe(error: unknown): boolean {
  return codeOf(error) === 'EPIPE';
}

/** How long a pipe may give nothing, or take nothing, in milliseconds, where nothing else is asked for. */
export const PATIENCE_MS = 5000;
const PAUSE_MS = 5;

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Waits a moment, and blocks this thread. */
export function pause(): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, PAUSE_MS);
}

/** Returns when a moment has passed. */
export function pauseAside(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}

/** Time that runs out unless something happens. */
export class Patience {
  #until: number;
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.#until = performance.now() + ms;
  }

  /** In messages: `5 s`. */
  get text(): string {
    return `${this.#ms / 1000} s`;
  }

  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  /** Something happened: the time begins anew. */
  renew(): void {
    this.#until = performance.now() + this.#ms;
  }
}

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
