/**
 * The concurrent check: random scenarios under random schedules, then every schedule of small ones, then real threads, up to the
 * first broken clause. A counterexample found under a schedule is shrunk. One found in threads is repeated under schedules of its last
 * calls, and shrunk too; where none repeats it, it is shown as recorded.
 */

import type { SideCounts } from '../../model/index.ts';
import { type ClauseName, type Config, type MemoryMap, SpecError } from '../../spec/index.ts';
import { type Exhausted, exhaust, type Shape, scenariosOf } from './exhaust.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import { type Cut, scenariosLike, smallWorld } from './recorded-scenario.ts';
import { type FoundRun, type SampledSchedules, sampleSchedules, tryRun } from './sample-schedules.ts';
import { beyondLimits } from './scenario.ts';
import { runnerOf } from './scenario-runner.ts';
import { following } from './schedulers.ts';
import { callsOf, REPEATING, repeatRun, SHRINKING, type ShrunkRun, shrinkRun, until } from './shrink-run.ts';
import type { ConcurrentTarget } from './target.ts';
import { checkThreads, type ThreadsResult } from './threads/check-threads.ts';

/** Schedules for each random scenario. */
const SCHEDULES = 20;
/** Milliseconds that a thread waits for the lock. On an overloaded machine a thread may not be scheduled for many seconds. */
const PATIENCE_MS = 120_000;

/**
 * A concurrent check: what to run, on which target, and how much of it.
 * @public
 */
export interface ConcurrentCheckOptions {
  readonly target: ConcurrentTarget;
  /** The module that threads load the target from, or null for our own. */
  readonly module: string | null;
  readonly seed: number;
  /** Number of random scenarios, each run under 20 schedules. */
  readonly scenarios: number;
  /** Shapes whose schedules are all run. */
  readonly shapes: readonly Shape[];
  /** The memory of the real threads. */
  readonly map: MemoryMap;
  readonly config: Config;
  /** Number of threads. */
  readonly workers: number;
  /** Calls of all threads together. */
  readonly calls: number;
  /** Called with the name of the present step, and with how much of it is done. */
  readonly onProgress?: (what: string, done: number, of: number) => void;
  /** Called with a run that broke a clause under a schedule, before it is shrunk. */
  readonly onFound?: (found: FoundRun) => void;
  /** Milliseconds for shrinking it. Default: no limit. */
  readonly shrinkMs?: number;
  /** Stops the check early. */
  readonly signal?: AbortSignal;
}

/**
 * Counts over every schedule of a shape, and the seconds they took.
 * @internal
 */
export interface ExhaustedShape extends Exhausted {
  readonly shape: Shape;
  readonly seconds: number;
}

/**
 * The result of a concurrent check: counts of each step, and the violation if there is one.
 * @public
 */
export interface ConcurrentResult {
  readonly explored: SampledSchedules & { readonly seconds: number };
  readonly exhausted: readonly ExhaustedShape[];
  /** Null if a schedule broke a clause before threads were started, or the check was stopped. */
  readonly threads: ThreadsResult | null;
  /** The run that broke a clause under a schedule, as found and as shrunk. */
  readonly found: { readonly first: FoundRun; readonly shrunk: ShrunkRun } | null;
  /** The clause that was broken, under a schedule or by threads; null if none was. */
  readonly violation: ConcurrentViolation | null;
  /** Whether the check was stopped by its signal. */
  readonly stopped: boolean;
  /** Whether the callers are threads of an executable, under no schedule. */
  readonly isNative?: true;
}

function timed<T>(act: () => T): readonly [T, number] {
  const start = performance.now();
  const result = act();
  return [result, (performance.now() - start) / 1000];
}

function exhaustShape(shape: Shape, options: ConcurrentCheckOptions, isOver: () => boolean): ExhaustedShape {
  const { target, onProgress } = options;
  const scenarios = scenariosOf(target, shape);
  const name = `every schedule of ${shape.callers} callers with ${shape.calls}`;
  const [result, seconds] = timed(() =>
    exhaust(target, scenarios, (done) => onProgress?.(name, done, scenarios.length), isOver),
  );
  return { ...result, shape, seconds };
}

/** Throws `SpecError` where a run that broke a clause does not break one again, under its schedule on a fresh state. */
function refuseUnrepeated(
  target: ConcurrentTarget,
  { scenario, points, schedule, run, violation }: FoundRun,
): void {
  // One that was ended from outside may have been held up by the machine.
  if (run.open.some(({ waits }) => waits === 'running')) return;
  const [, again] = tryRun(runnerOf(target, scenario), points, following(schedule));
  if (again !== null) return;
  throw new SpecError(
    `${target.name}: expected calls that depend only on their arguments and on shared words: a run broke ${violation.clause}, and on a fresh state the same schedule breaks nothing; what callers remember must lie in those words, too`,
  );
}

/** Shrinks a run that broke a clause under a schedule. */
function shrunkRun(
  first: FoundRun,
  { target, onFound, onProgress }: ConcurrentCheckOptions,
  isOver: () => boolean,
): NonNullable<ConcurrentResult['found']> {
  refuseUnrepeated(target, first);
  onFound?.(first);
  const of = callsOf(first);
  const onSimpler = (found: FoundRun): void => onProgress?.(SHRINKING, of - callsOf(found), of);
  onProgress?.(SHRINKING, 0, of);
  return { first, shrunk: shrinkRun(target, first, { isOver, onSimpler }) };
}

/** Returns a run under a schedule that repeats what threads recorded, on a smaller memory; null if none tried does. */
function repeated(
  cut: Cut,
  { target, map, config, workers, onProgress }: ConcurrentCheckOptions,
  isOver: () => boolean,
): FoundRun | null {
  const { policies, profile } = target;
  const recorded = { map, config, policies, callers: workers, ...cut };
  // A profile says where memory may lie: its world is small.
  const world = profile === undefined ? smallWorld(recorded) : {};
  const scenarios = [...scenariosLike({ ...recorded, ...world })];
  for (const [tried, like] of scenarios.entries()) {
    if (isOver() || beyondLimits(like, true) !== null) return null;
    onProgress?.(REPEATING, tried, scenarios.length);
    const found = repeatRun(target, like, isOver);
    if (found !== null) return found;
  }
  return null;
}

/** Runs real threads, until they are done or the signal is given: then to null. */
async function threadsOr(options: ConcurrentCheckOptions): Promise<ThreadsResult | null> {
  const { signal, workers, calls, onProgress } = options;
  const stopped = new Promise<null>((resolve) => {
    if (signal?.aborted === true) resolve(null);
    else signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
  const onCalls = (made: number): void => onProgress?.('calls of threads', Math.min(made, calls), calls);
  const threads = checkThreads({ ...options, callers: workers, patienceMs: PATIENCE_MS, onCalls });
  return Promise.race([threads, stopped]);
}

/**
 * Runs a concurrent check to its end, or to the first broken clause. Synchronous up to the threads. The cost grows with
 * `scenarios`, with the number of schedules of each shape (millions for three callers), and with `calls`.
 * @public
 */
export async function checkConcurrent(options: ConcurrentCheckOptions): Promise<ConcurrentResult> {
  const { target, seed, scenarios, signal, onProgress } = options;
  const isOver = (): boolean => signal?.aborted === true;
  const onScenario = (done: number): void => onProgress?.('random schedules', done, scenarios);
  const sampling = { scenarios, schedules: SCHEDULES, seed, onScenario, isOver };
  const [sampled, seconds] = timed(() => sampleSchedules(target, sampling));
  const explored = { ...sampled, seconds };
  const exhausted: ExhaustedShape[] = [];
  let first = explored.found;
  for (const shape of options.shapes) {
    if (first !== null || isOver()) break;
    const one = exhaustShape(shape, options, isOver);
    exhausted.push(one);
    first = one.found;
  }
  const met = { explored, exhausted };
  if (first !== null) {
    const found = shrunkRun(first, options, until(options.shrinkMs, options.signal));
    const { violation } = found.shrunk.found;
    return { ...met, threads: null, found, violation, stopped: isOver() };
  }
  const threads = isOver() ? null : await threadsOr(options);
  const ends = until(options.shrinkMs, options.signal);
  const again = threads?.recorded == null ? null : repeated(threads.recorded, options, ends);
  const found = again === null ? null : shrunkRun(again, options, ends);
  const violation = found?.shrunk.found.violation ?? threads?.violation ?? null;
  return { ...met, threads, found, violation, stopped: isOver() };
}

/**
 * Returns how often random schedules checked each concurrent clause on each of its sides.
 * @internal
 */
export function concurrentSides({
  explored,
  isNative,
}: ConcurrentResult): Readonly<Partial<Record<ClauseName, SideCounts>>> {
  const { schedules, contended, granted = 0, waiting } = explored;
  return {
    'concurrent.linearizable': {
      'calls overlap': contended,
      'calls do not overlap': schedules - contended,
    },
    // Nobody sees in an executable whether a call waits, and nobody looks after what page frames hold in a module.
    ...(isNative
      ? {
          'contents.preserved': {
            'callers own page frames': granted,
            'callers own none': schedules - granted,
          },
        }
      : {
          'concurrent.progress': {
            'a call waits for another': waiting,
            'no call waits': schedules - waiting,
          },
        }),
  };
}
