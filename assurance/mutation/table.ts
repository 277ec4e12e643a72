/** The output of a run: a row for each file, then what makes it fail. */
import Table from 'cli-table3';
import type { TriedMutant } from './report.ts';
import type { Miscount, MutationVerdict, Score } from './verdict.ts';

const HEAD = ['file', 'mutants', 'killed', 'timed out', 'equivalent', 'open', 'score'];

/** Returns the share of mutants killed, by an assertion or by the clock, among all but the equivalent, rounded down. */
function percentage({ killed, timedOut, open }: Score): string {
  const all = killed + timedOut + open;
  return all === 0 ? '-' : `${(Math.floor(((killed + timedOut) / all) * 1000) / 10).toFixed(1)} %`;
}

function rowOf(score: Score): string[] {
  const { file, killed, timedOut, equivalent, open } = score;
  const numbers = [killed + timedOut + equivalent + open, killed, timedOut, equivalent, open];
  return [file, ...numbers.map(String), percentage(score)];
}

function totalOf(scores: readonly Score[]): Score {
  const sum = (count: (score: Score) => number): number => scores.reduce((n, score) => n + count(score), 0);
  return {
    file: 'all',
    killed: sum((s) => s.killed),
    timedOut: sum((s) => s.timedOut),
    equivalent: sum((s) => s.equivalent),
    open: sum((s) => s.open),
  };
}

/** Returns the table of scores. */
export function scoreTable(scores: readonly Score[]): string {
  const colAligns = HEAD.map((_, column): 'left' | 'right' => (column === 0 ? 'left' : 'right'));
  const table = new Table({ head: HEAD, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...scores.map(rowOf), rowOf(totalOf(scores)));
  return table.toString();
}

function changeLines({ line, before, after }: TriedMutant): string {
  return `  line ${line}\n  - ${before}\n  + ${after}`;
}

function unjudgedLines(mutant: TriedMutant): string {
  const { file, within, mutator, fate, said } = mutant;
  const why = said === '' ? '' : ` (${said.slice(0, 200)})`;
  return `${file} ${within}: ${mutator} ${fate}${why}\n${changeLines(mutant)}`;
}

function miscountLines({ file, within, mutator, survivors, listed }: Miscount): string {
  const head = `${file} ${within}: ${mutator}: ${listed} listed, ${survivors.length} survived`;
  return [head, ...survivors.map(changeLines)].join('\n');
}

/** Returns what makes a run fail, a few lines each. */
export function shortcomings({ unjudged, miscounts }: MutationVerdict): readonly string[] {
  return [...unjudged.map(unjudgedLines), ...miscounts.map(miscountLines)];
}
