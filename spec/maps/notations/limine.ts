/**
 * The memory map of the Limine boot protocol, as kernels print it.
 *
 *     base: 0x1000, type: 5, length: 0x51000                            numbers
 *     Start: 0x1000, Size: 324KiB, Type: Bootloader Reclaimable         sizes rounded to a unit
 *
 * What the boot loader leaves is handed over later; where the kernel itself and its modules lie is never free.
 *
 * Source: the Limine boot protocol, "Memory Map Feature".
 */
import type { MemoryType } from '../../memory-map.ts';
import type { Types } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

/** Types by number. */
const LIMINE: readonly MemoryType[] = [
  'conventional',
  'reserved',
  'acpiReclaim',
  'acpiNvs',
  'unusable',
  'loaderData',
  'runtimeServicesData',
  'mmio',
  'reserved',
];

const TYPES: Types = {
  expected: 'a type of Limine such as "Usable" or a number from 0 to 8',
  numbers: (number) => LIMINE[number] ?? null,
  words: {
    usable: 'conventional',
    reserved: 'reserved',
    'acpi reclaimable': 'acpiReclaim',
    'acpi nvs': 'acpiNvs',
    'bad memory': 'unusable',
    'bootloader reclaimable': 'loaderData',
    kernel: 'runtimeServicesData',
    'kernel and modules': 'runtimeServicesData',
    'executable and modules': 'runtimeServicesData',
    framebuffer: 'mmio',
    'reserved mapped': 'reserved',
  },
};

const HEADING = /^Amount of entries: (?<count>\d{1,6})$/;

/** Entries with a length in bytes. */
export const LIMINE_MAP: Notation = {
  name: 'limine',
  printer: 'a kernel that Limine starts',
  mark: /(?<!\S)base: 0x/i,
  entry: [
    /^base: (?<start>0x[0-9a-f]{1,16}), type: (?<type>\d{1,2}), length: (?<bytes>0x[0-9a-f]{1,16})$/i,
    /^base: (?<start>0x[0-9a-f]{1,16}), length: (?<bytes>0x[0-9a-f]{1,16}), type: (?:(?<type>\d{1,2})|(?<words>[A-Za-z].*))$/i,
  ],
  example: 'base: 0x1000, type: 5, length: 0x51000',
  types: TYPES,
  heading: HEADING,
  openEnd: 'length',
  isAligned: true,
};

/** Entries with a size for people. */
export const LIMINE_SIZES: Notation = {
  name: 'limine-sizes',
  printer: 'a kernel that Limine starts',
  mark: /(?<!\S)Start: 0x/,
  entry: [
    /^Start: (?<start>0x[0-9A-Fa-f]{1,16}), Size: (?<size>\d{1,16} ?(?:B|[KMGT]i?B)), Type: (?<words>[A-Za-z].*)$/,
  ],
  example: 'Start: 0x1000, Size: 324KiB, Type: Usable',
  types: TYPES,
  heading: HEADING,
};
