/**
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
import { EFI_TYPES, RAM_ONLY } from '../memory-words.ts';
import type { EntryType, Fields, Notation } from '../notation.ts';

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
