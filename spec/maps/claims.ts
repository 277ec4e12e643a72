/**
 * Claims: the lines of a dump that claim to be entries of a notation, each read by itself, or with the lines after it
 * where it was wrapped and only one way to put it together makes an entry.
 */
import type { SpecError } from '../errors.ts';
import { isSpecError } from '../errors.ts';
import type { Line } from './lines.ts';
import type { Notation, ReadEntry } from './notation.ts';
import { readEntry } from './read-entry.ts';

/** A line that claims to be an entry, and what came of reading it: one of `entry` and `error` is null. */
export interface Claim {
  readonly line: Line;
  /** The indexes of its first line, and of the line after its last. */
  readonly from: number;
  readonly to: number;
  /** What stands before its mark: what no known logger prints. */
  readonly prefix: string;
  readonly entry: ReadEntry | null;
  readonly error: SpecError | null;
}

/** What a notation is looked for in: lines, and the address that all memory lies below. */
export interface Dump {
  readonly lines: readonly Line[];
  readonly limit: bigint;
}

/** Lines of pagers, and blank ones. */
const PASSED = /^(?:|-{2,} ?more ?-{2,}|press (?:enter|any key)\b.*)$/i;

/** Whether a line is none that a table of the notation has. Of an entry, cutting may leave what a log puts before it. */
export function isForeign({ mark, heading, figures = [], passes }: Notation, { raw, text }: Line): boolean {
  if (text === '' && raw !== '') return passes?.test('') !== true;
  return ![PASSED, mark, heading, passes, ...figures].some((pattern) => pattern?.test(text) === true);
}

/** The most lines that a mail makes of one by wrapping it. */
const MOST_WRAPPED = 4;

/** Returns a prefix in the form in which all prefixes of one logger are equal: numbers as 0, blanks as one. */
export function shapeOf(prefix: string): string {
  return prefix.replace(/\d+/g, '0').replace(/\s+/g, ' ');
}

/** Returns a text without a prefix of the same shape as `prefix`. */
function withoutPrefix(text: string, prefix: string): string {
  if (prefix === '') return text;
  const heads = Array.from({ length: Math.min(text.length, 2 * prefix.length) }, (_, i) =>
    text.slice(0, i + 1),
  );
  const same = heads.findLast((head) => shapeOf(head) === shapeOf(prefix));
  return text.slice(same?.length ?? 0);
}

/** Returns all ways to put wrapped parts together: each glue at each break. */
function joins(parts: readonly string[], glues: readonly string[]): readonly string[] {
  const [first = '', ...others] = parts;
  return others.reduce<readonly string[]>(
    (made, part) => made.flatMap((text) => glues.map((glue) => text + glue + part)),
    [first],
  );
}

function isSameMemory(a: ReadEntry, b: ReadEntry): boolean {
  return a.start === b.start && a.end === b.end && a.type === b.type;
}

/** Returns the entry that a text at a line is, or why it is none. */
export function readAt(notation: Notation, line: Line, body: string, limit: bigint): ReadEntry | SpecError {
  try {
    return readEntry(notation, line, body.trimEnd(), limit);
  } catch (error) {
    if (isSpecError(error)) return error;
    throw error;
  }
}

/** A text that may be an entry: from its mark on. */
interface Body {
  readonly line: Line;
  readonly from: number;
  readonly prefix: string;
  readonly text: string;
}

/** Returns the entries, different ones, that wrapped parts make. */
function wholesOf(
  notation: Notation,
  { line }: Body,
  parts: readonly string[],
  limit: bigint,
): readonly ReadEntry[] {
  const found: ReadEntry[] = [];
  for (const text of joins(parts, notation.lines === undefined ? [' ', ''] : [' '])) {
    const entry = readAt(notation, line, text, limit);
    if (!isSpecError(entry) && !found.some((other) => isSameMemory(other, entry))) found.push(entry);
  }
  return found;
}

/** An entry that takes several lines. */
interface Wrapped {
  readonly entry: ReadEntry;
  readonly lines: number;
}

/** What may be cut off from an entry that is whole without it. */
const TAIL = /^\(\d{1,12}[KMGT]i?B\)$/;

/** Returns the entry that a line makes with those after it, or null where there is none, or more than one. */
function unwrapped(notation: Notation, body: Body, dump: Dump): Wrapped | null {
  const most = notation.lines ?? MOST_WRAPPED;
  const parts = [body.text];
  for (let lines = 2; lines <= most; lines += 1) {
    const next = dump.lines[body.from + lines - 1];
    if (next === undefined || next.text === '' || !isForeign(notation, next)) return null;
    parts.push(withoutPrefix(next.text, body.prefix));
    const [entry, another] = wholesOf(notation, body, parts, dump.limit);
    if (entry !== undefined && another === undefined) return { entry, lines };
  }
  return null;
}

function claimOf(notation: Notation, body: Body, dump: Dump): Claim {
  const { line, from, prefix } = body;
  const alone = readAt(notation, line, body.text, dump.limit);
  const hasTail = !isSpecError(alone) && TAIL.test(dump.lines[from + 1]?.text ?? '');
  const wrapped = isSpecError(alone) ? unwrapped(notation, body, dump) : null;
  const { entry, lines } = wrapped ?? { entry: alone, lines: hasTail ? 2 : 1 };
  const [read, error] = isSpecError(entry) ? [null, entry] : [entry, null];
  return { line, from, to: from + lines, prefix, entry: read, error };
}

/** What of a dump claims to be of a notation. */
export interface Claims {
  /** In order. */
  readonly claims: readonly Claim[];
  /** Entries where none may stand: outside of what a heading begins. */
  readonly strays: readonly Line[];
  /** Headings below which there is no entry. */
  readonly bare: readonly Line[];
}

/** Where a line stands: below a heading, below one of other lines that look alike, or outside of both. */
type Section = 'own' | 'alike' | 'outside';

function sectionAfter(
  { heading, ending, alike, needsHeading }: Notation,
  text: string,
  section: Section,
): Section {
  if (needsHeading !== true) return 'own';
  if (heading?.test(text) === true) return 'own';
  if (alike?.test(text) === true) return 'alike';
  return ending?.test(text) === true ? 'outside' : section;
}

/** Collects the claims of a dump, and what is out of place. */
class Collector {
  readonly #notation: Notation;
  readonly #dump: Dump;
  readonly claims: Claim[] = [];
  readonly strays: Line[] = [];
  readonly bare: Line[] = [];
  #section: Section;
  #heading: Line | null = null;

  constructor(notation: Notation, dump: Dump) {
    this.#notation = notation;
    this.#dump = dump;
    this.#section = notation.needsHeading === true ? 'outside' : 'own';
  }

  take(line: Line, from: number): void {
    if (from < (this.claims.at(-1)?.to ?? 0)) return;
    this.#enter(line);
    const found = this.#notation.mark.exec(line.text);
    if (found === null || this.#section === 'alike') return;
    const [prefix, text] = [line.text.slice(0, found.index), line.text.slice(found.index)];
    const claim = claimOf(this.#notation, { line, from, prefix, text }, this.#dump);
    if (this.#section === 'own') {
      this.claims.push(claim);
      this.#heading = null;
    } else if (claim.entry !== null) this.strays.push(line);
  }

  #enter(line: Line): void {
    const { heading, needsHeading } = this.#notation;
    const section = sectionAfter(this.#notation, line.text, this.#section);
    if (section !== 'own' && this.#section === 'own') this.leave();
    this.#section = section;
    if (needsHeading === true && heading?.test(line.text) === true) this.#heading = line;
  }

  /** Ends a section: a heading without entries is bare. */
  leave(): void {
    if (this.#heading !== null) this.bare.push(this.#heading);
    this.#heading = null;
  }
}

/** Returns what of a dump claims to be of a notation. O(lines), and more only where entries are not whole. */
export function claimsOf(notation: Notation, dump: Dump): Claims {
  const collector = new Collector(notation, dump);
  for (const [from, line] of dump.lines.entries()) collector.take(line, from);
  collector.leave();
  return collector;
}
