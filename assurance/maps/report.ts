/** The report on a trial: what became of edited dumps, a line for each notation, a cell for each kind of edit. */
import { EDITS } from './edits.ts';
import { type Counts, OUTCOMES, type Trial } from './trial.ts';

/** The letters of a cell, in the order of the outcomes. */
const LETTERS = '=/!+~#';
const LEGEND =
  '= the same map  / refused  ! with a warning  + beside others that are named  ~ as the notation says it cannot see  # without a word';

function cell(counts: Counts | undefined): string {
  if (counts === undefined) return '';
  return OUTCOMES.flatMap((outcome, i) =>
    counts[outcome] === 0 ? [] : [`${counts[outcome]}${LETTERS[i]}`],
  ).join(' ');
}

function sum(all: readonly Counts[]): Counts {
  const total = { same: 0, refused: 0, warned: 0, named: 0, noted: 0, silent: 0 };
  for (const counts of all) for (const outcome of OUTCOMES) total[outcome] += counts[outcome];
  return total;
}

/** Returns the table of a trial as text that ends without a line break. */
export function tableOf({ tallies }: Trial): string {
  const notations = [...new Set(tallies.map(({ notation }) => notation))].sort();
  const countsOf = (notation: string, edit: string): Counts | undefined =>
    tallies.find((tally) => tally.notation === notation && tally.edit === edit)?.counts;
  const rows = [
    ['notation', ...EDITS],
    ...notations.map((notation) => [notation, ...EDITS.map((edit) => cell(countsOf(notation, edit)))]),
    [
      'all',
      ...EDITS.map((edit) =>
        cell(sum(tallies.filter((tally) => tally.edit === edit).map(({ counts }) => counts))),
      ),
    ],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', LEGEND].join('\n');
}
