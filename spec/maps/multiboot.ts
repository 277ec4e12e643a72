/**
 * Multiboot memory maps, as kernels print them while they boot, and as GRUB's `lsmmap` does.
 *
 *     base_addr = 0x000000000, length = 0x00009fc00, type = 0x1
 *     base_addr = 0x0, length = 0x9fc00, available RAM
 *
 * Source: Multiboot 0.6.96, section 3.3 (mmap_*), whose types are those of e820.
 */
import type { MemoryType } from '../memory-map.ts';
import { typeAt, typeOfNumber } from './e820-type.ts';
import { type Entry, hexAt, ofLength } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const ENTRY = /^base_addr = (\w+), length = (\w+), (?:type = (\w+)|([a-z].*))$/i;
const EXPECTED = 'an entry such as "base_addr = 0x0, length = 0x9fc00, type = 0x1"';

function readType({ number, words }: { number?: string; words: string }, place: Place): MemoryType {
  return number === undefined ? typeAt(place, words) : typeOfNumber(Number(hexAt(place, number)));
}

function readMultiboot(body: string, place: Place): Entry {
  const [whole, start = '', length = '', number, words = ''] = ENTRY.exec(body) ?? [];
  if (whole === undefined) throw fault(place, EXPECTED, body);
  const type = readType(number === undefined ? { words } : { number, words }, place);
  return { type, ...ofLength(place, hexAt(place, start), hexAt(place, length)) };
}

/** A Multiboot memory map in a kernel's log. */
export const MULTIBOOT: Format = {
  kind: 'a Multiboot map',
  isOrderly: false,
  claim: /(?:^|\s)(base_addr\s?=.*)$/i,
  nameOf: () => 'multiboot',
  read: lineByLine(readMultiboot),
};
