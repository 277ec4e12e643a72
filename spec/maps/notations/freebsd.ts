/**
 * FreeBSD boot logs (`boot -v`).
 *
 *     SMAP type=01, xattr=01, base=0000000000000000, len=000000000009fc00      e820, with and without commas
 *       ConventionalMemory 000080000000 000080000000 00007efa WB               EFI: start, virtual address, pages
 *     0x00000080000000 - 0x000000f6b26fff, 1991405568 bytes (486183 pages)     what is left for the kernel
 *
 * Source: FreeBSD `sys/x86/x86/mp_x86.c`, `sys/amd64/amd64/machdep.c`, `sys/arm64/arm64/machdep.c`.
 */
import { E820_NUMBERS, EFI_TYPES, RAM_ONLY } from '../memory-words.ts';
import type { Notation } from '../notation.ts';

/** The e820 table in a FreeBSD boot log, in the order of the BIOS. */
export const FREEBSD_SMAP: Notation = {
  name: 'smap',
  printer: 'a FreeBSD boot log (`boot -v`)',
  mark: /(?<!\S)SMAP type=/,
  entry: [
    /^SMAP type=(?<type>[0-9a-f]{2,8}),? (?:xattr=[0-9a-f]{2},? )?base=(?<start>[0-9a-f]{16}),? len=(?<bytes>[0-9a-f]{16})$/,
  ],
  example: 'SMAP type=01, base=0000000000000000, len=000000000009fc00',
  typeBase: 16,
  types: { expected: 'an e820 memory type', numbers: E820_NUMBERS },
};

/** The EFI memory map in a FreeBSD boot log. */
export const FREEBSD_EFI: Notation = {
  name: 'freebsd-efi',
  printer: 'a FreeBSD boot log (`boot -v`)',
  mark: /^[A-Za-z]{7,24}(?: [0-9a-f]+)? [0-9a-f]{12,16} [0-9a-f]{12}/,
  entry: [
    /^(?<words>[A-Za-z]+) (?<start>[0-9a-f]{12,16}) [0-9a-f]{12,16} (?<pages>[0-9a-f]{8,13})(?<attributes>(?: (?:UC|WC|WT|WB|UCE|WP|RP|XP|NV|MORE_RELIABLE|RO|SP|CPU_CRYPTO|RUNTIME))*)$/,
    /^Unknown (?<type>[0-9a-f]{8}) (?<start>[0-9a-f]{12,16}) [0-9a-f]{12,16} (?<pages>[0-9a-f]{8,13})(?: [A-Z_]+)*$/,
  ],
  example: 'ConventionalMemory 000080000000 000080000000 00007efa WB',
  typeBase: 16,
  types: EFI_TYPES,
  heading: /^Type {1,24}Physical {1,24}Virtual {1,24}#Pages Attr$/,
  openEnd: 'attributes',
  isOrderly: true,
};

/** The memory that a FreeBSD kernel may use: RAM, without the firmware's reasons for the rest. */
export const FREEBSD_CHUNKS: Notation = {
  name: 'freebsd-chunks',
  printer: 'a FreeBSD boot log (`boot -v`)',
  mark: /^0x[0-9a-f]{8,16} - 0x[0-9a-f]*/,
  entry: [
    /^0x(?<start>[0-9a-f]{8,16}) - 0x(?<last>[0-9a-f]{8,16}), (?<bytes>\d{1,18}) bytes \((?<pages>\d{1,14}) pages\)$/,
    /^0x(?<start>[0-9a-f]{8,16}) - 0x(?<last>[0-9a-f]{8,16}), {1,6}(?<size>\d{1,12} MB) \( {0,7}(?<pages>\d{1,14}) pages\)$/,
  ],
  example: '0x00000080000000 - 0x000000f6b26fff, 1991405568 bytes (486183 pages)',
  lengthBase: 10,
  types: RAM_ONLY,
  heading: /^Physical memory chunk\(s\):$/,
  needsHeading: true,
  ending: /^avail memory/,
  alike: /^Excluded memory regions:/,
};
