/**
 * The concurrent check of an executable: small random scenarios, each run some times with other pauses, then longer ones. No
 * schedule can be chosen there: threads run as the machine lets them, and pause where a seed says.
 */
import { drawsFrom } from '../../random/draws.ts';
import type { ConcurrentCheckOptions, ConcurrentResult } from '../check-concurrent.ts';
import { type HistoryCall, overlapping } from '../history.ts';
import { profileScenario, smallSize } from '../profile-scenario.ts';
import type { FoundRun } from '../sample-schedules.ts';
import type { ThreadsResult } from '../threads/check-threads.ts';
import { threadSeconds } from '../threads/thread-seconds.ts';
import { type NativeRun, type NativeTarget, runNative } from './native-runs.ts';
import { gravityOf, shrinkLong, shrinkNative, worst } from './shrink-native.ts';

/** Runs of each random scenario. */
const RUNS = 20;
/** Calls of all callers in a long scenario, and its page frames in each zone. */
const [ROUND_CALLS, ROUND_FRAMES] = [16_384, 512];
/** Seeds of pauses for each scenario of a seed. */
const SEEDS = 4096;

/**
 * A check of an executable: what is run, and how much of it.
 * @public
 */
export type NativeCheckOptions = Omit<
  ConcurrentCheckOptions,
  'target' | 'module' | 'shapes' | 'map' | 'config'
> & {
  readonly target: NativeTarget;
};

/** Counts over the runs of small scenarios. */
type Explored = ConcurrentResult['explored'];

/** A find, and how many of the runs of its scenario were finds. */
interface Hit {
  readonly found: FoundRun;
  readonly hits: number;
}

/** A find that comes this often among the runs of a scenario can be shrunk. For one that comes rarely, more scenarios are tried. */
const [OFTEN, MORE_SCENARIOS] = [4, 30];

/** Returns the find that explains more, or else the one that came more often. */
function better(one: Hit | null, runs: readonly NativeRun[]): Hit | null {
  const found = worst(runs);
  if (found === null) return one;
  const hits = runs.filter((run) => run.found !== null).length;
  const isBetter = one === null || gravityOf(found) > gravityOf(one.found) || hits > one.hits;
  return isBetter && (one === null || gravityOf(found) >= gravityOf(one.found)) ? { found, hits } : one;
}

/** Whether a caller owns page frames after a call. */
function isGranted({ response: { outcome } }: HistoryCall): boolean {
  return outcome.kind === 'address' || outcome.kind === 'addresses';
}

function explore(
  { target, seed, scenarios, onProgress }: NativeCheckOptions,
  isOver: () => boolean,
): Explored {
  const start = performance.now();
  const met = {
    scenarios: 0,
    schedules: 0,
    points: 0,
    calls: 0,
    overlapping: 0,
    contended: 0,
    granted: 0,
    waiting: 0,
  };
  let hit: Hit | null = null;
  let end = scenarios;
  for (let k = 0; k < end && !isOver(); k += 1) {
    const draws = drawsFrom(seed * 0x1_0000 + k);
    const scenario = profileScenario(draws, target, smallSize(draws));
    const runs = runNative(target, scenario, { seed: (seed + k) * SEEDS, runs: RUNS });
    met.scenarios += 1;
    met.schedules += runs.length;
    for (const { calls } of runs) {
      const overlaps = overlapping(calls);
      met.calls += calls.length;
      met.overlapping += overlaps;
      met.contended += overlaps > 0 ? 1 : 0;
      met.granted += calls.some(isGranted) ? 1 : 0;
    }
    const isFirst = hit === null;
    hit = better(hit, runs);
    if (isFirst && hit !== null) end = Math.min(scenarios, k + 1 + MORE_SCENARIOS);
    // One that waits for ever takes long each time.
    if (hit !== null && (hit.hits >= OFTEN || runs.length < RUNS)) end = k + 1;
    onProgress?.('callers with few calls', met.scenarios, scenarios);
  }
  return { ...met, found: hit?.found ?? null, seconds: (performance.now() - start) / 1000 };
}

/** Runs long scenarios, each once, up to the first that is a find. */
function runLong(
  options: NativeCheckOptions,
  isOver: () => boolean,
): { readonly threads: ThreadsResult; readonly found: FoundRun | null } {
  const { target, seed, workers, calls, onProgress } = options;
  const met = { calls: 0, overlapping: 0, workSeconds: 0, searchSeconds: 0, turnSeconds: 0 };
  let found: FoundRun | null = null;
  for (let round = 0; met.calls < calls && found === null && !isOver(); round += 1) {
    const draws = drawsFrom(seed * 0x1_0000 - 1 - round);
    const left = Math.min(ROUND_CALLS, calls - met.calls);
    const callers = Array.from({ length: workers }, () => Math.ceil(left / workers));
    const size = { bitmapFrames: ROUND_FRAMES, stackFrames: ROUND_FRAMES, before: 0, callers };
    const scenario = profileScenario(draws, target, size);
    const [start, judging] = [performance.now(), threadSeconds()];
    const [run] = runNative(target, scenario, { seed: seed * SEEDS + round, runs: 1 });
    met.searchSeconds += threadSeconds() - judging;
    met.workSeconds += (performance.now() - start) / 1000 - (threadSeconds() - judging);
    met.calls += run?.calls.length ?? left;
    met.overlapping += overlapping(run?.calls ?? []);
    found = run?.found ?? null;
    onProgress?.('callers with many calls', Math.min(met.calls, calls), calls);
  }
  return { threads: { ...met, violation: found?.violation ?? null }, found };
}

/** Returns the same target without the order of the free stack: in long scenarios it follows from no answer, and is not judged. */
function loosened(options: NativeCheckOptions): NativeCheckOptions {
  const { target } = options;
  return { ...options, target: { ...target, policies: target.policies.filter((one) => one !== 'lifo') } };
}

/**
 * Runs a concurrent check of an executable to its end, or to the first broken clause. Synchronous.
 * @public
 */
export function checkNative(options: NativeCheckOptions): ConcurrentResult {
  const isOver = (): boolean => options.signal?.aborted === true;
  const explored = explore(options, isOver);
  const { found: first } = explored;
  const base = { explored, exhausted: [], isNative: true } as const;
  const end = (found: ConcurrentResult['found'], threads: ThreadsResult | null): ConcurrentResult => {
    const violation = found?.shrunk.found.violation ?? threads?.violation ?? null;
    return { ...base, threads, found, violation, stopped: isOver() };
  };
  if (first !== null) return end(shrinkNative(first, options), null);
  if (isOver()) return end(null, null);
  const loose = loosened(options);
  const { threads, found: long } = runLong(loose, isOver);
  return end(long === null ? null : shrinkLong(long, loose), threads);
}
