/**
 * The Xen hypervisor's boot log (`xl dmesg`).
 *
 *     (XEN)  [0000000000000000, 000000000009fbff] (usable)       since 4.15, `last` inclusive
 *     (XEN)  0000000000000000 - 000000000009fc00 (usable)        before, end exclusive
 *
 * Source: Xen `xen/arch/x86/e820.c`.
 */
import { typeAt } from './e820-type.ts';
import { type Entry, halfOpen, hexAt, inclusive } from './entry.ts';
import { type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const NEW = /^\[(\w+), (\w+)\] \(([^()]+)\)$/;
const OLD = /^(\w+) - (\w+) \(([^()]+)\)$/;
const EXPECTED = 'an entry such as "[0000000000000000, 000000000009fbff] (usable)"';

function readXen(body: string, place: Place): Entry {
  const text = body.replace(/ type (\d{1,10})$/, ' (type $1)');
  const match = NEW.exec(text) ?? OLD.exec(text);
  if (match === null) throw fault(place, EXPECTED, body);
  const [, start = '', edge = '', words = ''] = match;
  const [from, to] = [hexAt(place, start), hexAt(place, edge)];
  const extent = text.startsWith('[')
    ? inclusive(place, from, to)
    : halfOpen(place, { start: from, end: to });
  return { type: typeAt(place, words), ...extent };
}

/** The e820 table in the boot log of a Xen hypervisor. */
export const XEN_E820: Format = {
  kind: 'a Xen boot log',
  isOrderly: false,
  // Addresses are printed 16 digits wide: the first digit of one below 2^52 is 0.
  claim: /^(\[?0[0-9a-z]{7,}(?:,| -(?= )).*)$/,
  nameOf: () => 'xen-e820',
  read: lineByLine(readXen),
};
