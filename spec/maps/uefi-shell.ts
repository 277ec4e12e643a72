/**
 * The UEFI shell's `memmap` command.
 *
 *     Type       Start            End              # Pages          Attributes
 *     Available  0000000000001000-000000000009EFFF 000000000000009E 000000000000000F
 *
 * `End` is inclusive. The number of pages says the range once more; where the two disagree the line is refused.
 *
 * Source: UEFI Shell 2.2, section 5.3 (memmap).
 */
import type { MemoryType } from '../memory-map.ts';
import { PAGE_BYTES } from '../units.ts';
import { efiTypeOfNumber, efiTypeOfWords } from './efi-type.ts';
import { type Entry, hexAt, inclusive } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const ENTRY = /^(\w+)\s+(\w+)-(\w+)\s+(\w+)\s+(\w+)$/;
const EXPECTED =
  'an entry such as "Available 0000000000001000-0000000000001FFF 0000000000000001 000000000000000F"';

function readType(word: string, place: Place): MemoryType {
  // The shell prints a type that it has no word for as eight hex digits.
  return /^[0-9a-f]{8}$/i.test(word)
    ? efiTypeOfNumber(place, Number.parseInt(word, 16))
    : efiTypeOfWords(place, word);
}

function readShell(body: string, place: Place): Entry {
  const [whole, word = '', start = '', last = '', pages = '', attributes = ''] = ENTRY.exec(body) ?? [];
  if (whole === undefined) throw fault(place, EXPECTED, body);
  const extent = inclusive(place, hexAt(place, start), hexAt(place, last));
  hexAt(place, attributes);
  if (hexAt(place, pages) * PAGE_BYTES !== extent.end - extent.start)
    throw fault(place, `as many pages as ${start}-${last} holds`, pages);
  return { type: readType(word, place), ...extent };
}

/** What `memmap` of the UEFI shell prints. */
export const UEFI_SHELL: Format = {
  kind: 'the output of `memmap` in the UEFI shell',
  isOrderly: true,
  // A word and what may be an address: the headings and the summary have no such second word.
  claim: /^(\w{1,16}\s{1,16}(?=\w*\d)\w{8,}.*)$/,
  nameOf: () => 'uefi-memmap',
  read: lineByLine(readShell),
};
