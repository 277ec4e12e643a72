/**
 * Reading memory maps from files, folders, standard input and the machine itself. All access to the system is here.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isSpecError, SpecError } from '../errors.ts';
import { namesIn, readBytes, readDescriptor, readText } from '../files/index.ts';
import { importBytes, importMemmapFiles } from './import.ts';
import type { MemmapFiles } from './notations/linux-firmware.ts';
import type { ImportedMap, ReadOptions } from './reading.ts';

const STANDARD_INPUT = 0;
/** The longest boot logs are a few MiB. */
const MAP = { of: 'memory map', mostBytes: 64 * 1024 * 1024 };
/** A file of the folder holds one number or one word. */
const PART = { of: 'memory map', mostBytes: 4096 };

/** Whether there is a folder at a path. Whatever else is wrong with the path, reading it will say. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function readFolder(path: string, options: ReadOptions): ImportedMap {
  const numbers = (namesIn(path, 'memory maps') ?? []).filter((name) => /^\d{1,9}$/.test(name));
  if (numbers.length === 0)
    throw new SpecError(
      `${path}: expected a file, or a folder such as /sys/firmware/memmap (0/start, 0/end, 0/type)`,
    );
  const file = (number: string, name: string): string => readText(join(path, number, name), PART);
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
  if (path === '-') return importBytes(readDescriptor(STANDARD_INPUT, source, MAP), source, options);
  if (isFolder(path)) return readFolder(path, options);
  return importBytes(readBytes(path, MAP), source, options);
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
