/**
 * The concurrent check of an executable: small random scenarios, each run some times with other pauses, then longer ones. No
 * schedule can be chosen there: threads run as the machine lets them, and pause where a seed says.
 */
import { drawsFrom } from '../../random/draws.ts';
import type { ConcurrentCheckOptions, ConcurrentResult } from '../check-concurrent.ts';
import type { ConcurrentTrace } from '../concurrent-trace.ts';
import { type HistoryCall, overlapping } from '../history.ts';
import type { FoundRun } from '../sample-schedules.ts';
import type { ConcurrentScenario } from '../scenario.ts';
import { type RunSearch, type ShrunkRun, simplest } from '../shrink-run.ts';
import type { ThreadsResult } from '../threads/check-threads.ts';
import { threadSeconds } from '../threads/thread-seconds.ts';
import { type NativeRun, type NativeTarget, runNative } from './native-runs.ts';
import { isAskable, nativeScenario, type ScenarioSize } from './native-scenario.ts';

/** Runs of each random scenario. */
const RUNS = 20;
/** Runs of a scenario at a time while a find is shrunk. */
const TRIES_AT_ONCE = 16;
/** A simpler scenario holds after this many times the runs that the last find took; at least and at most as many runs as this. */
const [TRIES_A_FIND, FEWEST_TRIES, TRIES] = [10, 64, 240];
/** Runs that a replay makes. */
const REPLAYED = 2000;
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

/** How much a find explains: an order that is missing, or a page frame that changed, says more than a crash; a sanitizer knows the place. */
function gravityOf({ violation: { clause, explanation } }: FoundRun): number {
  if (clause !== 'concurrent.progress') return 1;
  return explanation.includes('Sanitizer') ? 2 : 0;
}

/** Returns the find of some runs that explains most, or null. */
function worst(runs: readonly NativeRun[]): FoundRun | null {
  const found = runs.flatMap((run) => run.found ?? []);
  return found.sort((a, b) => gravityOf(b) - gravityOf(a))[0] ?? null;
}

/** Looks for a run by trying: first the pauses of the run before, then others. */
class Trying implements RunSearch {
  readonly goesOn = true;
  readonly #target: NativeTarget;
  readonly #isOver: () => boolean;
  runs = 0;
  /** Runs that seem enough to find what there is. */
  #enough = TRIES;

  constructor(target: NativeTarget, isOver: () => boolean) {
    this.#target = target;
    this.#isOver = isOver;
  }

  search(scenario: ConcurrentScenario, before: FoundRun, most = this.#enough): FoundRun | null {
    const { yields = 0 } = before;
    if (!isAskable(scenario, this.#target.profile)) return null;
    for (let tried = 0; tried < most && !this.#isOver(); tried += TRIES_AT_ONCE) {
      const runs = runNative(this.#target, scenario, { seed: yields + tried, runs: TRIES_AT_ONCE });
      this.runs += runs.length;
      const found = worst(runs);
      if (found === null || gravityOf(found) < gravityOf(before)) continue;
      const took = 1 + (found.yields ?? yields) - yields;
      this.#enough = Math.min(TRIES, Math.max(FEWEST_TRIES, TRIES_A_FIND * took));
      return found;
    }
    return null;
  }
}

function shrunkRun(first: FoundRun, options: NativeCheckOptions, isStopped: () => boolean): ShrunkRun {
  const { target, onFound, onProgress, shrinkMs = Number.POSITIVE_INFINITY } = options;
  onFound?.(first);
  const end = performance.now() + shrinkMs;
  const isOver = (): boolean => performance.now() >= end || isStopped();
  onProgress?.('shrinking', 0, 1);
  const trying = new Trying(target, isOver);
  const found = simplest(trying, first, isOver);
  onProgress?.('shrinking', 1, 1);
  return { found, runs: trying.runs };
}

/** Counts over the runs of small scenarios. */
type Explored = ConcurrentResult['explored'];

function smallSize(draws: ReturnType<typeof drawsFrom>): ScenarioSize {
  return {
    bitmapFrames: 1 + draws.below(4),
    stackFrames: 1 + draws.below(4),
    before: draws.below(3),
    callers: Array.from({ length: 2 + draws.below(2) }, () => 1 + draws.below(3)),
  };
}

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
    const scenario = nativeScenario(draws, target, smallSize(draws));
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

/** Runs long scenarios, each once. The order of the free stack follows from no answer: it is not judged. */
function runLong(options: NativeCheckOptions, isOver: () => boolean): ThreadsResult {
  const { target, seed, workers, calls, onProgress } = options;
  const loose = { ...target, policies: target.policies.filter((policy) => policy !== 'lifo') };
  const met = { calls: 0, overlapping: 0, workSeconds: 0, searchSeconds: 0, turnSeconds: 0 };
  let violation: ThreadsResult['violation'] = null;
  for (let round = 0; met.calls < calls && violation === null && !isOver(); round += 1) {
    const draws = drawsFrom(seed * 0x1_0000 - 1 - round);
    const left = Math.min(ROUND_CALLS, calls - met.calls);
    const callers = Array.from({ length: workers }, () => Math.ceil(left / workers));
    const size = { bitmapFrames: ROUND_FRAMES, stackFrames: ROUND_FRAMES, before: 0, callers };
    const scenario = nativeScenario(draws, loose, size);
    const [start, judging] = [performance.now(), threadSeconds()];
    const [run] = runNative(loose, scenario, { seed: seed * SEEDS + round, runs: 1 });
    met.searchSeconds += threadSeconds() - judging;
    met.workSeconds += (performance.now() - start) / 1000 - (threadSeconds() - judging);
    met.calls += run?.calls.length ?? left;
    met.overlapping += overlapping(run?.calls ?? []);
    violation = run?.found?.violation ?? null;
    onProgress?.('callers with many calls', Math.min(met.calls, calls), calls);
  }
  return { ...met, violation };
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
  if (first !== null) {
    const shrunk = shrunkRun(first, options, isOver);
    const { violation } = shrunk.found;
    return { ...base, threads: null, found: { first, shrunk }, violation, stopped: isOver() };
  }
  const threads = isOver() ? null : runLong(options, isOver);
  return { ...base, threads, found: null, violation: threads?.violation ?? null, stopped: isOver() };
}

/**
 * Runs the scenario of a trace until it breaks a clause that says as much again; null if it does not in 2,000 runs.
 * @public
 */
export function replayNative(
  target: NativeTarget,
  { scenario, yields = 0, points, schedule, violation: { clause, explanation } }: ConcurrentTrace,
): FoundRun | null {
  const violation = { clause, explanation, calls: [], deadEnds: [] };
  const run = { calls: [], open: [], taken: [], hasSlept: false };
  const before = { scenario, points, schedule, yields, run, violation };
  return new Trying(target, () => false).search(scenario, before, REPLAYED);
}
