/**
 * Lines: a dump as its printer wrote it, once what came upon it on the way is undone. Here alone are undone
 *
 *   - line breaks of any system, a byte order mark, colour escapes;
 *   - quotation marks of mail (`> `, `>> `), whatever their depth on each line;
 *   - quoted-printable, where every `=` of the text is an escape or a soft line break;
 *   - what loggers put before a message: time stamps, levels, hosts, names of hypervisors ({@link LOG_PREFIXES}).
 *
 * Wrapped lines are put together by the reader of a table, which knows when an entry is whole.
 */
import { shortened } from '../decode.ts';
import { SpecError } from '../errors.ts';

/** A place in a dump: `where` is "line 3" of a text, or "entry 7" of a folder. */
export interface Place {
  readonly source: string;
  readonly where: string;
}

/** A line of a dump. */
export interface Line extends Place {
  /** Its number in the dump, from 1. */
  readonly number: number;
  /** The line without quotation marks, colours, and blanks at its end. */
  readonly raw: string;
  /** The line without what a log puts before it. */
  readonly text: string;
  /** Blanks between what a log puts before the line, if anything, and its text. */
  readonly indent: number;
}

const SHOWN_CHARACTERS = 72;

/** Returns text as a message shows it: quoted, with control characters escaped, cut to a length that fits a line. */
export function quote(text: string): string {
  return JSON.stringify(shortened(text, SHOWN_CHARACTERS));
}

/** Returns the error for a place that does not say what it should. */
export function fault(place: Place, expected: string, found: string): SpecError {
  return new SpecError(`${place.source}: ${place.where}: expected ${expected}, found ${quote(found)}`);
}

const CLOCK = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
const ZONE = String.raw`(?: ?(?:Z|UTC|[A-Z]{3,5}|[+-]\d\d:?\d\d))?`;

/**
 * What loggers put before a message. Each alternative has a bounded length and a beginning that no entry of a table has,
 * so that a line costs O(its length) and nothing of an entry is lost.
 */
const LOG_PREFIXES: readonly string[] = [
  String.raw`\s`,
  String.raw`<\d{1,3}>(?:\d{1,2} (?=\d{4}-))?`, // printk and syslog levels, RFC 5424
  '[a-z]{3,8} {0,6}:[a-z]{1,8} {0,6}: ', // dmesg --decode
  String.raw`\[ {0,12}\d{1,12}\.\d{1,9}(?:,\d{1,4})?(?: {0,12}<? {0,12}\d{1,12}\.\d{1,9} {0,4}>)?\]`, // dmesg, journalctl -o short-delta
  String.raw`\[ {0,12}[+<] {0,12}\d{1,12}\.\d{1,9}>?\]`, // dmesg --reltime, --notime --show-delta
  String.raw`\[ {0,8}[TC]\d{1,8}\]`, // the caller: thread or CPU
  String.raw`\[[^\]\d[]{2,16}\d{1,2} ${CLOCK} \d{4}\]`, // dmesg --ctime, in any language
  String.raw`\[[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d\]`, // dmesg --reltime, once a minute
  String.raw`\[?\d{4}-\d\d-\d\d[T ]${CLOCK}${ZONE}\]?`, // ISO 8601
  String.raw`\[?${CLOCK}\]?(?= )`, // terminals
  String.raw`[A-Z][a-z]{2} [ \d]\d ${CLOCK}(?= )`, // syslog
  String.raw`[A-Z][a-z]{2} (?=\d{4}-\d\d-\d\d )`, // journalctl -o short-full, before its date
  String.raw`\d{9,11}\.\d{6}(?= )`, // journalctl -o short-unix
  String.raw`(?:[\w.:-]{1,64} ){0,2}kernel(?:\[\d{1,7}\])?: `, // host and program
  String.raw`\S{1,64} kernel (?:- ){1,3}`, // RFC 5424
  String.raw`\d\d-\d\d ${CLOCK}(?: {1,8}\d{1,7}){2} [VDIWEF] [^:]{0,40}: `, // Android: logcat -v threadtime
  String.raw`[VDIWEF]/[^:(]{0,40}\( {0,6}\d{1,7}\): `, // Android: logcat -v brief
  String.raw`-?\(\d\)\[\d{1,6}:[^\]]{1,24}\]`, // Android: kernels of MediaTek
  String.raw`\[\d{1,2}: {0,16}[\w/.-]{1,24}: {0,6}\d{1,6}\]`, // Android: kernels of Samsung
  String.raw`c\d {1,8}\d{1,7} `, // Android: kernels of Motorola
  String.raw`\((?:XEN|d\d{1,6}(?:v\d{1,4})?)\)`,
  String.raw`HVM\d{1,6}:`,
  'e820: ',
  String.raw`\[? {0,4}INFO\]?: (?:[\w/.-]{1,64}@\d{1,6}: )?`, // loggers of Rust
];
const LOG_PREFIX = new RegExp(`^(?:${LOG_PREFIXES.join('|')})*`);

/** Returns a line of a log without time stamps, levels, and the names of hosts and hypervisors. O(length). */
export function withoutLogPrefix(raw: string): string {
  return raw.replace(LOG_PREFIX, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes begin with a control character, or with ^[ where they were made visible.
const COLOUR = /(?:\u001b|\^\[)(?:\[[\d;?]{0,16}[A-Za-z]|\([A-Z0-9])/g;
const QUOTATION = /^(?: ?>)+ ?/;

function withoutQuotation(line: string): string {
  return line.replace(COLOUR, '').replace(QUOTATION, '');
}

const ESCAPE = /=([0-9A-F]{2})/g;

/**
 * Whether a text is quoted-printable: each `=` is an escape or a soft line break, and one of them is a soft break or the
 * escape of `=` itself, for `type=01` looks like an escape too.
 */
function isQuotedPrintable(text: string): boolean {
  if (!/=(?:3D|[ \t]{0,8}\n)/.test(text)) return false;
  return !/=(?![0-9A-F]{2}|[ \t]{0,8}(?:\n|$))/.test(text);
}

/** Returns the text that the bytes of `=XX` escapes are in UTF-8. */
function decoded(line: string): string {
  return line.replace(/(?:=[0-9A-F]{2})+/g, (escapes) =>
    new TextDecoder().decode(
      Uint8Array.from(escapes.matchAll(ESCAPE), ([, hex = '']) => Number.parseInt(hex, 16)),
    ),
  );
}

/** A line by its number, before what a log puts before it is taken off. */
interface Numbered {
  readonly number: number;
  readonly raw: string;
}

/** Returns the lines with soft line breaks undone: each has the number of its first part. */
function withoutSoftBreaks(lines: readonly Numbered[]): readonly Numbered[] {
  const whole: Numbered[] = [];
  let isOpen = false;
  for (const { number, raw } of lines) {
    const last = whole.at(-1);
    const text = raw.replace(/=[ \t]{0,8}$/, '');
    if (isOpen && last !== undefined) whole[whole.length - 1] = { number: last.number, raw: last.raw + text };
    else whole.push({ number, raw: text });
    isOpen = text !== raw;
  }
  return whole.map(({ number, raw }) => ({ number, raw: decoded(raw) }));
}

// No printer writes longer lines: what is longer is not read as an entry, and costs no more than this.
const READ_CHARACTERS = 2000;

function lineOf({ number, raw }: Numbered, source: string): Line {
  const shown = raw.length > READ_CHARACTERS ? `${raw.slice(0, READ_CHARACTERS)}…` : raw.trimEnd();
  const [prefix = ''] = LOG_PREFIX.exec(shown) ?? [];
  const logged = prefix.trimEnd();
  const indent = prefix.length - logged.length - (logged === '' ? 0 : 1);
  const text = shown.slice(prefix.length);
  return { source, where: `line ${number}`, number, raw: shown, text, indent: Math.max(indent, 0) };
}

/** Returns the lines of a text with everything undone that came upon it on the way. O(length). */
export function linesOf(text: string, source: string): readonly Line[] {
  const plain = text.replace(/^\uFEFF/, '').replace(/\r+\n|\n\r(?!\n)|\r/g, '\n');
  const lines = plain.split('\n').map((line, i) => ({ number: i + 1, raw: withoutQuotation(line) }));
  const whole = isQuotedPrintable(plain) ? withoutSoftBreaks(lines) : lines;
  return whole.map((line) => lineOf(line, source));
}
