/**
 * Problems: what speaks against a table. A table is read whole or not at all, so the first problem is the error that its
 * reader throws; a waiver lets it pass, and is said in the output.
 */
import { SpecError } from '../errors.ts';
import { PAGE_BYTES } from '../units.ts';
import { type Claim, shapeOf } from './claims.ts';
import { byStart } from './entry.ts';
import { fault, type Line } from './lines.ts';
import { plainWord } from './memory-words.ts';
import type { Fields, Notation, ReadEntry } from './notation.ts';
import { isPrintedAs } from './read-entry.ts';

/** What lets a problem pass: `lenient` leaves out a line, `partial` reads a table of which entries are missing. */
export type Waiver = 'lenient' | 'partial';

export interface Problem {
  readonly line: Line;
  readonly error: SpecError;
  readonly waivers: readonly Waiver[];
}

function problem(line: Line, expected: string, found: string, ...waivers: readonly Waiver[]): Problem {
  return { line, error: fault(line, expected, found), waivers };
}

/** Returns the problems with entries that cannot be read. A last one was cut, perhaps: what is above it is a part. */
export function unreadable(claims: readonly Claim[]): readonly Problem[] {
  return claims.flatMap(({ line, error }, i) => {
    if (error === null) return [];
    return [{ line, error, waivers: i === claims.length - 1 ? ['lenient', 'partial'] : ['lenient'] }];
  });
}

/** Returns the problem with a line within a table that is none of its lines. */
export function foreign(line: Line, { name }: Notation): Problem {
  return problem(line, `an entry of ${name}: this line stands within its table`, line.text, 'lenient');
}

/** Returns the problem with a line at the edge of a table that is a part of an entry. */
export function remnant(line: Line, { name }: Notation): Problem {
  return problem(line, `a whole entry of ${name}`, line.text, 'lenient', 'partial');
}

/** Returns the problem with an entry outside of what a heading begins. */
export function stray(line: Line, { name }: Notation): Problem {
  return problem(line, `entries of ${name} below their heading only`, line.text, 'lenient');
}

/** Returns the problem with a heading that no entry follows. */
export function unfollowed(line: Line, { name }: Notation): Problem {
  return problem(line, `entries of ${name} below this heading`, line.text, 'partial');
}

/** Returns the problem with the lines of a notation that the entries of a table have before them, all of one logger but these. */
export function prefixed(claims: readonly Claim[], shape: string): readonly Problem[] {
  const usual = claims.find(({ prefix }) => shapeOf(prefix) === shape)?.prefix ?? '';
  const expected = usual === '' ? 'nothing before an entry' : `${JSON.stringify(usual)} before an entry`;
  return claims
    .filter(({ prefix }) => shapeOf(prefix) !== shape)
    .map(({ line, prefix }) => problem(line, expected, prefix, 'lenient'));
}

/** Whether a claim repeats the one before it, which is not empty: no firmware lists memory twice. */
export function isRepeated(claims: readonly Claim[], index: number): boolean {
  const [entry, before] = [claims[index]?.entry ?? null, claims[index - 1]?.entry ?? null];
  if (entry === null || before === null || entry.number !== null || entry.start === entry.end) return false;
  const isSame = entry.start === before.start && entry.end === before.end && entry.type === before.type;
  return isSame && entry.line.indent === before.line.indent;
}

export function repeated(claims: readonly Claim[]): readonly Problem[] {
  return claims.flatMap(({ line }, i) =>
    isRepeated(claims, i)
      ? [problem(line, `an entry other than that of ${claims[i - 1]?.line.where}`, line.text, 'lenient')]
      : [],
  );
}

/** Returns the problem with the number of a claim, given what the number before it was and how many could not be read since. */
function misnumbered({ line, number, list }: ReadEntry, due: number, unread: number): readonly Problem[] {
  if (number === null || (number >= due && number <= due + unread)) return [];
  const expected = `entry ${due}${list === '' ? '' : ` of ${list}`}`;
  if (number < due) return [problem(line, expected, `entry ${number}`)];
  const missing =
    number - 1 === due ? `entry ${due} is missing` : `entries ${due} to ${number - 1} are missing`;
  return [problem(line, expected, `entry ${number}: ${missing}`, 'partial')];
}

/** Returns the problems with numbers: each list counts from 0, without gaps. */
export function numbering(claims: readonly Claim[]): readonly Problem[] {
  const due = new Map<string, number>();
  let unread = 0;
  return claims.flatMap(({ entry }) => {
    if (entry === null) unread += 1;
    if (entry?.number == null) return [];
    const found = misnumbered(entry, due.get(entry.list) ?? 0, unread);
    due.set(entry.list, entry.number + 1);
    unread = 0;
    return found;
  });
}

/** Returns the problem with a table that names its holes and has others: entries are missing there. */
export function unnamedHoles(entries: readonly ReadEntry[]): readonly Problem[] {
  if (!entries.some(({ type }) => type === 'hole')) return [];
  const sorted = entries.toSorted(byStart);
  return sorted.flatMap(({ line, start }, i) => {
    const end = sorted[i - 1]?.end ?? start;
    if (end >= start) return [];
    const expected = `an entry or a hole from 0x${end.toString(16)}: this table names its holes`;
    return [problem(line, expected, `0x${start.toString(16)}`, 'partial')];
  });
}

export function rounded({ line }: ReadEntry): Problem {
  const expected = 'a size in bytes: this one is rounded, and where the entry ends is unknown';
  return problem(line, expected, line.text, 'lenient');
}

/** Returns the problems with entries of one type that touch where the printer would have joined them. */
export function unjoined(entries: readonly ReadEntry[]): readonly Problem[] {
  const sorted = entries.toSorted(byStart);
  return sorted.flatMap((entry, i) => {
    const before = sorted[i - 1];
    const isSame =
      before !== undefined && plainWord(before.fields.words ?? '') === plainWord(entry.fields.words ?? '');
    if (before === undefined || !isSame || before.end !== entry.start) return [];
    return [
      problem(
        entry.line,
        `a type other than that of ${before.line.where}, which it touches`,
        entry.line.text,
      ),
    ];
  });
}

/**
 * Returns the problems with lengths that were cut, perhaps: another hex digit or more at the end of the number would make
 * the entry touch the next one.
 */
export function shortened(entries: readonly ReadEntry[]): readonly Problem[] {
  const sorted = entries.toSorted(byStart);
  return sorted.flatMap(({ line, start, end }, i) => {
    const gap = (sorted[i + 1]?.start ?? end) - start;
    const isCut = [4n, 8n, 12n, 16n, 20n, 24n].some(
      (bits) => gap > end - start && gap >> bits === end - start,
    );
    const expected = `a whole number: with more digits this entry would end where the next begins, at 0x${(start + gap).toString(16)}`;
    return isCut && end > start ? [problem(line, expected, line.text, 'lenient')] : [];
  });
}

/** Returns the problems with numbers that the printer has words for, beside such words: they were cut from longer ones. */
export function unworded(entries: readonly ReadEntry[], { wordless, types }: Notation): readonly Problem[] {
  if (wordless === undefined || !entries.some(({ fields }) => fields.words !== undefined)) return [];
  const isCut = ({ fields: { type } }: ReadEntry): boolean =>
    type !== undefined && wordless(Number(type)) === null;
  return entries
    .filter(isCut)
    .map(({ line, fields }) => problem(line, types.expected, `type ${fields.type}`, 'lenient'));
}

/** Returns the problems with RAM that does not consist of whole page frames. */
export function unaligned(entries: readonly ReadEntry[]): readonly Problem[] {
  const isWhole = ({ start, end }: ReadEntry): boolean =>
    start % PAGE_BYTES === 0n && end % PAGE_BYTES === 0n;
  return entries
    .filter((entry) => (entry.type === 'conventional' || entry.type === 'loaderData') && !isWhole(entry))
    .map(({ line }) => problem(line, 'whole page frames of RAM', line.text, 'lenient'));
}

/** A line that says something of a whole table. */
export interface Figure {
  readonly line: Line;
  readonly groups: Fields;
}

function amount(text: string): bigint {
  return BigInt(text.replaceAll(',', ''));
}

function bytesOf(entries: readonly ReadEntry[]): bigint {
  return entries.reduce((sum, { start, end }) => sum + (end - start), 0n);
}

/** Pages of kernels: 4 to 64 KiB. */
const KERNEL_PAGE_BYTES = [1n, 2n, 4n, 16n].map((n) => n * PAGE_BYTES);

/** Returns what a figure says, and what the entries add up to, where the two disagree. */
function disagreement({ line, groups }: Figure, entries: readonly ReadEntry[], counted: number) {
  const { count, bytes, pages, frames, size } = groups;
  const total = bytesOf(entries);
  if (count !== undefined && Number(amount(count)) !== counted)
    return {
      said: `${Number(amount(count))} entries`,
      found: `${counted}`,
      isLess: counted < Number(amount(count)),
    };
  const said =
    bytes === undefined ? (pages === undefined ? null : amount(pages) * PAGE_BYTES) : amount(bytes);
  if (said !== null && said !== total)
    return { said: `${said} bytes`, found: `${total}`, isLess: total < said };
  if (frames !== undefined && !KERNEL_PAGE_BYTES.some((page) => amount(frames) * page === total))
    return { said: `${frames} pages`, found: `${total / PAGE_BYTES}`, isLess: true };
  if (size !== undefined && !isPrintedAs(line, total, size))
    return { said: size, found: `${total} bytes`, isLess: true };
  return null;
}

/** Whether a figure speaks of an entry. */
export function isMeant(
  { groups: { list, words } }: Figure,
  { type, list: own, fields }: ReadEntry,
): boolean {
  // What is not the machine's doing counts only where a list of it is spoken of.
  if (type === 'hole' || (type === 'passed' && list === undefined)) return false;
  const isListed = list === undefined || own === list;
  return isListed && (words === undefined || plainWord(fields.words ?? '') === plainWord(words));
}

/**
 * Returns the problem with a figure that the entries do not add up to. The `unread` claims count as entries; of bytes
 * nothing can be said where there are any.
 */
export function miscounted(
  figure: Figure,
  entries: readonly ReadEntry[],
  unread: number,
): readonly Problem[] {
  if (unread > 0 && figure.groups.count === undefined) return [];
  const meant = entries.filter((entry) => isMeant(figure, entry));
  const found = disagreement(figure, meant, meant.length + unread);
  if (found === null) return [];
  const expected = `${found.said} in the table that this line speaks of`;
  return [problem(figure.line, expected, found.found, ...(found.isLess ? (['partial'] as const) : []))];
}

/** Returns the problem with a tree of which a reader without rights sees no addresses. */
export function hidden(entries: readonly ReadEntry[]): readonly Problem[] {
  const [first] = entries;
  if (first === undefined || entries.some(({ end }) => end > 1n)) return [];
  const error = new SpecError(`${first.line.source}: expected addresses, found only zeros: read it as root`);
  return [{ line: first.line, error, waivers: [] }];
}

/**
 * Returns the problems with the places of nested entries: each lies within the one that it is indented below, one level
 * deeper, and after its neighbour. Roots that overlap have lost their indentation.
 */
export function misplaced(entries: readonly ReadEntry[]): readonly Problem[] {
  const open: ReadEntry[] = [];
  return entries.flatMap((entry) => {
    const depth = entry.line.indent;
    let sibling: ReadEntry | undefined;
    while ((open.at(-1)?.line.indent ?? -1) >= depth) sibling = open.pop();
    const parent = open.at(-1);
    open.push(entry);
    const expected = misplacement(entry, parent, sibling);
    return expected === null ? [] : [problem(entry.line, expected, entry.line.raw.trim())];
  });
}

const LEVEL_BLANKS = 2;

function misplacement(
  entry: ReadEntry,
  parent: ReadEntry | undefined,
  sibling: ReadEntry | undefined,
): string | null {
  const { indent } = entry.line;
  const due = parent === undefined ? 0 : parent.line.indent + LEVEL_BLANKS;
  if (indent !== due) return `an entry indented by ${due}, a level below the entry that it is part of`;
  if (parent !== undefined && (entry.start < parent.start || entry.end > parent.end))
    return `a range inside that of ${parent.line.where}`;
  if (sibling === undefined || entry.start >= sibling.end) return null;
  if (parent === undefined)
    return `a range after that of ${sibling.line.where} (indented, if it is part of it: pasting may have lost that)`;
  return `a range after that of ${sibling.line.where}`;
}
