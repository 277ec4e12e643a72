/**
 * Judged operations per second, compared with fast-check running as many commands that do nothing. Run it with `npm run bench:check`;
 * `--json FILE` also writes the figures.
 *
 * Ours is a whole campaign on our implementation, as `frameproof check` runs it: draw a memory map and a program,
 * resolve and perform each operation, read the amounts, judge it by every clause, sweep the page frames, count
 * situations, edges and sides of clauses.
 *
 * Stock is `fc.modelRun` over `fc.commands`, with a kind of command for each of the nine calls, as one would write
 * them: `check` allows, `run` does nothing but count, `toString` names the call. Each draws its arguments with `fc.nat`.
 * The limit is held against this row. The row without arguments shares one command of each kind between all programs: the
 * least that fast-check can do. The row of short programs leaves lengths to fast-check, whose programs have a few commands
 * by default, so that what a program costs counts for more; it is what a suite written without further thought pays.
 *
 * But for that row, all have the same `maxCommands` and size, so program lengths have one distribution; all take batches of
 * as many programs by turns, empty ones more of them. Only what all of them do is measured: to draw programs and run them.
 * Figures are medians over the rounds, the ratio is the median of the ratios of each round. Time is that of the thread
 * at work, where the engine tells it (Node 24 and later), so that others on the same machine count for less.
 */

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import * as fc from 'fast-check';
import { DEFAULT_OPERATIONS, runCampaign } from '../properties/random/index.ts';
import { median } from '../properties/verify/index.ts';
import { OURS } from '../runner/index.ts';
import { CALLS, type Call, parametersOf } from '../spec/index.ts';

/** Judging takes at most four times as long as doing nothing. */
const LEAST_RATIO = 0.25;
const ROUNDS = 21;
/** Rounds before those that count, in which the code gets compiled. */
const WARM_UP = 9;
const PROGRAMS = 256;
/** Programs with one seed, as in a campaign. */
const BATCH = 32;
/** An empty turn takes as many times the programs, so that it is long enough for the clock. */
const EMPTY_TIMES = 8;

/** The commands run in one turn, and its seconds. */
interface Turn {
  readonly commands: number;
  readonly seconds: number;
}

/** Commands of all kinds that have been run so far. */
let ran = 0;

class EmptyCommand implements fc.Command<object, null> {
  readonly call: Call;
  readonly drawn: readonly number[];

  constructor(call: Call, drawn: readonly number[]) {
    this.call = call;
    this.drawn = drawn;
  }

  check(): boolean {
    return true;
  }

  run(): void {
    ran += 1;
  }

  toString(): string {
    return `${this.call}(${this.drawn.join(', ')})`;
  }
}

/** Returns the number of a call's arguments; a batch is told by its first address and its length. */
function argumentsOf(call: Call): number {
  return parametersOf(call).reduce((sum, { kind }) => sum + (kind === 'addresses' ? 2 : 1), 0);
}

function withArguments(call: Call): fc.Arbitrary<EmptyCommand> {
  const drawn = Array.from({ length: argumentsOf(call) }, () => fc.nat());
  return drawn.length === 0
    ? withoutArguments(call)
    : fc.tuple(...drawn).map((numbers) => new EmptyCommand(call, numbers));
}

function withoutArguments(call: Call): fc.Arbitrary<EmptyCommand> {
  return fc.constant(new EmptyCommand(call, []));
}

/** The lengths of a campaign's programs, and fast-check's default lengths. */
const LONG: fc.CommandsContraints = { maxCommands: DEFAULT_OPERATIONS, size: 'max' };
const SHORT: fc.CommandsContraints = {};

function stockTurn(
  kinds: readonly fc.Arbitrary<EmptyCommand>[],
  lengths: fc.CommandsContraints,
  seed: number,
): Turn {
  const commands = fc.commands([...kinds], lengths);
  const program = fc.property(commands, (drawn) => {
    fc.modelRun(() => ({ model: {}, real: null }), drawn);
    return true;
  });
  const before = ran;
  const start = secondsOfWork();
  for (let batch = 0; batch < (EMPTY_TIMES * PROGRAMS) / BATCH; batch += 1)
    fc.check(program, { numRuns: BATCH, seed: seed * EMPTY_TIMES * PROGRAMS + batch });
  return { commands: ran - before, seconds: secondsOfWork() - start };
}

/** Seconds that this thread has worked so far; where that is not known, seconds on the clock. */
function secondsOfWork(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now() / 1000;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

async function ourTurn(seed: number): Promise<Turn> {
  const start = secondsOfWork();
  const { operations, verdict } = await runCampaign({
    target: OURS,
    worlds: [],
    generated: true,
    programs: PROGRAMS,
    operations: DEFAULT_OPERATIONS,
    seed,
  });
  if (verdict === 'violated') throw new Error(`seed ${seed} breaks a clause: there is nothing to measure`);
  return { commands: operations, seconds: secondsOfWork() - start };
}

/** Microseconds a command. */
function microseconds({ commands, seconds }: Turn): number {
  return (seconds * 1e6) / commands;
}

interface Round {
  readonly ours: number;
  readonly stock: number;
  readonly bare: number;
  readonly short: number;
}

async function measured(): Promise<readonly Round[]> {
  const [kinds, bareKinds] = [CALLS.map(withArguments), CALLS.map(withoutArguments)];
  const rounds: Round[] = [];
  for (let seed = 1; seed <= WARM_UP + ROUNDS; seed += 1)
    rounds.push({
      stock: microseconds(stockTurn(kinds, LONG, seed)),
      ours: microseconds(await ourTurn(seed)),
      bare: microseconds(stockTurn(bareKinds, LONG, seed)),
      short: microseconds(stockTurn(kinds, SHORT, seed)),
    });
  return rounds.slice(WARM_UP);
}

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const rounds = await measured();
const [ours, stock, bare, short] = [
  median(rounds.map((r) => r.ours)),
  median(rounds.map((r) => r.stock)),
  median(rounds.map((r) => r.bare)),
  median(rounds.map((r) => r.short)),
];
const ratio = median(rounds.map((r) => r.stock / r.ours));
const bareRatio = median(rounds.map((r) => r.bare / r.ours));
const shortRatio = median(rounds.map((r) => r.short / r.ours));
const holds = ratio >= LEAST_RATIO;

const table = new Table({
  head: ['', 'µs a command', 'stock / ours', `at least ${LEAST_RATIO}`],
  colAligns: ['left', 'right', 'right', 'left'],
  style: { head: [], border: [] },
});
table.push(
  ['judged operations', ours.toFixed(2), '', ''],
  ['empty commands', stock.toFixed(2), ratio.toFixed(3), holds ? '✓' : '✗'],
  ['empty commands without arguments', bare.toFixed(2), bareRatio.toFixed(3), ''],
  ['empty commands, short programs', short.toFixed(2), shortRatio.toFixed(3), ''],
);
const perSecond = Math.round(1e6 / ours);
const [cpu] = cpus();
console.log(table.toString());
console.log(
  `${perSecond.toLocaleString('en')} judged operations a second; programs of up to ${DEFAULT_OPERATIONS} operations, ` +
    `${ROUNDS} rounds of ${PROGRAMS}; Node ${process.versions.node}, ${cpu?.model.trim() ?? 'unknown CPU'}`,
);
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ perSecond, microseconds: { ours, stock, bare, short }, ratio, bareRatio, shortRatio, leastRatio: LEAST_RATIO, holds, rounds }, null, 1)}\n`,
  );
if (!holds) process.exitCode = 1;
