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
 */
import { below, type Entry, inclusive, numberAt } from '../entry.ts';
import { fault, type Place } from '../lines.ts';
import { E820_TYPES, plainWord } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

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
