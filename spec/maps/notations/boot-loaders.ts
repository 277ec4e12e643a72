/**
 * The maps that boot loaders hand over: GRUB's commands `lsmmap` and `lsefimmap`, and the maps of the Multiboot and the Limine
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
 *
 * U-Boot's commands `efidebug memmap`, `bdinfo` and `lmb`.
 *
 *     CONVENTIONAL     0000000000000000-0000000004000000 WB                         efidebug memmap, end exclusive
 *     DRAM bank   = 0x0000000000000000                                              bdinfo: three lines a bank
 *     -> start    = 0x0000000000000000
 *     -> size     = 0x000000007ff00000
 *      memory[0]      [0x80000000-0x17fffffff], 0x100000000 bytes flags: 0          lmb
 *
 * Source: U-Boot `cmd/efidebug.c`, `cmd/bdinfo.c` and `lib/lmb.c`.
 */
import type { MemoryType } from '../../memory-map.ts';
import { E820_NUMBERS, E820_OTHER_NUMBERS, EFI_TYPES, RAM_ONLY, type Types } from '../memory-words.ts';
import type { EntryType, Fields, Notation } from '../notation.ts';

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

/** The output of `lsefimmap`. */
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

/** The EFI memory map that U-Boot gives to what it starts. */
export const UBOOT_EFIDEBUG: Notation = {
  name: 'uboot-efidebug',
  printer: '`efidebug memmap` of U-Boot',
  mark: /^[A-Z][A-Z ]{1,15} +[0-9a-f]{16}-[0-9a-f]*(?= ?$| (?:[A-Z]|$))/,
  entry: [
    /^(?<words>[A-Z]+(?: [A-Z]+)*) +(?<start>[0-9a-f]{16})-(?<end>[0-9a-f]{16})(?: (?<attributes>(?:(?:UC|WC|WT|WB|UCE|WP|RP|XP|NV|MR|RO|SP|CC|RT)\|?)+))?$/,
  ],
  example: 'CONVENTIONAL     0000000000000000-0000000004000000 WB',
  types: EFI_TYPES,
  heading: /^Type {1,24}Start {1,24}End {1,24}Attributes$/,
  passes: /^=+(?: =+){3}$/,
  openEnd: 'attributes',
  isOrderly: true,
};

/** The banks of memory of a board: all RAM there is, without what the firmware keeps of it. */
export const UBOOT_BDINFO: Notation = {
  name: 'uboot-bdinfo',
  printer: '`bdinfo` of U-Boot',
  mark: /^DRAM bank\b/,
  entry: [
    /^DRAM bank += (?<number>0x[0-9a-f]{16}) -> start +=\s0x(?<start>[0-9a-f]{16}) -> size +=\s0x(?<bytes>[0-9a-f]{16})$/,
    /^DRAM bank += (?<number>0x[0-9a-f]{8}) -> start +=\s0x(?<start>[0-9a-f]{8}) -> size +=\s0x(?<bytes>[0-9a-f]{8})$/,
  ],
  example: 'DRAM bank = 0x0000000000000000, -> start = 0x0000000000000000, -> size = 0x000000007ff00000',
  lines: 3,
  types: RAM_ONLY,
};

/** `no-map` by name or as the bit 4 of older versions. */
const NOMAP = /\bno-map\b|^[4-7c-f]$/i;

/** What of it U-Boot uses itself is handed over with the boot; what must not be mapped is the firmware's. */
function lmbType({ list, flags = '' }: Fields): EntryType {
  if (list === 'memory') return 'conventional';
  return NOMAP.test(flags) ? 'runtimeServicesData' : 'loaderData';
}

/** U-Boot's own list of memory, and of what is reserved of it. */
export const UBOOT_LMB: Notation = {
  name: 'uboot-lmb',
  printer: '`lmb` or `bdinfo` of U-Boot',
  mark: /^(?:memory|reserved)\[\d+\]\s/,
  entry: [
    /^(?<list>memory|reserved)\[(?<number>\d{1,4})\]\s+\[0x(?<start>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\], 0x(?<bytes>[0-9a-f]{1,16}) bytes,? flags: (?<flags>[0-9a-f]{1,2}|(?:none|no-map|no-overwrite|no-notify)(?:, (?:no-map|no-overwrite|no-notify))*)$/,
  ],
  example: 'memory[0] [0x80000000-0x17fffffff], 0x100000000 bytes flags: 0',
  types: RAM_ONLY,
  typeOf: lmbType,
  heading: /^lmb_dump_all:$/,
  figures: [
    /^(?<list>memory|reserved)\.(?:cnt|count) += (?<count>0x[0-9a-f]{1,8})(?: \/ max = 0x[0-9a-f]{1,8})?$/,
  ],
};
