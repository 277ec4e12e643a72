/**
 * The concurrent check: random scenarios under random schedules, then every schedule of small ones, then real threads, until
 * something breaks a clause. What an explored schedule breaks is shrunk; what threads break is shown as it came.
 */

import type { SideCounts } from '../../runner/index.ts';
import type { ClauseName, Config, MemoryMap } from '../../spec/index.ts';
import { type Exhausted, exhaust, type Shape, scenariosOf } from './exhaust.ts';
import { type Exploration, explore, type FoundRun } from './explore.ts';
import type { ConcurrentViolation } from './judge-run.ts';
import { type ShrunkRun, shrinkRun } from './shrink-run.ts';
import type { ConcurrentTarget } from './target.ts';
import { checkThreads, type ThreadsResult } from './threads/check-threads.ts';

/** Schedules for each random scenario. */
const SCHEDULES = 20;
/** Milliseconds that a thread waits for the lock: on a machine that is at its limits, a thread may get no turn for many seconds. */
const PATIENCE_MS = 120_000;

export interface ConcurrentCheckOptions {
  readonly target: ConcurrentTarget;
  /** The module that threads load the target from, or null for our own. */
  readonly module: string | null;
  readonly seed: number;
  /** Random scenarios. */
  readonly scenarios: number;
  /** Shapes of which every schedule is gone through. */
  readonly shapes: readonly Shape[];
  /** What real threads work on, and how much. */
  readonly map: MemoryMap;
  readonly config: Config;
  readonly workers: number;
  readonly calls: number;
  /** Is told what is being done, and how far that has got. */
  readonly onProgress?: (what: string, done: number, of: number) => void;
}

/** Every schedule of a shape, and how long that took. */
export interface ExhaustedShape extends Exhausted {
  readonly shape: Shape;
  readonly seconds: number;
}

/** What a concurrent check came to. */
export interface ConcurrentResult {
  readonly explored: Exploration & { readonly seconds: number };
  readonly exhausted: readonly ExhaustedShape[];
  /** Null where a schedule broke a clause before. */
  readonly threads: ThreadsResult | null;
  /** A run under a schedule that broke a clause, as found and as shrunk. */
  readonly found: { readonly first: FoundRun; readonly shrunk: ShrunkRun } | null;
  /** What was broken, by a schedule or by threads. */
  readonly violation: ConcurrentViolation | null;
}

function timed<T>(act: () => T): readonly [T, number] {
  const start = performance.now();
  const result = act();
  return [result, (performance.now() - start) / 1000];
}

function exhaustShape(shape: Shape, { target, onProgress }: ConcurrentCheckOptions): ExhaustedShape {
  const scenarios = scenariosOf(target, shape);
  const name = `every schedule of ${shape.callers} callers with ${shape.calls}`;
  const [result, seconds] = timed(() =>
    exhaust(target, scenarios, (done) => onProgress?.(name, done, scenarios.length)),
  );
  return { ...result, shape, seconds };
}

/** Runs a concurrent check to its end, or to the first broken clause. */
export async function checkConcurrent(options: ConcurrentCheckOptions): Promise<ConcurrentResult> {
  const { target, seed, scenarios, workers } = options;
  const [exploration, seconds] = timed(() => explore(target, { scenarios, schedules: SCHEDULES, seed }));
  const explored = { ...exploration, seconds };
  const exhausted: ExhaustedShape[] = [];
  let first = explored.found;
  for (const shape of options.shapes) {
    if (first !== null) break;
    const one = exhaustShape(shape, options);
    exhausted.push(one);
    first = one.found;
  }
  if (first !== null) {
    const shrunk = shrinkRun(target, first);
    return {
      explored,
      exhausted,
      threads: null,
      found: { first, shrunk },
      violation: shrunk.found.violation,
    };
  }
  const threads = await checkThreads({ ...options, callers: workers, patienceMs: PATIENCE_MS });
  return { explored, exhausted, threads, found: null, violation: threads.violation };
}

/** Returns how often each concurrent clause was checked on each of its sides, by schedules at random. */
export function concurrentSides({
  explored,
}: ConcurrentResult): Readonly<Partial<Record<ClauseName, SideCounts>>> {
  const { schedules, contended, waiting } = explored;
  return {
    'concurrent.linearizable': {
      'calls overlap': contended,
      'calls do not overlap': schedules - contended,
    },
    'concurrent.progress': {
      'a call waits for another': waiting,
      'no call waits': schedules - waiting,
    },
  };
}
