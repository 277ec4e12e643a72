/**
 * Reading memory maps from files, folders, standard input and the machine itself. All access to the system is here.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSpecError, SpecError } from '../decode.ts';
import { importBytes, importMemmapFiles } from './import.ts';
import type { MemmapFiles } from './notations/linux-e820.ts';
import type { ImportedMap, ReadOptions } from './reading.ts';

const STANDARD_INPUT = 0;
const CHUNK_BYTES = 65_536;
// The longest boot logs are a few MiB. A device that never ends must not fill memory.
const MAX_BYTES = 64 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied (as root, perhaps)',
  EPERM: 'permission denied (as root, perhaps)',
  EISDIR: 'this is a folder',
};

/** Returns the error for a source that the system does not let us read, in one line. */
function unreadable(source: string, error: unknown): SpecError {
  if (isSpecError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new SpecError(`${source}: expected a readable memory map: ${REASONS[code] ?? code}`, {
    cause: error,
  });
}

/** Returns what `read` does; what the system throws becomes a `SpecError` that names the source. */
function reading<A>(source: string, read: () => A): A {
  try {
    return read();
  } catch (error) {
    throw unreadable(source, error);
  }
}

function readBytes(fd: number, source: string): Buffer {
  const chunks: Buffer[] = [];
  for (let size = 0; size <= MAX_BYTES; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const count = readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    size += count;
  }
  throw new SpecError(`${source}: expected a memory map of at most 64 MiB of text`);
}

function readFile(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    return readBytes(fd, path);
  } finally {
    closeSync(fd);
  }
}

function readFolder(path: string, options: ReadOptions): ImportedMap {
  const numbers = readdirSync(path).filter((name) => /^\d{1,9}$/.test(name));
  if (numbers.length === 0)
    throw new SpecError(
      `${path}: expected a file, or a folder such as /sys/firmware/memmap (0/start, 0/end, 0/type)`,
    );
  const file = (number: string, name: string): string =>
    reading(join(path, number, name), () => readFileSync(join(path, number, name), 'utf8'));
  const folders = numbers.map(
    (n): MemmapFiles => ({
      number: Number(n),
      start: file(n, 'start'),
      end: file(n, 'end'),
      type: file(n, 'type'),
    }),
  );
  return importMemmapFiles(folders, path, options);
}

/**
 * Returns the memory map at a path: a file of any notation, the folder `/sys/firmware/memmap` or a copy of it, or
 * standard input where the path is `-`. Throws a one-line `SpecError` that names the path and what was expected.
 */
export function readMemoryMap(path: string, options: ReadOptions = {}): ImportedMap {
  const source = path === '-' ? 'standard input' : path;
  return reading(source, () => {
    if (path === '-') return importBytes(readBytes(STANDARD_INPUT, source), source, options);
    if (statSync(path).isDirectory()) return readFolder(path, options);
    return importBytes(readFile(path), source, options);
  });
}

const THIS_MACHINE: readonly string[] = ['/sys/firmware/memmap', '/proc/iomem'];

function readOrNull(path: string): ImportedMap | null {
  try {
    const imported = readMemoryMap(path);
    return { ...imported, map: { ...imported.map, name: 'this machine' } };
  } catch (error) {
    if (isSpecError(error)) return null;
    throw error;
  }
}

/**
 * Returns the memory map of the machine that we run on, or null where it cannot be read: only Linux shows it, and
 * only to root. The firmware's own table comes first, then `/proc/iomem` where it shows addresses.
 */
export function readThisMachine(): ImportedMap | null {
  for (const path of THIS_MACHINE) {
    const imported = readOrNull(path);
    if (imported !== null) return imported;
  }
  return null;
}
