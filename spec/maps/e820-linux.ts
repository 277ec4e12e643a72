/**
 * Linux boot logs: the e820 tables that the kernel prints, and the ranges of RAM that it derives from them.
 *
 *     BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable      since 3.4, `last` inclusive
 *     BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)            before, end exclusive
 *     BIOS-e820: [gap 0x00000000000a0000-0x00000000000effff]             no entry
 *     node   0: [mem 0x0000000000001000-0x000000000009efff]              RAM, by node
 *
 * The word before the colon says which table it is: `BIOS-e820` is the firmware's, `Xen` what a hypervisor gives its
 * guest; `reserve setup_data`, `modified` and `user` are what the kernel made of it.
 *
 * Source: Linux `arch/x86/kernel/e820.c` and `mm/mm_init.c`.
 */
import { typeAt } from './e820-type.ts';
import { type Entry, halfOpen, hexAt, inclusive } from './entry.ts';
import { type Claimed, type Format, lineByLine } from './format.ts';
import { fault, type Place } from './place.ts';

const MEM = /^\[mem (\w+)-(\w+)\]/;
// Recent kernels may print a size between the range and the type.
const NEW = /^\[mem (\w+)-(\w+)\]\s+(?:\d{1,6}(?:\.\d{1,3})? {1,4}[KMGTP]?i?B\s)?\s*(\S.*)$/;
const OLD = /^(\w+) - (\w+) \(([^()]+(?:\([^()]*\))?)\)$/;
const EXPECTED = 'an entry such as "[mem 0x0-0x9fbff] usable" or "0 - 9fc00 (usable)"';

function readNew([, start = '', last = '', words = '']: RegExpExecArray, place: Place): Entry {
  return { type: typeAt(place, words), ...inclusive(place, hexAt(place, start), hexAt(place, last)) };
}

function readOld([, start = '', end = '', words = '']: RegExpExecArray, place: Place): Entry {
  const extent = { start: hexAt(place, start), end: hexAt(place, end) };
  return { type: typeAt(place, words), ...halfOpen(place, extent) };
}

function readE820(body: string, place: Place): Entry {
  const spelled = NEW.exec(body);
  if (spelled !== null) return readNew(spelled, place);
  const old = OLD.exec(body);
  if (old !== null) return readOld(old, place);
  throw fault(place, EXPECTED, body);
}

function e820Table(name: string, claim: RegExp): Format {
  const nameOf = ({ body }: Claimed): string => (body.startsWith('[') ? name : `${name}-old`);
  return { kind: 'a Linux boot log', isOrderly: false, claim, nameOf, read: lineByLine(readE820) };
}

/** The firmware's table, as every x86 kernel prints it. */
export const BIOS_E820 = e820Table('e820-dmesg', /(?:^|\s)BIOS-(?:e820|e801|88):(?!\s*\[gap\b)(.*)$/);

// The words below stand in prose too, so that an address must follow them.
/** The table that a hypervisor gives a Linux guest. */
export const XEN_GUEST_E820 = e820Table('e820-xen-guest', /(?:^|\s)Xen: ((?:\[mem|[0-9a-f]{8,16} -).*)$/);

/** The firmware's table after the kernel marked what the boot loader left in it. */
export const SETUP_DATA_E820 = e820Table('e820-setup-data', /(?:^|\s)reserve setup_data:(?!\s*\[gap\b)(.*)$/);

/** The table after the kernel's own changes. */
export const MODIFIED_E820 = e820Table('e820-modified', /(?:^|\s)modified: ((?:\[mem|[0-9a-f]{8,16} -).*)$/);

/** The table after the changes of the kernel's command line. */
export const USER_E820 = e820Table('e820-user', /(?:^|\s)user: ((?:\[mem|[0-9a-f]{8,16} -).*)$/);

function readNode(body: string, place: Place): Entry {
  const match = MEM.exec(body);
  if (match === null || match[0] !== body) throw fault(place, 'a range such as "[mem 0x1000-0x9ffff]"', body);
  const [, start = '', last = ''] = match;
  return { type: 'conventional', ...inclusive(place, hexAt(place, start), hexAt(place, last)) };
}

/** The kernel's "Early memory node ranges": usable RAM alone, without the firmware's reasons for the rest. */
export const NODE_RANGES: Format = {
  kind: 'a Linux boot log',
  isOrderly: false,
  claim: /^node {1,8}\d{1,6}:\s*(\[.*)$/,
  nameOf: () => 'linux-node-ranges',
  read: lineByLine(readNode),
};
