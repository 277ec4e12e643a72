/** What `frameproof check` prints: tables of what the run met, and the verdict. Pure: from a result to text. */
import Table from 'cli-table3';
import type { CampaignResult, SideCounts } from '../properties/index.ts';
import { counterexampleJson, type KeptCounterexample } from './counterexample.ts';

const PLAIN = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const [, ...others] = head;
  const made = new Table({
    ...PLAIN,
    head: [...head],
    colAligns: ['left', ...others.map(() => 'right' as const)],
  });
  made.push(...rows.map((row) => [...row]));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Outcomes in the order of their columns, and what each column is called. */
const OUTCOMES = [
  ['succeeded', ['address', 'addresses', 'done', 'amount']],
  ['failed', ['failed']],
  ['panicked', ['panicked']],
] as const;

function callTable({ calls }: CampaignResult): string {
  const rows = Object.entries(calls)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([call, outcomes]) => [
      call,
      ...OUTCOMES.map(([, kinds]) => grouped(kinds.reduce((sum, kind) => sum + (outcomes[kind] ?? 0), 0))),
    ]);
  return table(['call', ...OUTCOMES.map(([name]) => name)], rows);
}

function situationTable({ situations }: CampaignResult): string {
  return table(
    ['situation', 'times'],
    Object.entries(situations).map(([name, times]) => [name, grouped(times)]),
  );
}

function clauseRow([name, sides]: readonly [string, SideCounts]): readonly string[] {
  const [first = ['', 0], second = ['', 0]] = Object.entries(sides);
  return [name, grouped(first[1]), grouped(second[1]), `${first[0]} | ${second[0]}`];
}

function clauseTable({ clauses }: CampaignResult): string {
  return table(
    ['clause', 'checked on one side', 'on the other', 'sides'],
    Object.entries(clauses).map(clauseRow),
  );
}

function unreachedLines({ unreached }: CampaignResult): readonly string[] {
  return unreached.length === 0
    ? []
    : ['never met in this run:', ...unreached.map((name) => `  ${name}`), ''];
}

/** Returns how far a run went, in one line. */
export function extent({ programs, operations, seconds, seed }: CampaignResult): string {
  const rate = seconds > 0 ? grouped(Math.round(operations / seconds)) : '-';
  return `${grouped(programs)} programs, ${grouped(operations)} operations judged in ${seconds.toFixed(1)} s (${rate}/s), seed ${seed}`;
}

const VERDICTS = {
  holds: 'holds: no counterexample in',
  unreached: 'not shown: no counterexample, but not everything was met in',
  violated: 'broken: a counterexample after',
  interrupted: 'interrupted: no counterexample so far in',
} as const;

/** Returns the verdict in one line. */
export function verdictLine(result: CampaignResult): string {
  return `${VERDICTS[result.verdict]} ${extent(result)}`;
}

/** Returns the tables of a run. */
export function checkReport(result: CampaignResult): string {
  const tables = [callTable(result), situationTable(result), clauseTable(result)];
  return [...tables.flatMap((text) => [text, '']), ...unreachedLines(result)].join('\n');
}

/** Returns the result as `--json` prints it. */
export function checkJson(result: CampaignResult, kept: KeptCounterexample | null): object {
  const { counterexample: _, seconds, operations, ...rest } = result;
  const found = kept === null ? {} : { counterexample: counterexampleJson(kept) };
  return { ...rest, operations, seconds, operationsPerSecond: Math.round(operations / seconds), ...found };
}
