/**
 * Judged operations per second, compared with fast-check running as many commands that do nothing, and with the bare target. Run it
 * with `npm run bench:check`; `--json FILE` also writes the figures.
 *
 * Ours is a whole campaign on our implementation, as `frameproof check` runs it: draw a memory map and a program,
 * resolve and perform each operation, read the amounts, judge it by every clause, sweep the page frames, count
 * situations, edges and sides of clauses.
 *
 * The reference row is the same with the model judging each answer, as with `check --reference`. The bare target makes the calls of the
 * same programs and builds their managers, and does nothing else: what judging costs a user is the ratio to this row.
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
 * at work, which Node 24 and later tell, so that others on the same machine count for less.
 *
 * Last, whole runs with one thread and with two, as with `--threads 2`, by wall-clock time: a quiet machine with two cores is needed.
 * Garbage is collected and code compiled in other threads; the time that these take of such a run, as a share of the judging
 * thread's, is g. Where they have to share two cores, two threads can judge 2 × (1 − g) times as much as one.
 */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import Table from 'cli-table3';
import * as fc from 'fast-check';
import { createPmm } from '../impl/manager/index.ts';
import {
  type CampaignOptions,
  type CountedProgram,
  DEFAULT_OPERATIONS,
  runCampaign,
} from '../properties/random/index.ts';
import { onThreads } from '../properties/random/scale/index.ts';
import { median } from '../properties/verify/index.ts';
import { execute, type JudgedStep, OURS, omitStacks, restoreStacks, type World } from '../runner/index.ts';
import { CALLS, type Call, isPmmPanic, isQuery, isU64, type Pmm, parametersOf } from '../spec/index.ts';

/** Judging takes at most four times as long as doing nothing, and twice as long as the calls that are judged. */
const LEAST_RATIO = 0.25;
const LEAST_BARE_RATIO = 0.5;
/** Two threads do this much of 2 × (1 − g), and g is at most that. */
const LEAST_OF_TWO = 0.95;
const MOST_HELPERS = 0.15;
const ROUNDS = 21;
/** Rounds before those that count, in which the code gets compiled. */
const WARM_UP = 9;
const PROGRAMS = 256;
/** The whole runs, and the programs of each. */
const RUNS = 3;
const RUN_PROGRAMS = 6000;
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

/** Seconds that this thread has worked so far. */
function secondsOfWork(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function campaignOf(seed: number): CampaignOptions {
  const programs = { programs: PROGRAMS, operations: DEFAULT_OPERATIONS };
  return { target: OURS, worlds: [], generated: true, ...programs, seed };
}

async function ourTurn(seed: number, reference = false): Promise<Turn> {
  const start = secondsOfWork();
  const { operations, verdict } = await runCampaign({ ...campaignOf(seed), reference });
  if (verdict === 'violated') throw new Error(`seed ${seed} breaks a clause: there is nothing to measure`);
  return { commands: operations, seconds: secondsOfWork() - start };
}

/** Returns a number as callers pass it: as a `number` if that is exact. */
function exactly(n: number | bigint): number | bigint {
  return Number.isSafeInteger(Number(n)) ? Number(n) : n;
}

/** Returns the call of a judged operation, with its arguments as they were passed. */
function bareCall({ operation, before }: JudgedStep): (pmm: Pmm) => void {
  const count = 'count' in operation ? exactly(operation.count) : 0;
  switch (operation.call) {
    case 'alloc':
      return (pmm) => pmm.alloc();
    case 'allocPages': {
      const isGranted = isU64(operation.count) && count <= before.freeIn('stack');
      const array = new BigUint64Array(isGranted ? Number(count) : 16);
      return (pmm) => pmm.allocPages(array, count);
    }
    case 'allocBitmap': {
      const [maxAddr, alignment] = [exactly(operation.maxAddr), exactly(operation.alignment)];
      return (pmm) => pmm.allocBitmap(count, maxAddr, alignment);
    }
    case 'free':
      return (pmm) => pmm.free(operation.address);
    case 'freePages': {
      const array = BigUint64Array.from(operation.addresses);
      return (pmm) => pmm.freePages(array, array.length);
    }
    case 'freeRegion':
      return (pmm) => pmm.freeRegion(operation.address, count);
    default: {
      const { call } = operation;
      if (!isQuery(call)) throw new Error(`${call} is not a standard call`);
      return (pmm) => pmm[call]();
    }
  }
}

/** Makes calls on a manager for a world. A panic is an answer. */
function makeCalls({ map, config }: World, calls: readonly ((pmm: Pmm) => void)[]): void {
  const pmm = createPmm(map, { config, warn: () => {}, memory: { read: () => 0n, write: () => {} } });
  for (let i = 0; i < calls.length; i += 1)
    try {
      const call = calls[i];
      if (call !== undefined) call(pmm);
    } catch (error) {
      if (!isPmmPanic(error)) throw error;
    }
  pmm.dispose?.();
}

/** Makes the calls of the programs that {@link ourTurn} judges. */
async function bareTurn(seed: number): Promise<Turn> {
  const programs: (readonly [World, readonly ((pmm: Pmm) => void)[]])[] = [];
  const onProgram = ({ execution }: CountedProgram): void => {
    const calls: ((pmm: Pmm) => void)[] = [];
    execute(OURS, execution.trace().scenario, {
      tally: () => {},
      onStep: (step) => calls.push(bareCall(step)),
    });
    programs.push([execution.world, calls]);
  };
  await runCampaign({ ...campaignOf(seed), onProgram });
  const limit = omitStacks();
  const start = secondsOfWork();
  for (const [world, calls] of programs) makeCalls(world, calls);
  const seconds = secondsOfWork() - start;
  restoreStacks(limit);
  return { commands: programs.reduce((sum, [, calls]) => sum + calls.length, 0), seconds };
}

/** The rows: how each takes a turn, what it measures, and the least ratio to the judged operations. */
const ROWS: readonly Row[] = [
  { label: 'judged operations', least: null, turn: (seed) => ourTurn(seed) },
  {
    label: 'judged operations, by the model (--reference)',
    least: null,
    turn: (seed) => ourTurn(seed, true),
  },
  { label: 'calls of the bare target', least: LEAST_BARE_RATIO, turn: bareTurn },
  {
    label: 'empty commands',
    least: LEAST_RATIO,
    turn: (seed) => stockTurn(CALLS.map(withArguments), LONG, seed),
  },
  {
    label: 'empty commands without arguments',
    least: null,
    turn: (seed) => stockTurn(CALLS.map(withoutArguments), LONG, seed),
  },
  {
    label: 'empty commands, short programs',
    least: null,
    turn: (seed) => stockTurn(CALLS.map(withArguments), SHORT, seed),
  },
];

interface Row {
  readonly label: string;
  readonly least: number | null;
  readonly turn: (seed: number) => Turn | Promise<Turn>;
}

/** The cost of a turn: microseconds a command, and what the engine's helper threads worked meanwhile, as a share of that. */
interface Cost {
  readonly us: number;
  readonly helpers: number;
}

/** Returns the costs of each row, by rounds. Each row has a thread, whose code is compiled for it and no other. */
async function measured(): Promise<readonly (readonly Cost[])[]> {
  const threads = ROWS.map((_, row) => new Worker(new URL(import.meta.url), { workerData: row }));
  const rounds: Cost[][] = [];
  for (let seed = 1; seed <= WARM_UP + ROUNDS; seed += 1) {
    const round: Cost[] = [];
    for (const thread of threads) {
      const answer = once(thread, 'message');
      thread.postMessage(seed);
      const [cost]: Cost[] = await answer;
      if (cost !== undefined) round.push(cost);
    }
    rounds.push(round);
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  return rounds.slice(WARM_UP);
}

/** A whole run: its operations, what the engine's helper threads worked meanwhile, and its seconds by the clock. */
interface WholeRun {
  readonly operations: number;
  readonly helpers: number;
  readonly seconds: number;
}

function runOf(seed: number): CampaignOptions {
  return { ...campaignOf(seed), programs: RUN_PROGRAMS };
}

/** Returns what the engine's helper threads have worked since, as a share of this thread's work. */
function helpersSince(all: NodeJS.CpuUsage, own: NodeJS.CpuUsage): number {
  const worked = ({ user, system }: NodeJS.CpuUsage): number => user + system;
  const ofThread = worked(process.threadCpuUsage(own));
  return (worked(process.cpuUsage(all)) - ofThread) / ofThread;
}

/** Runs a campaign in a thread that has just started, as the threads of {@link onThreads} have. */
async function inOneThread(seed: number): Promise<WholeRun> {
  const start = performance.now();
  const thread = new Worker(new URL(import.meta.url), { workerData: 'run' });
  const answer = once(thread, 'message');
  thread.postMessage(seed);
  const [run]: Omit<WholeRun, 'seconds'>[] = await answer;
  if (run === undefined) throw new Error('the thread sent no figures');
  const seconds = (performance.now() - start) / 1000;
  await thread.terminate();
  return { ...run, seconds };
}

async function inTwoThreads(seed: number): Promise<number> {
  const start = performance.now();
  const { operations } = await runCampaign(runOf(seed), onThreads(2));
  return (1000 * operations) / (performance.now() - start);
}

/** Measures one thread and two by turns. Rates are judged operations a second. */
async function scaling(): Promise<{ one: number; two: number; helpers: number; ofTwo: number }> {
  const runs: { one: number; two: number; helpers: number; ofTwo: number }[] = [];
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const { operations, helpers, seconds } = await inOneThread(seed);
    const [one, two] = [operations / seconds, await inTwoThreads(seed)];
    runs.push({ one, two, helpers, ofTwo: two / one / (2 * (1 - helpers)) });
  }
  const middle = (of: keyof (typeof runs)[0]): number => median(runs.map((run) => run[of]));
  return { one: middle('one'), two: middle('two'), helpers: middle('helpers'), ofTwo: middle('ofTwo') };
}

function verdictOf(holds: boolean): string {
  return holds ? '✓' : '✗';
}

async function report(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'string' } } });
  const rounds = await measured();
  const figures = ROWS.map(({ label, least }, row) => {
    const costs = rounds.flatMap((round) => round[row] ?? []);
    const us = costs.map((cost) => cost.us);
    const ratio = median(us.map((one, k) => one / (rounds[k]?.[0]?.us ?? Number.NaN)));
    return { label, least, microseconds: median(us), ratio, helpers: median(costs.map((c) => c.helpers)) };
  });
  const table = new Table({
    head: ['', 'µs a command', 'of ours', 'at least'],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { label, least, microseconds, ratio } of figures) {
    const verdict = least === null ? '' : `${least} ${verdictOf(ratio >= least)}`;
    table.push([label, microseconds.toFixed(2), ratio.toFixed(3), verdict]);
  }
  const perSecond = Math.round(1e6 / (figures[0]?.microseconds ?? Number.NaN));
  const [cpu] = cpus();
  console.log(table.toString());
  const helpers = Math.round(100 * (figures[0]?.helpers ?? Number.NaN));
  console.log(`collecting garbage and compiling in other threads: ${helpers} % of the judging thread`);
  console.log(
    `${perSecond.toLocaleString('en')} judged operations a second; programs of up to ${DEFAULT_OPERATIONS} operations, ` +
      `${ROUNDS} rounds of ${PROGRAMS}; Node ${process.versions.node}, ${cpu?.model.trim() ?? 'unknown CPU'}`,
  );
  const threads = await scaling();
  const [isScaling, isLean] = [threads.ofTwo >= LEAST_OF_TWO, threads.helpers <= MOST_HELPERS];
  const rate = (perSecondOf: number): string => Math.round(perSecondOf).toLocaleString('en');
  console.log(
    `whole runs of ${RUN_PROGRAMS} programs: one thread ${rate(threads.one)} operations a second by the clock, ` +
      `g ${Math.round(100 * threads.helpers)} % (at most ${100 * MOST_HELPERS} % ${verdictOf(isLean)}); ` +
      `two threads ${rate(threads.two)}, ${(threads.two / threads.one).toFixed(2)} times as many, ` +
      `${threads.ofTwo.toFixed(2)} of 2 × (1 − g) (at least ${LEAST_OF_TWO} ${verdictOf(isScaling)})`,
  );
  const holds = figures.every(({ least, ratio }) => least === null || ratio >= least) && isScaling && isLean;
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ perSecond, figures, threads, holds, rounds }, null, 1)}\n`,
    );
  if (!holds) process.exitCode = 1;
}

if (isMainThread) await report();
else
  parentPort?.on('message', async (seed: number) => {
    const [all, own] = [process.cpuUsage(), process.threadCpuUsage()];
    if (workerData === 'run') {
      const { operations } = await runCampaign(runOf(seed));
      parentPort?.postMessage({ operations, helpers: helpersSince(all, own) });
      return;
    }
    const { commands, seconds } = (await ROWS[workerData]?.turn(seed)) ?? { commands: 0, seconds: 0 };
    const helpers = helpersSince(all, own);
    parentPort?.postMessage({ us: (seconds * 1e6) / commands, helpers } satisfies Cost);
  });
