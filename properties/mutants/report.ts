/** The report on mutants: a row for each, then the table clause × mutant, then what falls short. */
import Table from 'cli-table3';
import { CLAUSE_NAMES, type ClauseName } from '../../spec/index.ts';
import { distinctPrograms, lengthOf, type MutantResult } from './trial.ts';

/** Seeds whose campaigns the medians are taken over. */
const MEDIAN_SEEDS = 10;

/** Clauses that a sequential program can break. */
export const BREAKABLE: readonly ClauseName[] = CLAUSE_NAMES.filter(
  (name) => name !== 'concurrent.linearizable',
);

/** Returns the value below which this share of the values lies, the nearest of them; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? 0;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the clauses that caught a mutant, the most frequent first, with how often each did. */
export function clausesOf({ catches }: MutantResult): readonly (readonly [ClauseName, number])[] {
  const counts = new Map<ClauseName, number>();
  for (const { clause } of catches) counts.set(clause, (counts.get(clause) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Returns the shortest and the longest, where they differ. */
function span(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.length === 0 ? '-' : low === high ? `${low}` : `${low}-${high}`;
}

function caughtBy(result: MutantResult): string {
  const clauses = clausesOf(result);
  const [first] = clauses;
  if (first === undefined) return 'survived';
  return clauses.length === 1 ? first[0] : clauses.map(([name, count]) => `${name} ${count}x`).join('\n');
}

function rowOf(result: MutantResult): string[] {
  const { mutant, catches, reduced } = result;
  const early = catches.slice(0, MEDIAN_SEEDS);
  const own = reduced.map(({ trace }) => trace);
  const shrunk = catches.map((caught) => caught.shrunk);
  return [
    mutant.name,
    caughtBy(result),
    `${median(early.map(({ programs }) => programs))}`,
    `${median(early.map(({ operations }) => operations))}`,
    `${mutant.shortest}`,
    span(own.map(lengthOf)),
    `${distinctPrograms(own)}`,
    median(reduced.map(({ ms }) => ms)).toFixed(0),
    span(shrunk.map(lengthOf)),
    `${distinctPrograms(shrunk)}`,
  ];
}

/** Returns the table of all mutants. */
export function mutantTable(results: readonly MutantResult[]): string {
  const head = [
    'mutant',
    'caught by',
    'programs\np50',
    'operations\np50',
    'shortest\nknown',
    'reduced\nlength',
    'reduced\ndistinct',
    'reduce\nms p50',
    'fast-check\nlength',
    'fast-check\ndistinct',
  ];
  const colAligns = head.map((_, column): 'left' | 'right' => (column < 2 ? 'left' : 'right'));
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...results.map(rowOf));
  return table.toString();
}

/** Returns the mutants that a clause caught, of some seed. */
function caughtUnder(clause: ClauseName, results: readonly MutantResult[]): readonly string[] {
  return results
    .filter((result) => clausesOf(result).some(([name]) => name === clause))
    .map(({ mutant }) => mutant.name);
}

/** Returns the table clause × mutant: for each clause the mutants that it caught. */
export function clauseTable(results: readonly MutantResult[]): string {
  const table = new Table({
    head: ['clause', 'caught first'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...BREAKABLE.map((clause) => [clause, caughtUnder(clause, results).join('\n') || 'no mutant']));
  return table.toString();
}

/** Returns a line over all: how often one program is all there is, and how long reducing takes. */
export function summary(results: readonly MutantResult[]): string {
  const share = (tracesOf: (result: MutantResult) => MutantResult['catches'][number]['shrunk'][]): string => {
    const single = results.filter((result) => distinctPrograms(tracesOf(result)) <= 1).length;
    return `${single} of ${results.length}`;
  };
  const ms = results.flatMap(({ reduced }) => reduced.map((one) => one.ms));
  const spent = results.flatMap(({ reduced }) => reduced.filter((one) => !one.isMinimal)).length;
  const own = share(({ reduced }) => reduced.map(({ trace }) => trace));
  const theirs = share(({ catches }) => catches.map(({ shrunk }) => shrunk));
  return [
    `one program from all seeds: ${own} mutants; with fast-check's shrinking alone: ${theirs}`,
    `reducing: ${median(ms).toFixed(0)} ms p50, ${quantile(ms, 0.95).toFixed(0)} ms p95; ${spent} of ${ms.length} ended by the budget`,
  ].join('\n');
}

/** Returns what a run must not show, one line each. */
export function shortcomings(results: readonly MutantResult[]): readonly string[] {
  const unbroken = BREAKABLE.filter((clause) => caughtUnder(clause, results).length === 0);
  return [
    ...unbroken.map((clause) => `${clause}: broken by no mutant`),
    ...results
      .filter(({ survived }) => survived.length > 0)
      .map(({ mutant, survived }) => `${mutant.name}: survives seed ${survived.join(', ')}`),
    ...results.flatMap(({ mutant, reduced }) => {
      const longest = Math.max(0, ...reduced.map(({ trace }) => lengthOf(trace)));
      if (longest <= mutant.shortest) return [];
      return [`${mutant.name}: reduced to ${longest} operations, ${mutant.shortest} are known to do`];
    }),
  ];
}
