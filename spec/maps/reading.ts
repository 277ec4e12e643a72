/**
 * Readings: a memory map, and how it was read: in which notation, from which lines, with what passed over and what else
 * the dump holds.
 */
import type { MemoryMap } from '../memory-map.ts';
import type { Entry } from './entry.ts';

/** How to read a dump that does not say one thing. */
export interface ReadOptions {
  /** The notation to read, by name, instead of the one that says most. */
  readonly table?: string | undefined;
  /** Which of several tables that differ, from 1, or the last. */
  readonly boot?: number | 'last' | undefined;
  /** Leave out entries and lines that cannot be read. */
  readonly lenient?: boolean | undefined;
  /** Read a table of which entries are missing. */
  readonly partial?: boolean | undefined;
  /** Use no RAM from this address on, as `mem=` tells a kernel. */
  readonly usableBelow?: bigint | undefined;
  /** The address below which all memory lies: 2^52 unless said otherwise. */
  readonly physicalLimit?: bigint | undefined;
}

/** A table of the dump that was not read, and the flag that reads it. */
export interface UnusedTable {
  readonly notation: string;
  /** "lines 3 to 9". */
  readonly where: string;
  readonly flag: string;
}

/** A memory map, and what it was read from. */
export interface ImportedMap {
  readonly map: MemoryMap;
  /** The notation: `e820-dmesg`, `efi-dmesg`, `uefi-memmap`, `iomem`, `frameproof/memory-map`, … */
  readonly notation: string;
  /** The program that prints it. */
  readonly printer: string;
  /** Entries that its table has. */
  readonly count: number;
  /** The entries that they list, in their order, before it is resolved. */
  readonly entries: readonly Entry[];
  /** Where its table stands: "lines 3 to 9"; null where the dump is nothing but the map. */
  readonly where: string | null;
  /** Lines of its table that are not entries. */
  readonly passed: number;
  /** What holds of every dump of this notation, or of this one without casting doubt on it. */
  readonly notes: readonly string[];
  /** What speaks against the map, and was let pass. */
  readonly warnings: readonly string[];
  readonly unused: readonly UnusedTable[];
}
