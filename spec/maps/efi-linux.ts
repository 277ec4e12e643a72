/**
 * Linux boot logs: the EFI memory map as the kernel prints it with `efi=debug`, in the order of the firmware.
 *
 *     efi: mem00: type=7, attr=0xf, range=[0x0000000000001000-0x00000000000a0000) (0MB)         end exclusive
 *     efi: mem00: [Conventional Memory|   |WB|WT|WC|UC] range=[0x0…1000-0x0…9ffff] (0MB)       `last` inclusive
 *     efi:   0x000040000000-0x00004007ffff [Conventional Memory|   |WB|WT|WC|UC]               the same, on ARM
 *
 * The bracket that closes the range, and not the spelling of the type, says which of the two it is.
 *
 * Source: Linux `arch/x86/platform/efi/efi.c` and `drivers/firmware/efi/`.
 */
import type { MemoryType } from '../memory-map.ts';
import { efiTypeOfNumber, efiTypeOfWords } from './efi-type.ts';
import { type Entry, type Extent, halfOpen, hexAt, inclusive } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const NUMBERED = /^mem\d+:\s*type=(\d{1,10}), attr=\w+, range=(\[.*)$/;
const NAMED = /^mem\d+:\s*\[([^|\]]*)(?:\|[^\]]*)?\] range=(\[.*)$/;
const ARM = /^(\w+)-(\w+)\s\[([^|\]]*)(?:\|[^\]]*)?\]\*?$/;
const RANGE = /^\[(\w+)-(\w+)([\])])(?: \(\d+[KMG]B\))?$/;
const EXPECTED = 'an entry such as "mem00: type=7, attr=0xf, range=[0x0-0x1000) (0MB)"';

function readRange(text: string, place: Place): Extent {
  const [whole, start = '', edge = '', bracket] = RANGE.exec(text) ?? [];
  if (whole === undefined) throw fault(place, 'a range such as "[0x0-0x1000)" or "[0x0-0xfff]"', text);
  const [from, to] = [hexAt(place, start), hexAt(place, edge)];
  return bracket === ')' ? halfOpen(place, { start: from, end: to }) : inclusive(place, from, to);
}

function readName(words: string, place: Place): MemoryType {
  const number = /^type=(\d{1,10})$/.exec(words.trim())?.[1];
  return number === undefined ? efiTypeOfWords(place, words) : efiTypeOfNumber(place, Number(number));
}

function readArm([, start = '', last = '', words = '']: RegExpExecArray, place: Place): Entry {
  return { type: readName(words, place), ...inclusive(place, hexAt(place, start), hexAt(place, last)) };
}

function readEfi(body: string, place: Place): Entry {
  const numbered = NUMBERED.exec(body);
  if (numbered !== null) {
    const [, number = '', range = ''] = numbered;
    return { type: efiTypeOfNumber(place, Number(number)), ...readRange(range, place) };
  }
  const named = NAMED.exec(body);
  if (named !== null) return { type: readName(named[1] ?? '', place), ...readRange(named[2] ?? '', place) };
  const arm = ARM.exec(body);
  if (arm !== null) return readArm(arm, place);
  throw fault(place, EXPECTED, body);
}

/** The EFI memory map in a Linux boot log. */
export const EFI_DMESG: Format = {
  kind: 'a Linux boot log',
  isOrderly: true,
  claim: /(?:^|\s)efi:\s+(mem\d+:.*|0x\w+-0x\w+ \[.*)$/i,
  nameOf: () => 'efi-dmesg',
  read: lineByLine(readEfi),
};
