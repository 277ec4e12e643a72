/**
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
import { EFI_TYPES } from '../memory-words.ts';
import type { Notation } from '../notation.ts';
import { RESERVED_MEM } from './linux-memory.ts';

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
