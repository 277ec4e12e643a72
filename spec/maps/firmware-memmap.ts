/**
 * `/sys/firmware/memmap`: the firmware's e820 table as the kernel was given it, one folder an entry, with the files
 * `start`, `end` (inclusive, both `0x…`) and `type` ("System RAM", "Reserved", "ACPI Tables", …).
 *
 * Source: Linux `Documentation/ABI/testing/sysfs-firmware-memmap`.
 */
import { typeAt } from './e820-type.ts';
import { type Entry, hexAt, inclusive } from './entry.ts';
import type { Place } from './place.ts';

/** The three files of one entry. `number` is the name of its folder. */
export interface MemmapFiles {
  readonly number: number;
  readonly start: string;
  readonly end: string;
  readonly type: string;
}

function readFiles(files: MemmapFiles, source: string): Entry {
  const place: Place = { source, where: `entry ${files.number}` };
  const [start, last] = [hexAt(place, files.start.trim()), hexAt(place, files.end.trim())];
  return { type: typeAt(place, files.type.trim()), ...inclusive(place, start, last) };
}

/** Returns the entries that the folders stand for, in the order of their numbers; throws `SpecError` naming the entry. */
export function readMemmapFiles(folders: readonly MemmapFiles[], source: string): readonly Entry[] {
  return folders.toSorted((a, b) => a.number - b.number).map((files) => readFiles(files, source));
}
