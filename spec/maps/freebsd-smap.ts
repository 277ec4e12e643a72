/**
 * FreeBSD boot logs (`boot -v`), with and without commas.
 *
 *     SMAP type=01, xattr=01, base=0000000000000000, len=000000000009fc00
 *
 * Source: FreeBSD `sys/x86/x86/mp_x86.c` and `sys/amd64/amd64/machdep.c`.
 */
import { typeOfNumber } from './e820-type.ts';
import { type Entry, hexAt, ofLength } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const ENTRY = /^type=(\w+),? (?:xattr=\w+,? )?base=(\w+),? len=(\w+)$/;
const EXPECTED = 'an entry such as "SMAP type=01, base=0000000000000000, len=000000000009fc00"';

function readSmap(body: string, place: Place): Entry {
  const [whole, number = '', start = '', length = ''] = ENTRY.exec(body) ?? [];
  if (whole === undefined) throw fault(place, EXPECTED, body);
  const extent = ofLength(place, hexAt(place, start), hexAt(place, length));
  return { type: typeOfNumber(Number(hexAt(place, number))), ...extent };
}

/** The e820 table in a FreeBSD boot log. */
export const FREEBSD_SMAP: Format = {
  kind: 'a FreeBSD boot log (`boot -v`)',
  isOrderly: false,
  claim: /(?:^|\s)SMAP (type=.*)$/,
  nameOf: () => 'smap',
  read: lineByLine(readSmap),
};
