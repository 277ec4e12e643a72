/**
 * Reading files, whole or piece by piece, in bounded memory and time: a device that never ends, a file of gigabytes and a pipe that nobody
 * writes to are refused in one line.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SpecError } from '../errors.ts';
import { codeOf, PATIENCE_MS, Patience, pause, pauseAside, reasonOf } from './system.ts';

/** The source to read. */
export interface Reading {
  /** In messages: `trace file`, `memory map`. */
  readonly of: string;
  readonly mostBytes: number;
  /** Milliseconds without data after which a pipe is given up. */
  readonly patienceMs?: number;
}

/** Opens for reading without waiting for a pipe's writer. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 65_536;

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Returns a size in the largest unit of which there is one: `64 MiB`, `2.4 GiB`. */
function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const size = bytes / 1024 ** power;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} ${UNITS[power]}`;
}

/** The error for a source that the system does not let us read. */
function unreadable(source: string, of: string, error: unknown): SpecError {
  const isDenied = ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
  const reason = `${reasonOf(error)}${isDenied ? ' (as root, perhaps)' : ''}`;
  return new SpecError(`${source}: expected a readable ${of}: ${reason}`, { cause: error });
}

/** The error for a pipe that nobody writes to. */
function silent(source: string, of: string, patience: Patience): SpecError {
  return new SpecError(`${source}: expected a ${of}: nothing was written to this pipe for ${patience.text}`);
}

function tooLarge(source: string, { of, mostBytes }: Reading, found: string): SpecError {
  return new SpecError(`${source}: expected a ${of} of at most ${formatBytes(mostBytes)}, found ${found}`);
}

/** Reads into a part of a buffer. Returns how many bytes came, 0 at the end, or null where there are none yet. */
function attempt(fd: number, buffer: Uint8Array, at: number): number | null {
  try {
    return readSync(fd, buffer, at, buffer.length - at, null);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}

/** The options for reading an open file. */
interface Manner {
  /** Whether the lack of any byte means that the writer has not opened the pipe yet. */
  readonly awaitsWriter: boolean;
  readonly patienceMs: number;
  /** The number of bytes, if it is known. */
  readonly size: number;
}

function readAll(
  fd: number,
  source: string,
  reading: Reading,
  { awaitsWriter, patienceMs, size }: Manner,
): Buffer {
  const { of, mostBytes } = reading;
  const patience = new Patience(patienceMs);
  // One byte more than is allowed: if it arrives, there are too many.
  let buffer = Buffer.alloc(Math.min(mostBytes, Math.max(size, CHUNK_BYTES)) + 1);
  for (let length = 0; ; ) {
    const count = attempt(fd, buffer, length);
    if (count === null || (count === 0 && length === 0 && awaitsWriter)) {
      if (patience.isOver) throw silent(source, of, patience);
      pause();
      continue;
    }
    if (count === 0) return buffer.subarray(0, length);
    patience.renew();
    length += count;
    if (length > mostBytes) throw tooLarge(source, reading, 'more');
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(mostBytes + 1, 2 * length));
  }
}

/**
 * Returns everything from an open descriptor, such as standard input. Its writer may take any time.
 */
export function readDescriptor(fd: number, source: string, reading: Reading): Buffer {
  try {
    const manner = { awaitsWriter: false, patienceMs: Number.POSITIVE_INFINITY, size: 0 };
    return readAll(fd, source, reading, manner);
  } catch (error) {
    throw error instanceof SpecError ? error : unreadable(source, reading.of, error);
  }
}

/** Returns the bytes of a file. Throws a one-line `SpecError` where it cannot be read, or is too large. */
export function readBytes(path: string, reading: Reading): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(path, READ_FLAGS);
    const stat = fstatSync(fd);
    if (stat.isFile() && stat.size > reading.mostBytes)
      throw tooLarge(path, reading, `one of ${formatBytes(stat.size)}`);
    const { patienceMs = PATIENCE_MS } = reading;
    const manner = { awaitsWriter: stat.isFIFO(), patienceMs, size: stat.size };
    return readAll(fd, path, reading, manner);
  } catch (error) {
    throw error instanceof SpecError ? error : unreadable(path, reading.of, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Returns the text of a file, which is UTF-8. Throws as {@link readBytes} does. */
export function readText(path: string, reading: Reading): string {
  return readBytes(path, reading).toString('utf8');
}

/** Pieces of a file that is read piece by piece. */
const PIECE_BYTES = 1 << 18;

/** Returns how many bytes came, 0 at the end, or null where there are none yet. */
async function attemptAside(read: () => Promise<{ readonly bytesRead: number }>): Promise<number | null> {
  try {
    return (await read()).bytesRead;
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw error;
  }
}

/** The reading of a whole file, of any length. */
type ChunkReading = Pick<Reading, 'of' | 'patienceMs'>;

async function* piecesOf(
  file: FileHandle,
  path: string,
  reading: ChunkReading,
): AsyncGenerator<Uint8Array, void> {
  const { of, patienceMs = PATIENCE_MS } = reading;
  const awaitsWriter = (await file.stat()).isFIFO();
  const patience = new Patience(patienceMs);
  const buffer = Buffer.alloc(PIECE_BYTES);
  for (let length = 0; ; ) {
    const count = await attemptAside(() => file.read(buffer, 0, PIECE_BYTES, null));
    if (count === null || (count === 0 && length === 0 && awaitsWriter)) {
      // Once something has come, its writer may take any time: a log may be followed while it is written.
      if (length === 0 && patience.isOver) throw silent(path, of, patience);
      await pauseAside();
      continue;
    }
    if (count === 0) return;
    length += count;
    yield buffer.subarray(0, count);
  }
}

/**
 * Yields the bytes of a file; each piece is to be used before the next one is asked for. Throws a one-line `SpecError` where
 * the file cannot be read.
 */
export async function* chunksOf(path: string, reading: ChunkReading): AsyncGenerator<Uint8Array, void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, READ_FLAGS);
    yield* piecesOf(file, path, reading);
  } catch (error) {
    throw error instanceof SpecError ? error : unreadable(path, reading.of, error);
  } finally {
    await file?.close();
  }
}

/**
 * Returns the names in a folder, sorted; null where there is nothing at the path. `of` says what the folder should hold. Throws a
 * one-line `SpecError` where it cannot be listed.
 */
export function namesIn(path: string, of: string): readonly string[] | null {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    const reason = code === 'ENOTDIR' ? 'this is not a folder' : reasonOf(error);
    throw new SpecError(`${path}: expected a folder of ${of}: ${reason}`, { cause: error });
  }
}

/** Configuration files of other tools. They are skipped, because a user's `counterexamples/` folder may hold source files too, as this project's does. */
const OTHER_TOOLS: readonly string[] = ['tsconfig.json', 'package.json', 'biome.json'];

/**
 * Returns the paths of a folder's JSON files, sorted by name; null where the folder does not exist. `of` names what the folder
 * is expected to hold. Throws a SpecError where it cannot be listed.
 */
export function jsonFilesIn(folder: string, of: string): readonly string[] | null {
  const names = namesIn(folder, of);
  return (
    names
      ?.filter((name) => name.endsWith('.json') && !OTHER_TOOLS.includes(name))
      .map((name) => join(folder, name)) ?? null
  );
}
