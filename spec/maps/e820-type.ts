/**
 * e820 types: the numbers that a BIOS gives memory, the words that kernels and boot loaders print for them, and the EFI
 * memory type that each counts as.
 *
 * Source: ACPI 6.5, table 15.2; Linux `arch/x86/kernel/e820.c` (words of the boot log and of `/sys/firmware/memmap`).
 *
 * Soft reserved memory is RAM set aside for a driver: a page-frame manager does not get it, so it counts as reserved.
 */
import type { MemoryType } from '../memory-map.ts';
import { fault, type Place } from './place.ts';

const BY_NUMBER: ReadonlyMap<number, MemoryType> = new Map([
  [1, 'conventional'],
  [2, 'reserved'],
  [3, 'acpiReclaim'],
  [4, 'acpiNvs'],
  [5, 'unusable'],
  [7, 'persistent'],
  [12, 'persistent'],
  [128, 'conventional'], // RAM that Linux itself keeps: still RAM to the firmware.
]);

const BY_WORDS: ReadonlyMap<string, MemoryType> = new Map([
  ['usable', 'conventional'],
  ['system ram', 'conventional'],
  ['available ram', 'conventional'],
  ['ram', 'conventional'],
  ['reserved', 'reserved'],
  ['device reserved', 'reserved'],
  ['reserved ram', 'reserved'],
  ['soft reserved', 'reserved'],
  ['application reserved', 'reserved'],
  ['ram buffer', 'reserved'],
  ['unknown e820 type', 'reserved'],
  ['acpi data', 'acpiReclaim'],
  ['acpi tables', 'acpiReclaim'],
  ['acpi reclaimable ram', 'acpiReclaim'],
  ['acpi nvs', 'acpiNvs'],
  ['acpi non-volatile storage', 'acpiNvs'],
  ['acpi non-volatile storage ram', 'acpiNvs'],
  ['unusable', 'unusable'],
  ['unusable memory', 'unusable'],
  ['faulty ram (badram)', 'unusable'],
  ['persistent', 'persistent'],
  ['persistent ram', 'persistent'],
  ['persistent memory', 'persistent'],
  ['persistent memory (legacy)', 'persistent'],
  ['persistent ram (legacy)', 'persistent'],
  ['mmio', 'mmio'],
  ['memory mapped io', 'mmio'],
]);

/** Returns the type of an e820 number. One that is not assigned counts as reserved, which is how kernels treat it. */
export function typeOfNumber(number: number): MemoryType {
  return BY_NUMBER.get(number) ?? 'reserved';
}

/** Returns the type that these words stand for, or null where they stand for none: "ACPI data", "type 20". */
export function typeOfWords(words: string): MemoryType | null {
  const text = words.trim().toLowerCase();
  const numbered = /^(?:persistent |persistent ram )?\(?type (\d{1,10})\)?$/.exec(text);
  return numbered === null ? (BY_WORDS.get(text) ?? null) : typeOfNumber(Number(numbered[1]));
}

/** Returns the type that these words stand for; throws `SpecError` where they stand for none. */
export function typeAt(place: Place, words: string): MemoryType {
  const type = typeOfWords(words);
  if (type === null) throw fault(place, 'a memory type such as "usable", "reserved" or "ACPI data"', words);
  return type;
}
