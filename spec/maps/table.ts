/**
 * Tables: the entries that a dump has in one notation, and everything that speaks against reading them as one map.
 *
 *     lines     heading   entry entry FOREIGN entry        entry entry      figure
 *     tables    |------------- one table -------------|    |-- another --|
 *
 * A table begins at a heading, where numbers begin anew, and where entries cannot be of one table with those above: at
 * the last step down before two of one type overlap.
 */
import { type Claim, claimsOf, type Dump, isForeign, shapeOf } from './claims.ts';
import { overlaps } from './entry.ts';
import type { Line } from './lines.ts';
import type { Notation, ReadEntry } from './notation.ts';
import {
  type Figure,
  foreign,
  hidden,
  isMeant,
  isRepeated,
  miscounted,
  misplaced,
  numbering,
  type Problem,
  prefixed,
  remnant,
  repeated,
  rounded,
  shortened,
  stray,
  unaligned,
  unfollowed,
  unjoined,
  unnamedHoles,
  unreadable,
  unworded,
} from './problems.ts';
import { remnantsOf } from './remnants.ts';

/** Which lost entries leave a trace: any, any but the last ones, or none. */
export type Loss = 'seen' | 'seen but at the end' | 'unseen';

/** A table as it was found. */
export interface Table {
  readonly notation: Notation;
  /** What was read, without what a problem names. */
  readonly entries: readonly ReadEntry[];
  /** In the order of their lines. */
  readonly problems: readonly Problem[];
  readonly first: Line;
  readonly last: Line;
  /** Lines between the first and the last that are not entries. */
  readonly passed: number;
  readonly loss: Loss;
}

/** The claims of a table, and the lines among them that no table of its notation has. */
interface Draft {
  readonly claims: Claim[];
  readonly foreign: Line[];
}

function begins(
  { heading, ending, alike }: Notation,
  { claims }: Draft,
  { entry }: Claim,
  between: readonly Line[],
): boolean {
  const borders = [heading, ending, alike];
  if (between.some(({ text }) => borders.some((border) => border?.test(text) === true))) return true;
  if (entry?.number !== 0) return false;
  return claims.some((other) => other.entry?.number != null && other.entry.list === entry.list);
}

/** Returns the claims of each table, divided at headings and where numbers begin anew. */
function draftsOf(notation: Notation, { lines }: Dump, claims: readonly Claim[]): readonly Draft[] {
  const drafts: Draft[] = [];
  for (const [i, claim] of claims.entries()) {
    const between = lines.slice(claims[i - 1]?.to ?? claim.from, claim.from);
    const draft = drafts.at(-1);
    if (draft === undefined || begins(notation, draft, claim, between)) {
      drafts.push({ claims: [claim], foreign: [] });
      continue;
    }
    draft.claims.push(claim);
    draft.foreign.push(...between.filter((line) => isForeign(notation, line)));
  }
  return drafts;
}

/** Whether two entries cannot be of one table: they overlap, and are of one type or promised to be disjoint. */
function clash({ isOrderly }: Notation, a: ReadEntry, b: ReadEntry): boolean {
  if (a.type === 'passed' || b.type === 'passed' || !overlaps(a, b)) return false;
  return isOrderly === true || a.type === b.type;
}

/** Returns the last claim from `begin` to `at` that lies at or below the one before it; `at` where none does. */
function stepBefore(claims: readonly Claim[], begin: number, at: number): number {
  for (let i = at; i > begin; i -= 1) {
    const [entry, before] = [claims[i]?.entry, claims[i - 1]?.entry];
    if (entry != null && before != null && entry.start <= before.start) return i;
  }
  return at;
}

/** Returns the claims at which another table begins. One that repeats the claim before it begins none. */
function steps(notation: Notation, claims: readonly Claim[]): readonly number[] {
  const found: number[] = [];
  let begin = 0;
  for (const [i, { entry }] of claims.entries()) {
    if (entry === null || isRepeated(claims, i)) continue;
    const clashes = claims
      .slice(begin, i)
      .some((other) => other.entry !== null && clash(notation, other.entry, entry));
    if (!clashes) continue;
    begin = stepBefore(claims, begin, i);
    found.push(begin);
  }
  return found;
}

/** The same of a tree, whose roots ascend. */
function rootSteps(claims: readonly Claim[]): readonly number[] {
  const roots = claims.flatMap(({ entry, line }, i) =>
    entry !== null && line.indent === 0 ? [{ entry, i }] : [],
  );
  return roots.filter(({ entry }, n) => entry.start < (roots[n - 1]?.entry.start ?? 0n)).map(({ i }) => i);
}

/** Returns a draft divided where its entries clash. Numbers say themselves what belongs together. */
function pieces(notation: Notation, draft: Draft): readonly Draft[] {
  if (draft.claims.some(({ entry }) => entry?.number != null)) return [draft];
  const found = notation.isNested === true ? rootSteps(draft.claims) : steps(notation, draft.claims);
  const bounds = [0, ...found, draft.claims.length];
  return bounds.slice(1).map((end, i) => {
    const claims = draft.claims.slice(bounds[i], end);
    const [from, to] = [claims[0]?.line.number ?? 0, claims.at(-1)?.line.number ?? 0];
    return { claims, foreign: draft.foreign.filter(({ number }) => number > from && number < to) };
  });
}

/** Returns the shape of prefix that most claims have. */
function usualShape(claims: readonly Claim[]): string {
  const counts = new Map<string, number>();
  for (const { prefix } of claims) counts.set(shapeOf(prefix), (counts.get(shapeOf(prefix)) ?? 0) + 1);
  return [...counts].reduce(([best, most], [shape, n]) => (n > most ? [shape, n] : [best, most]), ['', 0])[0];
}

/** Returns the lines from `from` to `to` that say something of the whole table. */
function figuresOf({ heading, figures = [] }: Notation, lines: readonly Line[]): readonly Figure[] {
  const patterns = heading === undefined ? figures : [heading, ...figures];
  return lines.flatMap((line) =>
    patterns.flatMap((pattern) => {
      const groups = pattern.exec(line.text)?.groups;
      return groups === undefined ? [] : [{ line, groups }];
    }),
  );
}

function lossOf(entries: readonly ReadEntry[], figures: readonly Figure[]): Loss {
  if (entries.every((entry) => figures.some((figure) => isMeant(figure, entry)))) return 'seen';
  const isLinked = entries.some(({ number, type }) => number !== null || type === 'hole');
  return isLinked ? 'seen but at the end' : 'unseen';
}

/** Returns the problems with lines that are not entries, and should be or should stand elsewhere. */
function strays(notation: Notation, draft: Draft, shape: string, { lines }: Dump): readonly Problem[] {
  const remnants = remnantsOf({ notation, claims: draft.claims, shape }, lines);
  const others = notation.isScattered === true ? [] : draft.foreign;
  return [
    ...others.map((line) => foreign(line, notation)),
    ...remnants.map((line) => remnant(line, notation)),
  ];
}

function problemsOf(notation: Notation, draft: Draft, shape: string, dump: Dump, figures: readonly Figure[]) {
  const { claims } = draft;
  const entries = entriesOf(claims, shape);
  return [
    ...unreadable(claims),
    ...prefixed(claims, shape),
    ...strays(notation, draft, shape, dump),
    ...repeated(claims),
    ...numbering(claims),
    ...unnamedHoles(entries),
    ...entries.filter(({ isRounded }) => isRounded).map(rounded),
    ...(notation.isJoined === true ? unjoined(entries) : []),
    ...(notation.openEnd === 'length' ? shortened(entries) : []),
    ...unworded(entries, notation),
    ...(notation.isAligned === true ? unaligned(entries) : []),
    ...(notation.isNested === true ? [...hidden(entries), ...misplaced(entries)] : []),
    ...figures.flatMap((figure) => miscounted(figure, entries, claims.length - entries.length)),
  ].toSorted((a, b) => a.line.number - b.line.number);
}

/** Returns what the claims of a table say that can be read and is not said twice. */
function entriesOf(claims: readonly Claim[], shape: string): readonly ReadEntry[] {
  return claims.flatMap(({ entry, prefix }, i) =>
    entry !== null && shapeOf(prefix) === shape && !isRepeated(claims, i) ? [entry] : [],
  );
}

/** Returns the index at which the region of a table begins: its heading, where it has one, or else the lines before the first table. */
function regionStart({ heading }: Notation, { lines }: Dump, after: number, first: number): number {
  const at = lines.slice(after, first).findIndex(({ text }) => heading?.test(text) === true);
  if (at >= 0) return after + at;
  return after === 0 ? 0 : first;
}

/** Returns the tables that a dump has in a notation, in order. */
export function tablesOf(notation: Notation, dump: Dump): readonly Table[] {
  const { claims, strays, bare } = claimsOf(notation, dump);
  const drafts = draftsOf(notation, dump, claims).flatMap((draft) => pieces(notation, draft));
  const starts = drafts.map(({ claims: [first] }, i) =>
    regionStart(notation, dump, drafts[i - 1]?.claims.at(-1)?.to ?? 0, first?.from ?? 0),
  );
  const tables = drafts.map((draft, i) => {
    const figures = figuresOf(notation, dump.lines.slice(starts[i], starts[i + 1]));
    return tableOf(notation, draft, dump, figures);
  });
  const misplaced = [
    ...strays.map((line) => stray(line, notation)),
    ...bare.map((line) => unfollowed(line, notation)),
  ];
  return [...tables, ...misplaced.map((problem) => emptyTable(notation, problem))].sort(
    (a, b) => a.first.number - b.first.number,
  );
}

/** Returns a table of which there is no more than the problem with it. */
function emptyTable(notation: Notation, problem: Problem): Table {
  const { line } = problem;
  return { notation, entries: [], problems: [problem], first: line, last: line, passed: 0, loss: 'unseen' };
}

function tableOf(notation: Notation, draft: Draft, dump: Dump, figures: readonly Figure[]): Table {
  const { claims } = draft;
  const [first, last] = [claims[0], claims.at(-1)];
  const lastLine = dump.lines[(last?.to ?? 0) - 1];
  if (first === undefined || last === undefined || lastLine === undefined)
    throw new RangeError('an empty table');
  const shape = usualShape(claims);
  const entries = entriesOf(claims, shape);
  return {
    notation,
    entries,
    problems: problemsOf(notation, draft, shape, dump, figures),
    first: first.line,
    last: lastLine,
    passed: last.to - first.from - claims.reduce((sum, { from, to }) => sum + (to - from), 0),
    loss: lossOf(entries, figures),
  };
}
