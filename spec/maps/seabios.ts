/**
 * SeaBIOS's debug log.
 *
 *     e820 map has 8 items:
 *       0: 0000000000000000 - 000000000009fc00 = 1 RAM          end exclusive
 *
 * Source: SeaBIOS `src/e820map.c`.
 */
import { typeOfNumber } from './e820-type.ts';
import { type Entry, halfOpen, hexAt } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const ENTRY = /^(\w+) - (\w+) = (\d{1,10}) [A-Z]+$/;
const EXPECTED = 'an entry such as "0000000000000000 - 000000000009fc00 = 1 RAM"';

function readSeabios(body: string, place: Place): Entry {
  const [whole, start = '', end = '', number = ''] = ENTRY.exec(body) ?? [];
  if (whole === undefined) throw fault(place, EXPECTED, body);
  const extent = halfOpen(place, { start: hexAt(place, start), end: hexAt(place, end) });
  return { type: typeOfNumber(Number(number)), ...extent };
}

/** The e820 table in SeaBIOS's debug log. */
export const SEABIOS_E820: Format = {
  kind: 'a SeaBIOS log',
  isOrderly: false,
  claim: /^\d{1,4}: +(0\w{7,} - .*)$/,
  nameOf: () => 'seabios-e820',
  read: lineByLine(readSeabios),
};
