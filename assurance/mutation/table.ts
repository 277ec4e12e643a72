/** What a run prints: a row for each file, then what nobody has accounted for. */
import Table from 'cli-table3';
import type { Listed } from './listed.ts';
import type { TriedMutant } from './report.ts';
import type { MutationVerdict, Score } from './verdict.ts';

const HEAD = ['file', 'mutants', 'killed', 'equivalent', 'endless', 'open', 'score'];

/** Returns the share of killed mutants among those that a test could kill, rounded down. */
function percentage({ killed, open }: Score): string {
  const all = killed + open;
  return all === 0 ? '-' : `${(Math.floor((killed / all) * 1000) / 10).toFixed(1)} %`;
}

function rowOf(score: Score): string[] {
  const { file, killed, equivalent, endless, open } = score;
  const numbers = [killed + equivalent + endless + open, killed, equivalent, endless, open];
  return [file, ...numbers.map(String), percentage(score)];
}

function totalOf(scores: readonly Score[]): Score {
  const sum = (count: (score: Score) => number): number => scores.reduce((n, score) => n + count(score), 0);
  return {
    file: 'all',
    killed: sum((s) => s.killed),
    equivalent: sum((s) => s.equivalent),
    endless: sum((s) => s.endless),
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

function openLines({ file, line, within, mutator, fate, before, after, said }: TriedMutant): string {
  const why = said === '' || fate === 'survived' ? '' : ` (${said.slice(0, 200)})`;
  return `${file}:${line} ${within}: ${mutator} ${fate}${why}\n  - ${before}\n  + ${after}`;
}

function staleLines({ file, within, mutator, before, after }: Listed): string {
  return `${file} ${within}: ${mutator} is listed, and is gone or does not live\n  - ${before}\n  + ${after}`;
}

/** Returns what makes a run fail, a few lines each. */
export function shortcomings({ open, stale }: MutationVerdict): readonly string[] {
  return [...open.map(openLines), ...stale.map(staleLines)];
}
