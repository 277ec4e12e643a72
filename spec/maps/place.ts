/**
 * Places: where in a dump something stands, and the one-line errors that name it.
 */
import { SpecError } from '../decode.ts';

/** A place in a dump: `where` is "line 3" of a text, or "entry 7" of a folder. */
export interface Place {
  readonly source: string;
  readonly where: string;
}

/** A line of a dump. */
export interface Line extends Place {
  /** The line as it stands, without its line break and without blanks at its end. */
  readonly raw: string;
  /** The line without what a log puts before it: see {@link withoutLogPrefix}. */
  readonly text: string;
}

const SHOWN_CHARACTERS = 72;

/** Returns text as a message shows it: quoted, with control characters escaped, cut to a length that fits a line. */
function quote(text: string): string {
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return JSON.stringify(shown);
}

/** Returns the error for a place that does not say what it should. */
export function fault(place: Place, expected: string, found: string): SpecError {
  return new SpecError(`${place.source}: ${place.where}: expected ${expected}, found ${quote(found)}`);
}

/**
 * What loggers put before a message, each alternative of a fixed or bounded length, so that a long line costs O(n):
 * `<6>`, `kern  :info  :`, `[    0.000000]`, `[    T0]`, `[Mon Jan  1 00:00:00 2024]`, `[2024-01-01 00:00:00]`,
 * `(XEN)` and `(d1)`, `HVM1:`, `e820:`.
 */
const LOG_PREFIXES = [
  /\s/,
  /<\d{1,3}>/,
  /kern {1,3}:[a-z]{1,8} {1,3}:/,
  /\[ {0,12}\d{1,12}\.\d{1,9}\]/,
  /\[ {0,8}[TC]\d{1,8}\]/,
  /\[[A-Z][a-z]{2} [A-Z][a-z]{2} [\d :]{1,20}\]/,
  /\[\d{4}-\d\d-\d\d[^\]]{0,24}\]/,
  /\((?:XEN|d\d{1,6})\)/,
  /HVM\d{1,6}:/,
  /e820: /,
];
const LOG_PREFIX = new RegExp(`^(?:${LOG_PREFIXES.map(({ source }) => source).join('|')})*`);

/** The part of a syslog line that ends before the kernel's own words; it starts with a date, so no message is lost. */
const SYSLOG_PREFIX = /^(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT).{0,120}? kernel: /;

/** Returns a line of a log without time stamps, levels, and the names of hosts and hypervisors. O(length). */
function withoutLogPrefix(raw: string): string {
  return raw.replace(SYSLOG_PREFIX, '').replace(LOG_PREFIX, '');
}

/** Returns the lines of a text, whatever its line breaks; a byte order mark is no part of the first one. */
export function linesOf(text: string, source: string): readonly Line[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return lines.map((line, index) => {
    const raw = line.trimEnd();
    return { source, where: `line ${index + 1}`, raw, text: withoutLogPrefix(raw) };
  });
}
