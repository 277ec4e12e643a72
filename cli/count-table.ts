/** Tables of what a run met: calls by outcome, situations, clauses by side. Pure: from counts to text. */

import type { SideCounts } from '../model/index.ts';
import type { Counts } from '../properties/random/index.ts';
import { grouped } from '../spec/index.ts';
import { columns } from './print.ts';
import { textTable } from './text-table.ts';

/** Returns a table without lines: words to the left, numbers, in columns 1 to `numbers`, to the right. */
function countTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers = head.length - 1,
): string {
  const aligns = head.map((_, i) => (i === 0 || i > numbers ? ('left' as const) : ('right' as const)));
  return textTable({ head, aligns, rows, gap: 2, isHeadUnderlined: false, width: columns() });
}

/** Outcomes in the order of their columns, and what each column is called. */
const OUTCOMES = [
  ['succeeded', ['address', 'addresses', 'done', 'amount']],
  ['failed', ['failed']],
  ['panicked', ['panicked']],
] as const;

/** Returns a table of calls by their outcome. */
export function callTable(calls: Counts['calls']): string {
  const rows = Object.entries(calls)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([call, outcomes]) => [
      call,
      ...OUTCOMES.map(([, kinds]) => grouped(kinds.reduce((sum, kind) => sum + (outcomes[kind] ?? 0), 0))),
    ]);
  return countTable(['call', ...OUTCOMES.map(([name]) => name)], rows);
}

function clauseRow([name, sides]: readonly [string, SideCounts]): readonly string[] {
  const [first = 0, second] = Object.values(sides);
  return [name, grouped(first), second === undefined ? '-' : grouped(second), Object.keys(sides).join(' | ')];
}

/** Returns a table of how often each clause was checked, on each of its sides. */
export function clauseTable(clauses: Counts['clauses']): string {
  return countTable(
    ['clause checked', 'one side', 'other side', 'one side | other side'],
    Object.entries(clauses).map(clauseRow),
    2,
  );
}

/** The words for what is measured. Not imported: judging a log needs none of it. */
type Measures = Readonly<Record<string, string>>;

/** Returns a table of the largest that programs met. */
function furthestTable(furthest: Counts['furthest'], words: Measures): string {
  return countTable(
    ['not reached: more than these', 'at most'],
    Object.entries(furthest).map(([name, most]) => [words[name] ?? name, grouped(most)]),
  );
}

/** Returns all tables of a run, each with an empty line after it. */
export function countTables(
  { calls, situations, clauses, furthest }: Counts,
  measures: Measures,
): readonly string[] {
  const rows = Object.entries(situations).map(([name, times]) => [name, grouped(times)]);
  return [
    callTable(calls),
    countTable(['situation', 'times'], rows),
    clauseTable(clauses),
    furthestTable(furthest, measures),
  ].flatMap((table) => [table, '']);
}
