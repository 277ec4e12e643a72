/**
 * `npm run bench:concurrent`: the cost of the lock without contention, beside locks of C, how long callers wait, the throughput of several threads by their number and the size of
 * their batches, and the time to judge histories of 10,000 calls. The figures are of one machine and moment; a missed limit is printed
 * as missed.
 *
 * The cost of a page is processor time of all threads: that is stable on a shared machine, and a caller that sleeps for the lock uses
 * none. The rate is by wall-clock time. The ways to take pages are measured in turns.
 */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  ATOMICS,
  attachPmm,
  createPmm,
  createSharedState,
  FrameAllocator,
  LAYOUT,
  SharedFrames,
} from '../impl/index.ts';
import { checkThreads, OURS_SHARED } from '../properties/concurrent/index.ts';
import { median } from '../properties/verify/index.ts';
import { config, memoryMap } from '../spec/index.ts';
import { type Contended, type Contest, type Face, turnOf } from './contest.ts';

/** 1 GiB. */
const map = memoryMap([{ type: 'conventional', start: 0n, pages: 0x40000 }], '1 GiB');
const WORKERS = [1, 2, 4, 8];
const BATCHES = [16, 64, 512];
/** Under contention, a page in a batch of this size must cost at most 1/LIMIT of a page taken one by one. */
const LIMITED_BATCH = 64;
const LIMIT = 3;

/** The duration of each measurement, and the number of measurements for a median. */
interface Effort {
  readonly ms: number;
  readonly rounds: number;
}

const warn = (): void => {};

/** Returns the nanoseconds a page of turns of 64 pages. Of the process: a thread's own time goes in steps of milliseconds. */
function timed(turn: () => void): number {
  const turns = 10_000;
  const start = process.cpuUsage();
  for (let i = 0; i < turns; i += 1) turn();
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / (2 * turns * LIMITED_BATCH);
}

/** Prints the cost of the lock for a single caller: managers with and without it take turns. */
function uncontended(face: Face, rounds: number): void {
  const state = createSharedState(map, config());
  const plain =
    face === 'frames'
      ? new FrameAllocator(map, config())
      : createPmm(map, { config: config(), warn, memory: { read: () => 0n, write: warn } });
  const shared =
    face === 'frames'
      ? new SharedFrames(map, { config: config(), state })
      : attachPmm(map, { config: config(), warn, state });
  for (const isBatch of [false, true]) {
    const [without, within] = [plain, shared].map((taker) => turnOf(taker, LIMITED_BATCH, isBatch));
    if (without === undefined || within === undefined) continue;
    const times = Array.from({ length: rounds + 2 }, () => [timed(without), timed(within)] as const).slice(2);
    const [bare, locked] = [median(times.map(([t]) => t)), median(times.map(([, t]) => t))];
    const name = isBatch ? 'in batches of 64' : 'one by one';
    const ratio = `${(locked / bare).toFixed(2)} times`;
    console.log(
      `${face.padEnd(10)} ${name.padEnd(18)} ${bare.toFixed(1)} ns a page without the lock, ${locked.toFixed(1)} ns with it: ${ratio}`,
    );
  }
}

/** Prints what the two atomic steps of a call take with nothing between them: the lock cannot take less. */
function atomicSteps(rounds: number): void {
  const words = new Int32Array(createSharedState(map, config()));
  const steps = (): void => {
    for (let i = 0; i < 2 * LIMITED_BATCH; i += 1) {
      ATOMICS.compareExchange(words, LAYOUT.LOCK_AT, 0, 1);
      ATOMICS.exchange(words, LAYOUT.LOCK_AT, 0);
    }
  };
  const nanoseconds = median(Array.from({ length: rounds + 2 }, () => timed(steps)).slice(2));
  console.log(`${'two atomic steps, no lock'.padEnd(29)} ${nanoseconds.toFixed(1)} ns a page`);
}

/**
 * The throughput of contenders: millions of pages a second, and processor nanoseconds of all threads a page. The longest call, and the share of
 * the contender that got fewest pages, where 1 is fair.
 */
interface Throughput {
  readonly rate: number;
  readonly cpu: number;
  readonly longestMs: number;
  readonly leastShare: number;
}

type Way = Pick<Contest, 'face' | 'pages' | 'isBatch' | 'isTimed'>;

/** Lets contenders allocate and free pages for `ms` milliseconds. */
async function contended(workers: number, way: Way, ms: number): Promise<Throughput> {
  const state = createSharedState(map, config());
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workerData: Contest = { map, state, signal: signal.buffer, ...way };
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL('contender.js', import.meta.url), { workerData }),
  );
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const done = Promise.all(threads.map((thread) => once(thread, 'message')));
  const [start, before] = [performance.now(), process.cpuUsage()];
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
  await new Promise((resolve) => setTimeout(resolve, ms));
  Atomics.store(signal, 0, 2);
  const all: readonly Contended[] = (await done).flat();
  const taken = all.reduce((sum, { pages }) => sum + pages, 0);
  const [spent, { user, system }] = [performance.now() - start, process.cpuUsage(before)];
  const least = Math.min(...all.map(({ pages }) => pages));
  return {
    rate: taken / spent / 1000,
    cpu: ((user + system) * 1000) / taken,
    longestMs: Math.max(...all.map(({ longestMs }) => longestMs)),
    leastShare: (least * workers) / taken,
  };
}

type Cell = Pick<Throughput, 'rate' | 'cpu'>;

/** Measures one number of contenders, for each way to take pages. */
async function row(face: Face, workers: number, { ms, rounds }: Effort): Promise<readonly Cell[]> {
  const measured: Throughput[][] = [];
  for (let r = 0; r < rounds; r += 1) {
    const way = { face, isTimed: false };
    const all = [await contended(workers, { ...way, pages: LIMITED_BATCH, isBatch: false }, ms)];
    for (const pages of BATCHES) all.push(await contended(workers, { ...way, pages, isBatch: true }, ms));
    measured.push(all);
  }
  return [0, ...BATCHES].map((_, k) => ({
    rate: median(measured.map((all) => all[k]?.rate ?? 0)),
    cpu: median(measured.map((all) => all[k]?.cpu ?? 0)),
  }));
}

function print(cells: readonly string[]): void {
  const [first = '', ...rest] = cells;
  console.log(`${first.padEnd(12)}${rest.map((cell) => cell.padStart(24)).join('')}`);
}

/** Prints a row for each number of workers. Returns the missed limits. */
async function throughput(face: Face, effort: Effort): Promise<readonly string[]> {
  const missed: string[] = [];
  print([face, 'one by one', ...BATCHES.map((n) => `batches of ${n}`)]);
  for (const workers of WORKERS) {
    const cells = await row(face, workers, effort);
    print([
      `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      ...cells.map(({ rate, cpu }) => `${rate.toFixed(2)} M/s, ${cpu.toFixed(0)} ns`),
    ]);
    const [single, batch] = [cells[0], cells[1 + BATCHES.indexOf(LIMITED_BATCH)]];
    const gain = (single?.cpu ?? 0) / (batch?.cpu ?? 1);
    const found = `${face}, ${workers} workers: a page of a batch of ${LIMITED_BATCH} costs 1/${gain.toFixed(1)} of a page taken one by one`;
    if (workers > 1 && gain < LIMIT) missed.push(`${found}, limit 1/${LIMIT}`);
  }
  return missed;
}

/** Locks of C: none, `atomic_flag` and `pthread_mutex`, as programs; none where they cannot be compiled, which is said. */
function lockPrograms(): readonly (readonly [string, string])[] {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-bench-'));
  return ['C, no lock', 'C, atomic_flag', 'C, pthread_mutex'].flatMap((name, lock) => {
    const program = join(folder, `lock-${lock}`);
    const files = [`-I${resolve('native/examples')}`, '-o', program, resolve('bench/lock_bench.c')];
    const line = ['-O2', '-std=gnu11', `-DLOCK=${lock}`, ...files, '-pthread'];
    const { error, stderr, status } = spawnSync('cc', line, { encoding: 'utf8' });
    if (status !== 0) console.log(`no ${name}: ${error?.message ?? stderr.trim()}`);
    return status === 0 ? [[name, program] as const] : [];
  });
}

/** Runs a lock of C for `ms` milliseconds. */
function lockOfC(
  program: string,
  threads: number,
  { ms, isTimed }: { ms: number; isTimed: boolean },
): Throughput {
  const words = [String(threads), String(ms), isTimed ? '1' : '0'];
  const [pages = 0, cpu = 0, least = 0, longest = 0] = spawnSync(program, words, { encoding: 'utf8' })
    .stdout.split(' ')
    .map(Number);
  return {
    rate: pages / ms / 1000,
    cpu: cpu / pages,
    longestMs: longest / 1e6,
    leastShare: (least * threads) / pages,
  };
}

/** Prints what the locks of C cost a single caller. */
function uncontendedC(programs: ReturnType<typeof lockPrograms>, { ms, rounds }: Effort): void {
  const runs = Array.from({ length: rounds }, () =>
    programs.map(([, program]) => lockOfC(program, 1, { ms, isTimed: false }).cpu),
  );
  const costs = programs.map((_, k) => median(runs.map((run) => run[k] ?? 0)));
  for (const [k, [name]] of programs.entries()) {
    const times = k === 0 ? '' : `: ${((costs[k] ?? 0) / (costs[0] ?? 1)).toFixed(2)} times`;
    console.log(`${name.padEnd(29)} ${(costs[k] ?? 0).toFixed(1)} ns a page${times}`);
  }
}

/** Prints how long callers wait for each other's single pages, and how evenly they get them, beside the locks of C. */
async function fairness(programs: ReturnType<typeof lockPrograms>, ms: number): Promise<void> {
  const shown = ({ longestMs, leastShare, cpu }: Throughput): string =>
    `${longestMs.toFixed(1)} ms, ${leastShare.toFixed(2)}, ${cpu.toFixed(0)} ns`;
  const locked = programs.slice(1);
  print(['callers', 'frames', ...locked.map(([name]) => name)]);
  const way = { face: 'frames', pages: LIMITED_BATCH, isBatch: false, isTimed: true } as const;
  for (const callers of WORKERS.filter((n) => n > 1)) {
    const ours = await contended(callers, way, ms);
    const others = locked.map(([, program]) => lockOfC(program, callers, { ms, isTimed: true }));
    print([String(callers), ...[ours, ...others].map(shown)]);
  }
}

/** Prints the processor time of the judging thread for histories of threads. */
async function judging(calls: number): Promise<void> {
  for (const callers of WORKERS.filter((n) => n > 1)) {
    const options = { target: OURS_SHARED, module: null, map, config: config(), seed: 1, patienceMs: 10_000 };
    const result = await checkThreads({ ...options, callers, calls });
    const { overlapping, searchSeconds, turnSeconds, violation } = result;
    const verdict = violation === null ? 'linearizable' : violation.explanation;
    console.log(
      `${callers} callers, ${result.calls} calls, ${overlapping} overlapping: ${verdict}; search ${searchSeconds.toFixed(2)} s, in the order of turns ${turnSeconds.toFixed(2)} s`,
    );
  }
}

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const effort: Effort = values.quick ? { ms: 200, rounds: 1 } : { ms: 400, rounds: 5 };
const FACES: readonly Face[] = ['frames', 'addresses'];
const [load = 0] = loadavg();
console.log(`${availableParallelism()} processors, load ${load.toFixed(1)}, node ${process.version}`);
console.log('\nwithout contention: pages allocated and freed');
for (const face of FACES) uncontended(face, 2 * effort.rounds + 1);
atomicSteps(2 * effort.rounds + 1);
const programs = lockPrograms();
uncontendedC(programs, effort);
console.log(
  '\nthe longest wait for one page, the share of the caller that got fewest (1 is fair), processor time a page',
);
await fairness(programs, 5 * effort.ms);
console.log('\nby number of workers: millions of pages a second, and processor time of all threads a page');
const missed: string[] = [];
for (const face of FACES) missed.push(...(await throughput(face, effort)));
console.log('\nhistories');
await judging(10_000);
const verdict = `a page of a batch of ${LIMITED_BATCH} costs at most 1/${LIMIT} of a page taken one by one, under contention`;
console.log(missed.length === 0 ? `✓ ${verdict}` : missed.map((line) => `✗ missed: ${line}`).join('\n'));
