/** The report of `npm run mutants`: a row for each mutant, the table clause × mutant, and the shortcomings. */

import Table from 'cli-table3';
import type { Certificate } from '../../properties/explore/index.ts';
import { median, quantile } from '../../properties/verify/index.ts';
import { MUTANTS } from '../../runner/mutants/index.ts';
import { CLAUSE_NAMES, type ClauseName, isSequential, type Trace } from '../../spec/index.ts';
import { ADDED } from '../calls/added.ts';
import { KINDS } from './kinds/index.ts';
import { distinctPrograms, lengthOf, type MutantResult } from './trial.ts';

/** Seeds whose campaigns the medians are taken over. */
const MEDIAN_SEEDS = 10;
/** For at least this share of the mutants, all seeds must give one program. */
const SINGLE_SHARE = 0.95;

/** Clauses that managers break which claim more than ours. */
const BY_CLAIM = [...KINDS, ...ADDED].flatMap(({ broken }) => broken.map(({ clause }): string => clause));
const BY_MUTANT = new Set(MUTANTS.map(({ clause }) => clause));

/** Clauses that a sequential program can break on our allocator. */
export const BREAKABLE: readonly ClauseName[] = CLAUSE_NAMES.filter(
  (name) => isSequential(name) && (BY_MUTANT.has(name) || !BY_CLAIM.includes(name)),
);

function isClauseName(name: string): name is ClauseName {
  return CLAUSE_NAMES.some((clause) => clause === name);
}

/** Returns different clauses, the most frequent first, with how often each is there. */
function tallied(clauses: readonly ClauseName[]): readonly (readonly [ClauseName, number])[] {
  const counts = new Map<ClauseName, number>();
  for (const clause of clauses) counts.set(clause, (counts.get(clause) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Returns the clauses that caught a mutant, the most frequent first, with how often each did. */
function clausesOf({ catches }: MutantResult): readonly (readonly [ClauseName, number])[] {
  return tallied(catches.map(({ clause }) => clause));
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

function ownTraces({ shrunk }: MutantResult): readonly Trace[] {
  return shrunk.map(({ trace }) => trace);
}

/** Whether all of the different programs that a mutant was shrunk to are as short as any on their worlds. */
function certifiedWord(certificates: readonly Certificate[]): string {
  if (certificates.length === 0) return '-';
  const isShortest = certificates.every(({ kind }) => kind === 'shortest');
  return isShortest ? 'shortest' : certificates.some(({ kind }) => kind === 'shorter') ? 'no' : 'open';
}

/** A column of the table of mutants. */
interface Column {
  readonly head: string;
  readonly cell: (result: MutantResult) => string | number;
}

const COLUMNS: readonly Column[] = [
  { head: 'mutant', cell: ({ mutant }) => mutant.name },
  { head: 'caught by', cell: caughtBy },
  {
    head: 'programs\np50',
    cell: ({ catches }) => median(catches.slice(0, MEDIAN_SEEDS).map(({ programs }) => programs)),
  },
  {
    head: 'operations\np50',
    cell: ({ catches }) => median(catches.slice(0, MEDIAN_SEEDS).map(({ operations }) => operations)),
  },
  {
    head: 'catch\nms p50',
    cell: ({ catches }) => median(catches.slice(0, MEDIAN_SEEDS).map(({ ms }) => ms)).toFixed(0),
  },
  { head: 'shortest\nknown', cell: ({ mutant }) => mutant.shortest },
  { head: 'shrunk\nlength', cell: (result) => span(ownTraces(result).map(lengthOf)) },
  { head: 'shrunk\ndistinct', cell: (result) => distinctPrograms(ownTraces(result)) },
  { head: 'shrink\nms p50', cell: ({ shrunk }) => median(shrunk.map(({ ms }) => ms)).toFixed(0) },
  { head: 'certified', cell: ({ certificates }) => certifiedWord(certificates) },
];

/** Returns the table of all mutants. */
export function mutantTable(results: readonly MutantResult[]): string {
  const head = COLUMNS.map((column) => column.head);
  const colAligns = head.map((_, column): 'left' | 'right' => (column < 2 ? 'left' : 'right'));
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...results.map((result) => COLUMNS.map(({ cell }) => `${cell(result)}`)));
  return table.toString();
}

/** Returns a line for each mutant whose simplest program breaks another clause than one that caught it. */
export function otherEndings(results: readonly MutantResult[]): readonly string[] {
  return results.flatMap(({ mutant, catches, shrunk }) => {
    const [end] = tallied(shrunk.flatMap(({ trace }) => trace.violation?.clause ?? []).filter(isClauseName));
    const others = tallied(catches.map(({ clause }) => clause)).filter(([name]) => name !== end?.[0]);
    if (end === undefined || others.length === 0) return [];
    const from = others
      .map(([name, count]) => `${name} (${count} ${count === 1 ? 'seed' : 'seeds'})`)
      .join(', ');
    return [`${mutant.name}: caught by ${from}; its simplest program breaks ${end[0]}`];
  });
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

/** Returns how many mutants ended at one program from all seeds. */
function singles(results: readonly MutantResult[]): number {
  return results.filter((result) => distinctPrograms(ownTraces(result)) <= 1).length;
}

/** Returns the share of runs whose program is as short as the shortest known. */
function shortest(results: readonly MutantResult[]): string {
  const runs = results.flatMap((result) =>
    ownTraces(result).map((trace) => lengthOf(trace) <= result.mutant.shortest),
  );
  return `${((100 * runs.filter(Boolean).length) / runs.length).toFixed(1)} %`;
}

/** Returns the totals: how often all seeds give one program, how short the programs are, and how long shrinking takes. */
export function summary(results: readonly MutantResult[]): string {
  const ms = results.flatMap(({ shrunk }) => shrunk.map((one) => one.ms));
  const caught = results.flatMap(({ catches }) => catches.map((one) => one.ms));
  const spent = results.flatMap(({ shrunk }) => shrunk.filter((one) => !one.isMinimal)).length;
  return [
    `one program from all seeds: ${singles(results)} of ${results.length} mutants`,
    `as short as the shortest known: ${shortest(results)} of ${ms.length} runs`,
    `catching: ${median(caught).toFixed(0)} ms p50, ${quantile(caught, 0.95).toFixed(0)} ms p95`,
    `shrinking: ${median(ms).toFixed(0)} ms p50, ${quantile(ms, 0.95).toFixed(0)} ms p95; ${spent} of ${ms.length} ended by the budget`,
  ].join('\n');
}

function tooMany(results: readonly MutantResult[]): readonly string[] {
  const single = singles(results);
  if (single >= SINGLE_SHARE * results.length) return [];
  const several = results.filter((result) => distinctPrograms(ownTraces(result)) > 1);
  return [`several programs over the seeds: ${several.map(({ mutant }) => mutant.name).join(', ')}`];
}

/** Returns the shortcomings of a run, one line each. */
export function shortcomings(results: readonly MutantResult[]): readonly string[] {
  const unbroken = BREAKABLE.filter((clause) => caughtUnder(clause, results).length === 0);
  return [
    ...unbroken.map((clause) => `${clause}: broken by no mutant`),
    ...results
      .filter(({ survived }) => survived.length > 0)
      .map(({ mutant, survived }) => `${mutant.name}: survives seed ${survived.join(', ')}`),
    ...results.flatMap((result) => {
      const { mutant } = result;
      const longest = Math.max(0, ...ownTraces(result).map(lengthOf));
      if (longest <= mutant.shortest) return [];
      return [`${mutant.name}: shrunk to ${longest} operations, ${mutant.shortest} are known to do`];
    }),
    ...tooMany(results),
  ];
}
