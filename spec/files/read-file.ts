/**
 * Reading files whole, in bounded memory and time: a device that never ends, a file of gigabytes and a pipe that nobody
 * writes to are refused in one line.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { SpecError } from '../decode.ts';
import { formatBytes } from './bytes.ts';
import { PATIENCE_MS, Patience, pause } from './pipe.ts';
import { codeOf, reasonOf } from './reason.ts';

/** What is read. */
export interface Reading {
  /** In messages: `trace file`, `memory map`. */
  readonly of: string;
  readonly mostBytes: number;
  /** How long a pipe may give nothing. */
  readonly patienceMs?: number;
}

/** Opens for reading without waiting for a pipe's writer. */
export const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 65_536;

/** The error for a source that the system does not let us read. */
export function unreadable(source: string, of: string, error: unknown): SpecError {
  return new SpecError(`${source}: expected a readable ${of}: ${reasonOf(error)}`, { cause: error });
}

/** The error for a pipe that nobody writes to. */
export function silent(source: string, of: string, patience: Patience): SpecError {
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

/** How an open file is read. */
interface Manner {
  /** Whether no byte at all means that the writer is still to come. */
  readonly awaitsWriter: boolean;
  readonly patienceMs: number;
  /** How many bytes there are, as far as is known. */
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
  // One byte more than may be: that it comes shows that there are too many.
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
 * Returns all that can be read from a descriptor that is open already, such as standard input: whoever named it may take any
 * time to write.
 */
export function readDescriptor(fd: number, source: string, reading: Reading): Buffer {
  try {
    const manner = { awaitsWriter: false, patienceMs: Number.POSITIVE_INFINITY, size: 0 };
    return readAll(fd, source, reading, manner);
  } catch (error) {
    throw error instanceof SpecError ? error : unreadable(source, reading.of, error);
  }
}

/** Returns the bytes of a file. Throws a one-line `SpecError` where it cannot be read, or is larger than may be. */
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
