/**
 * Files that are written: whole or not at all. What is written goes to a new file beside the one that is meant, every write is
 * checked, and the new file takes the other's place when all of it is on the disk; a write that fails leaves what was there.
 * Symbolic links, permissions and owners are kept. A device, a pipe and what is open already (`/dev/stdout`) cannot be
 * replaced: they are written to as they are.
 */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SpecError } from '../errors.ts';
import { codeOf, destinationOf, PATIENCE_MS, Patience, pause, reasonOf } from './system.ts';

/** Text is handed to the system in pieces of this length. */
const BATCH_CHARACTERS = 1 << 16;
/** Permissions of a file that is new, less those that the user's mask takes away. */
const NEW_MODE = 0o666;
const PERMISSIONS = 0o7777;

/** Writes all bytes: the system may take fewer than it is given, and says why with the next write. */
function writeAll(fd: number, bytes: Uint8Array, patienceMs: number): void {
  let patience: Patience | null = null;
  for (let written = 0; written < bytes.length; ) {
    const count = attempt(fd, bytes, written);
    written += count;
    if (count > 0) {
      patience = null;
      continue;
    }
    patience ??= new Patience(patienceMs);
    if (patience.isOver) throw new StuckError(`nothing was read from this pipe for ${patience.text}`);
    pause();
  }
}

/** A pipe that nobody reads. */
class StuckError extends Error {}

function attempt(fd: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(fd, bytes, at);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 0;
    throw error;
  }
}

/** Writes text to a descriptor that is open already, such as standard output. Its reader may take any time. */
export function writeDescriptor(fd: number, text: string): void {
  writeAll(fd, Buffer.from(text, 'utf8'), Number.POSITIVE_INFINITY);
}

/** Devices and pipes have nothing to wait for. */
function sync(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Opens a device or a pipe. Somebody is waited for to read a pipe. */
function openSpecial(path: string, isPipe: boolean, patienceMs: number): number {
  const patience = new Patience(patienceMs);
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if (!isPipe || codeOf(error) !== 'ENXIO') throw error;
      if (patience.isOver) throw new StuckError(`nobody opened this pipe to read it for ${patience.text}`);
      pause();
    }
  }
}

/** Where the text goes until the file is closed. */
interface Opened {
  readonly fd: number;
  /** The new file, and the path whose place it takes; null where the text goes where it belongs at once. */
  readonly renamed: { readonly from: string; readonly to: string } | null;
  /** Whether the descriptor was open before, and stays open. */
  readonly isLent: boolean;
}

/** New files that have not taken their place yet. They are removed however the process ends. */
const unfinished = new Set<string>();

function removeUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}

function openBeside(path: string, replaced: Stats | undefined): Opened {
  // A file that may not be written to is not to be replaced either.
  if (replaced !== undefined) accessSync(path, constants.W_OK);
  const from = join(dirname(path), `.frameproof-${process.pid}-${randomBytes(6).toString('hex')}`);
  const fd = openSync(from, 'wx', NEW_MODE);
  if (unfinished.size === 0) process.once('exit', removeUnfinished);
  unfinished.add(from);
  const opened: Opened = { fd, renamed: { from, to: path }, isLent: false };
  try {
    if (replaced !== undefined) keepOwner(fd, replaced);
  } catch (error) {
    discard(opened);
    throw error;
  }
  return opened;
}

function keepOwner(fd: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    // Only root may give a file away: it is ours from now on.
    if (codeOf(error) !== 'EPERM') throw error;
  }
  // The system takes bits of the mode away when the owner changes.
  fchmodSync(fd, mode & PERMISSIONS);
}

function opened(path: string, patienceMs: number): Opened {
  const destination = destinationOf(path);
  if ('fd' in destination) return { fd: destination.fd, renamed: null, isLent: true };
  const stat = statSync(destination.path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw Object.assign(new Error(path), { code: 'EISDIR' });
  if (stat === undefined || stat.isFile()) return openBeside(destination.path, stat);
  return { fd: openSpecial(destination.path, stat.isFIFO(), patienceMs), renamed: null, isLent: false };
}

/** Closes the file; a new one takes its place, and that is on the disk too. */
function finish({ fd, renamed, isLent }: Opened): void {
  try {
    if (!isLent) closeSync(fd);
    if (renamed !== null) renameSync(renamed.from, renamed.to);
  } catch (error) {
    if (renamed !== null) rmSync(renamed.from, { force: true });
    throw error;
  } finally {
    if (renamed !== null) forget(renamed.from);
  }
  if (renamed !== null) syncFolder(dirname(renamed.to));
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    sync(fd);
  } finally {
    closeSync(fd);
  }
}

function forget(path: string): void {
  unfinished.delete(path);
  if (unfinished.size === 0) process.off('exit', removeUnfinished);
}

function discard({ fd, renamed, isLent }: Opened): void {
  if (!isLent) closeSync(fd);
  if (renamed === null) return;
  rmSync(renamed.from, { force: true });
  forget(renamed.from);
}

function unwritable(path: string, error: unknown): SpecError {
  const isMissing = codeOf(error) === 'ENOENT';
  const reason = error instanceof StuckError ? error.message : isMissing ? 'no such folder' : reasonOf(error);
  return new SpecError(`${path}: expected a file that can be written to: ${reason}`, { cause: error });
}

/** A file that is being written. Each method throws a one-line `SpecError` where the system refuses; nothing is left then. */
export class OutputFile {
  readonly #path: string;
  readonly #patienceMs: number;
  #opened: Opened | null = null;
  #pending: string[] = [];
  #pendingCharacters = 0;

  /** Opens it. A pipe is waited for `patienceMs` at a time. */
  constructor(path: string, patienceMs: number = PATIENCE_MS) {
    this.#path = path;
    this.#patienceMs = patienceMs;
    this.#opened = this.#attempt(() => opened(path, patienceMs));
  }

  /** Writes text, perhaps later. */
  write(text: string): void {
    this.#pending.push(text);
    this.#pendingCharacters += text.length;
    if (this.#pendingCharacters >= BATCH_CHARACTERS) this.#flush();
  }

  /** Has all of it on the disk, under its name. */
  close(): void {
    this.#flush();
    const open = this.#open;
    this.#attempt(() => sync(open.fd));
    this.#opened = null;
    this.#attempt(() => finish(open));
  }

  /** Leaves what was there before. Does nothing where the file is closed. */
  abandon(): void {
    if (this.#opened !== null) discard(this.#opened);
    this.#opened = null;
  }

  get #open(): Opened {
    if (this.#opened === null) throw new Error(`${this.#path} is closed`);
    return this.#opened;
  }

  #flush(): void {
    const { fd } = this.#open;
    const bytes = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#pendingCharacters = 0;
    this.#attempt(() => writeAll(fd, bytes, this.#patienceMs));
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.abandon();
      throw unwritable(this.#path, error);
    }
  }
}

/** Writes a file. */
export function writeFile(path: string, text: string): void {
  const file = new OutputFile(path);
  file.write(text);
  file.close();
}

/** Makes a new folder among those of the system that are temporary; its name begins with `name`. Throws a one-line `SpecError`. */
export function temporaryFolder(name: string): string {
  try {
    return mkdtempSync(join(tmpdir(), `${name}-`));
  } catch (error) {
    throw new SpecError(`${tmpdir()}: expected a folder that can be written to: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** The meaning of an error of the system when it makes a folder and its parents. */
const FOLDER_REASONS: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'there is a file of that name'],
  ['ENOENT', 'a symbolic link on its path leads nowhere'],
]);

/** Makes a folder, and those that it lies in, where they are not there. Throws a one-line `SpecError` where it cannot be made. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    const reason = FOLDER_REASONS.get(codeOf(error) ?? '') ?? reasonOf(error);
    throw new SpecError(`${path}: expected a folder that can be written to: ${reason}`, { cause: error });
  }
}
