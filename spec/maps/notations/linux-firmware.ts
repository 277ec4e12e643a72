/**
 * Linux boot logs, and `/sys/firmware/memmap`: the e820 table of the firmware and what the kernel makes of it. The kernel
 * sorts a table and takes overlaps out before it prints it.
 *
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable      since 3.4, `last` inclusive
 *     BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)            before, end exclusive
 *     BIOS-e820: [gap 0x00000000000a0000-0x00000000000effff]             a hole, since 7.0
 *
 * The word before the colon says which table it is: `BIOS-e820` is the firmware's, `Xen` what a hypervisor gives its
 * guest; `reserve setup_data`, `modified` and `user` are what the kernel and its command line made of it.
 *
 * Source: Linux `arch/x86/kernel/e820.c` and `Documentation/ABI/testing/sysfs-firmware-memmap`.
 *
 * Linux boot logs: the EFI memory map as the kernel prints it with `efi=debug`, in the order of the firmware.
 *
 *     efi: mem00: type=7, attr=0xf, range=[0x0000000000001000-0x00000000000a0000) (0MB)         end exclusive
 *     efi: mem00: [Conventional Memory|   |WB|WT|WC|UC] range=[0x0…1000-0x0…9ffff] (0MB)       `last` inclusive
 *     efi:   0x000040000000-0x00004007ffff [Conventional Memory|   |WB|WT|WC|UC]               the same, on ARM
 *
 * The bracket that closes the range, and not the spelling of the type, says which of the two it is. ARM numbers nothing,
 * and before 3.19 it prints no `efi:`.
 *
 * Source: Linux `arch/x86/platform/efi/efi.c` and `drivers/firmware/efi/`.
 */
import { below, type Entry, inclusive, numberAt } from '../entry.ts';
import { fault, type Place } from '../lines.ts';
import { E820_TYPES, EFI_TYPES, plainWord } from '../memory-words.ts';
import type { Notation } from '../notation.ts';
import { RESERVED_MEM } from './linux-memory.ts';

/** What stands before the tables of the firmware: it was asked in one of these ways. */
const FIRMWARE = 'BIOS-(?:e820|e801|88):';

/** The words of tables that stand in prose too, so that an address must follow them. */
const IN_PROSE = String.raw`(?= (?:\[mem|[0-9a-f]{8,16} -))`;

/** What follows the words of others: an address in the old spelling, or anything. */
const OLD = String.raw`(?=\s*[0-9a-f]{8})`;
const NEW = String.raw`(?!\s*[0-9a-f]{8})`;

interface Spelling {
  readonly name: string;
  readonly word: string;
  /** The word as it is printed, where it may be one of several. */
  readonly printed?: string;
  readonly heading: RegExp;
  readonly derivedFrom?: readonly string[];
  readonly isChanged?: boolean;
}

/** Returns the notation of a table whose lines begin with a word, as kernels since 3.4 print it. */
function table({ name, word, printed = word, ...rest }: Spelling, follows: string): Notation {
  const range = String.raw`0x(?<start>[0-9a-z]+)-0x(?<last>[0-9a-z]+)\]`;
  return {
    name,
    ...rest,
    printer: 'a Linux boot log',
    mark: new RegExp(String.raw`(?<!\S)${word}${follows}`),
    entry: [
      new RegExp(String.raw`^${word}\s*\[mem ${range}\s+type (?<type>\d{1,10})$`),
      // Some kernels print a size between the range and the type.
      new RegExp(
        String.raw`^${word}\s*\[mem ${range}\s+(?:(?<size>\d{1,6}(?:\.\d{1,3})? {1,4}[KMGTP]?i?B)\s+)?(?<words>\S.*)$`,
      ),
      new RegExp(String.raw`^${word}\s*\[(?<hole>gap) ${range}$`),
    ],
    example: `${printed} [mem 0x0-0x9fbff] usable`,
    types: E820_TYPES,
  };
}

/** Returns the same in the spelling of kernels before 3.4. */
function oldTable({ name, word, printed = word, ...rest }: Spelling, follows: string): Notation {
  const range = '(?<start>[0-9a-z]+) - (?<end>[0-9a-z]+)';
  return {
    name: `${name}-old`,
    ...rest,
    printer: 'a Linux boot log',
    mark: new RegExp(String.raw`(?<!\S)${word}${follows}`),
    entry: [
      new RegExp(String.raw`^${word}\s*${range} \(type (?<type>\d{1,10})\)$`),
      new RegExp(String.raw`^${word}\s*${range} \((?<words>[^()]+(?:\([^()]*\))?)\)$`),
    ],
    example: `${printed} 0000000000000000 - 000000000009fc00 (usable)`,
    types: E820_TYPES,
  };
}

const HEADING = /^BIOS-provided physical RAM map:/;

const BIOS: Spelling = {
  name: 'e820-dmesg',
  word: FIRMWARE,
  printed: 'BIOS-e820:',
  heading: HEADING,
  derivedFrom: ['efi-dmesg', 'efi-dmesg-arm'],
};
const XEN_GUEST: Spelling = { name: 'e820-xen-guest', word: 'Xen:', heading: HEADING };
const SETUP_DATA: Spelling = {
  name: 'e820-setup-data',
  word: 'reserve setup_data:',
  heading: /^extended physical RAM map:/,
  derivedFrom: ['efi-dmesg', 'efi-dmesg-arm', 'e820-dmesg'],
};
const MODIFIED: Spelling = {
  name: 'e820-modified',
  word: 'modified:',
  heading: /^modified physical RAM map:/,
  isChanged: true,
};
const USER: Spelling = {
  name: 'e820-user',
  word: 'user:',
  heading: /^user-defined physical RAM map:/,
  isChanged: true,
};

/** The firmware's table, as every x86 kernel prints it, and the table that a hypervisor gives a guest. */
export const E820_TABLES: readonly Notation[] = [
  table(BIOS, NEW),
  oldTable(BIOS, OLD),
  table(XEN_GUEST, IN_PROSE),
  oldTable(XEN_GUEST, IN_PROSE),
];

/** What the kernel made of it: marked what the boot loader left in it, changed it itself, or was told to. */
export const CHANGED_E820_TABLES: readonly Notation[] = [
  table(SETUP_DATA, NEW),
  ...[MODIFIED, USER].flatMap((spelling) => [table(spelling, IN_PROSE), oldTable(spelling, IN_PROSE)]),
];

/** The three files of an entry below `/sys/firmware/memmap`. `number` is the name of its folder. */
export interface MemmapFiles {
  readonly number: number;
  readonly start: string;
  readonly end: string;
  readonly type: string;
}

function readFiles(files: MemmapFiles, source: string, limit: bigint): Entry {
  const place: Place = { source, where: `entry ${files.number}` };
  const [start, last] = [numberAt(place, files.start.trim(), 16), numberAt(place, files.end.trim(), 16)];
  const type = E820_TYPES.words?.[plainWord(files.type)];
  if (type === undefined) throw fault(place, E820_TYPES.expected, files.type.trim());
  return { type, ...below(limit, place, inclusive(place, start, last)) };
}

/** Returns the entries that the folders stand for, in the order of their numbers; throws `SpecError` naming the entry. */
export function readMemmapFiles(
  folders: readonly MemmapFiles[],
  source: string,
  limit: bigint,
): readonly Entry[] {
  return folders.toSorted((a, b) => a.number - b.number).map((files) => readFiles(files, source, limit));
}

/** Returns what is expected of the numbers of the folders, which count from 0, where one is missing; else null. */
export function missingFolder(folders: readonly MemmapFiles[]): string | null {
  const numbers = folders.map(({ number }) => number).sort((a, b) => a - b);
  const missing = numbers.findIndex((number, i) => number !== i);
  return missing < 0 ? null : `entries 0 to ${numbers.at(-1)}, found none of number ${missing}`;
}

const NUMBER = String.raw`^efi:\s+mem(?<number>\d{2,5}):\s*`;
const NUMERIC = String.raw`type=(?<type>\d{1,10}), attr=(?<attributes>0x[0-9a-f]{1,16}), range=`;
// A type that the kernel has no name for is printed as a number; so are attributes that it has no flags for.
const NAME = String.raw`\[(?:type=(?<type>\d{1,10})|(?<words>[^|\]]{1,24}?))\s*(?:\|(?<attributes>[^\]]*))?\]`;
const EXCLUSIVE = String.raw`\[0x(?<start>[0-9a-f]{1,16})-0x(?<end>[0-9a-f]{1,16})\)`;
const INCLUSIVE = String.raw`\[0x(?<start>[0-9a-f]{1,16})-0x(?<last>[0-9a-f]{1,16})\]`;
const SIZE = String.raw`(?: \((?<size>\d{1,12}[KMG]B)\))?$`;

/** The EFI memory map in the boot log of an x86. */
export const EFI_DMESG: Notation = {
  name: 'efi-dmesg',
  printer: 'a Linux boot log',
  mark: /(?<!\S)efi:\s+mem\d+:/i,
  entry: [
    new RegExp(`${NUMBER}${NUMERIC}${EXCLUSIVE}${SIZE}`, 'i'),
    new RegExp(`${NUMBER}${NUMERIC}${INCLUSIVE}${SIZE}`, 'i'),
    new RegExp(`${NUMBER}${NAME} range=${EXCLUSIVE}${SIZE}`, 'i'),
    new RegExp(`${NUMBER}${NAME} range=${INCLUSIVE}${SIZE}`, 'i'),
  ],
  example: 'efi: mem00: type=7, attr=0xf, range=[0x0-0x1000) (0MB)',
  types: EFI_TYPES,
  isOrderly: true,
};

/** The EFI memory map in the boot log of an ARM, and of others since. */
export const EFI_DMESG_ARM: Notation = {
  name: 'efi-dmesg-arm',
  printer: 'a Linux boot log',
  mark: /^(?:efi:\s+)?0x[0-9a-f]{12,16}-0x[0-9a-f]*(?= *\[|-?$)/i,
  entry: [
    new RegExp(
      String.raw`^(?:efi:\s+)?0x(?<start>[0-9a-f]{12,16})-0x(?<last>[0-9a-f]{12,16})\s${NAME}\*?$`,
      'i',
    ),
  ],
  example: 'efi:   0x000040000000-0x00004007ffff [Conventional Memory|   |WB|WT|WC|UC]',
  types: EFI_TYPES,
  heading: /^(?:efi: )?Processing EFI memory map:/,
  // It prints a line break of its own after the entries that it ignores.
  passes: /^Ignoring memory block 0x[0-9a-f]+ - 0x[0-9a-f]+$|^$/,
  isOrderly: true,
  carvedBy: RESERVED_MEM,
};
