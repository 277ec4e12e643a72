/**
 * What boot loaders hand over: GRUB's commands `lsmmap` and `lsefimmap`, and the maps of the Multiboot and the Limine
 * protocol as kernels print them.
 *
 *     base_addr = 0x000000000, length = 0x00009fc00, type = 0x1              a kernel that Multiboot starts
 *     base_addr = 0x0, length = 0x9fc00, available RAM                       lsmmap
 *     conv-mem  0000000000001000-0000000007ef5fff 00007ef5 130004KiB WB      lsefimmap, `last` inclusive
 *     base: 0x1000, type: 5, length: 0x51000                                 a kernel that Limine starts: numbers
 *     Start: 0x1000, Size: 324KiB, Type: Bootloader Reclaimable              or words, and sizes rounded to a unit
 *
 * What Limine leaves is handed over later; where the kernel itself and its modules lie is never free.
 *
 * Source: Multiboot 0.6.96, section 3.3 (mmap_*), whose types are e820's; GRUB `commands/lsmmap.c` and
 * `commands/efi/lsefimmap.c`; the Limine boot protocol, "Memory Map Feature".
 */
import type { MemoryType } from '../../memory-map.ts';
import { E820_NUMBERS, E820_OTHER_NUMBERS, EFI_TYPES, type Types } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

/** A Multiboot memory map. */
export const MULTIBOOT: Notation = {
  name: 'multiboot',
  printer: 'a Multiboot map or `lsmmap` of GRUB',
  mark: /(?<!\S)base_addr\s?=/i,
  entry: [
    /^base_addr = (?<start>0x[0-9a-z]+), length = (?<bytes>0x[0-9a-z]+), type = (?<type>0x[0-9a-f]{1,8})$/i,
    /^base_addr = (?<start>0x[0-9a-z]+), length = (?<bytes>0x[0-9a-z]+), (?<words>[A-Za-z].*)$/i,
  ],
  example: 'base_addr = 0x0, length = 0x9fc00, type = 0x1',
  types: {
    expected: 'a memory type such as "available RAM" or "reserved RAM"',
    words: {
      'available ram': 'conventional',
      'reserved ram': 'reserved',
      'acpi reclaimable ram': 'acpiReclaim',
      'acpi non volatile storage ram': 'acpiNvs',
      'faulty ram badram': 'unusable',
      'persistent ram': 'persistent',
      'persistent ram legacy': 'persistent',
      'ram holding coreboot tables': 'reserved',
      'ram holding firmware code': 'runtimeServicesCode',
    },
    numbers: E820_NUMBERS,
  },
  wordless: E820_OTHER_NUMBERS,
};

const LSEFIMMAP = String.raw`(?<start>[0-9a-f]{16})-(?<last>[0-9a-f]{16}) (?<pages>[0-9a-f]{8,13}) +(?<size>\d{1,16}(?:B|[KMGT]i?B))(?<attributes>(?: (?:RT|UC|WC|WT|WB|UCE|WP|RP|XP|NV|MR|RO|SP|CC))*)$`;

/** What `lsefimmap` prints. */
export const GRUB_LSEFIMMAP: Notation = {
  name: 'grub-lsefimmap',
  printer: '`lsefimmap` of GRUB',
  mark: /^(?:[A-Za-z-]{4,8}|Unk [0-9a-f]{2,8}) +[0-9a-f]{16}-[0-9a-f]* *(?=$|[0-9a-f]{1,13}(?: |$))|^Unk$/,
  entry: [
    new RegExp(`^(?<words>[A-Za-z-]+) +${LSEFIMMAP}`),
    new RegExp(`^Unk (?<type>[0-9a-f]{2,8}) +${LSEFIMMAP}`),
  ],
  example: 'conv-mem  0000000000001000-0000000007ef5fff 00007ef5 130004KiB WB',
  typeBase: 16,
  types: EFI_TYPES,
  heading: /^Type {1,12}Physical start {1,3}- end {1,24}#Pages/,
  openEnd: 'attributes',
  isOrderly: true,
};

/** Types of Limine by number. */
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

const LIMINE_TYPES: Types = {
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

/** Entries of Limine with a length in bytes. */
export const LIMINE_MAP: Notation = {
  name: 'limine',
  printer: 'a kernel that Limine starts',
  mark: /(?<!\S)base: 0x/i,
  entry: [
    /^base: (?<start>0x[0-9a-f]{1,16}), type: (?<type>\d{1,2}), length: (?<bytes>0x[0-9a-f]{1,16})$/i,
    /^base: (?<start>0x[0-9a-f]{1,16}), length: (?<bytes>0x[0-9a-f]{1,16}), type: (?:(?<type>\d{1,2})|(?<words>[A-Za-z].*))$/i,
  ],
  example: 'base: 0x1000, type: 5, length: 0x51000',
  types: LIMINE_TYPES,
  heading: HEADING,
  openEnd: 'length',
  isAligned: true,
};

/** Entries of Limine with a size for people. */
export const LIMINE_SIZES: Notation = {
  name: 'limine-sizes',
  printer: 'a kernel that Limine starts',
  mark: /(?<!\S)Start: 0x/,
  entry: [
    /^Start: (?<start>0x[0-9A-Fa-f]{1,16}), Size: (?<size>\d{1,16} ?(?:B|[KMGT]i?B)), Type: (?<words>[A-Za-z].*)$/,
  ],
  example: 'Start: 0x1000, Size: 324KiB, Type: Usable',
  types: LIMINE_TYPES,
  heading: HEADING,
};
