/**
 * Shrinking the finds of an executable. Nothing repeats what its threads do between two pauses, so each simpler scenario is run many
 * times, with the pauses of the find and then with others, and a find again with its own pauses: most fail in more than a third of
 * those runs. The simplest one is run some times more, to tell how often it fails.
 */

import { isAskable, refuseBeyond } from '../askable-scenario.ts';
import type { ConcurrentCheckOptions, ConcurrentResult } from '../check-concurrent.ts';
import type { ConcurrentTrace } from '../concurrent-trace.ts';
import { cutAt, type RecordedHistory, scenariosLike } from '../recorded-scenario.ts';
import type { FoundRun } from '../sample-schedules.ts';
import type { ConcurrentScenario } from '../scenario.ts';
import { callsOf, REPEATING, type RunSearch, SHRINKING, simplest, until } from '../shrink-run.ts';
import { type NativeRun, type NativeTarget, runNative } from './native-runs.ts';

/** Runs of a scenario at a time while a find is shrunk. */
const TRIES_AT_ONCE = 16;
/** A simpler scenario holds after this many times the runs that the last find took; at least and at most as many runs as this. */
const [TRIES_A_FIND, FEWEST_TRIES, TRIES] = [10, 64, 240];
/** A find is steady if at least `STEADY` of `REPEATS` runs with its own pauses fail. */
const [STEADY, REPEATS] = [2, 8];
/** Runs that a replay makes with the pauses of the find, and then with others. */
const [REPLAYED, REPLAYED_ANYHOW] = [64, 2000];
/** Runs of each scenario that may repeat what a long one showed: few of each, then more. */
const LONG_TRIES = [64, 480];
/** Runs of the simplest find with its own pauses, and the milliseconds for them. */
const [AGAIN, AGAIN_MS] = [100, 3000];

/** How much a find explains: an order that is missing, or a page frame that changed, says more than a crash; a sanitizer knows the place. */
export function gravityOf({ violation: { clause, explanation } }: FoundRun): number {
  if (clause !== 'concurrent.progress') return 1;
  return explanation.includes('Sanitizer') ? 2 : 0;
}

/** Returns the find of some runs that explains most, or null. */
export function worst(runs: readonly NativeRun[]): FoundRun | null {
  const found = runs.flatMap((run) => run.found ?? []);
  return found.sort((a, b) => gravityOf(b) - gravityOf(a))[0] ?? null;
}

/** Runs a find some times with its own pauses. Returns the runs that say as much again. */
function repeats(
  target: NativeTarget,
  before: FoundRun,
  { times, isOver }: { readonly times: number; readonly isOver: () => boolean },
): { readonly runs: number; readonly finds: readonly FoundRun[] } {
  const finds: FoundRun[] = [];
  let runs = 0;
  for (; runs < times && !isOver(); runs += 1) {
    const found = worst(runNative(target, before.scenario, { seed: before.yields ?? 0, runs: 1 }));
    if (found !== null && gravityOf(found) >= gravityOf(before)) finds.push(found);
  }
  return { runs, finds };
}

/** Looks for a run by trying: first the pauses of the run before, then others. */
class Trying implements RunSearch {
  readonly goesOn = true;
  readonly #target: NativeTarget;
  readonly isOver: () => boolean;
  runs = 0;
  /** Runs that seem enough to find what there is. */
  #enough = TRIES;
  /** Whether a find was steady: the next ones must be, too. */
  #isSteady = false;

  constructor(target: NativeTarget, isOver: () => boolean) {
    this.#target = target;
    this.isOver = isOver;
  }

  search(scenario: ConcurrentScenario, before: FoundRun, most = this.#enough): FoundRun | null {
    const { yields = 0 } = before;
    let unsteady: FoundRun | null = null;
    if (!isAskable(scenario, this.#target.profile)) return null;
    for (let tried = 0; tried < most && !this.isOver(); tried += TRIES_AT_ONCE) {
      const runs = runNative(this.#target, scenario, { seed: yields + tried, runs: TRIES_AT_ONCE });
      this.runs += runs.length;
      const found = worst(runs);
      if (found === null || gravityOf(found) < gravityOf(before)) continue;
      const took = 1 + (found.yields ?? yields) - yields;
      const isSteady = runs.length < TRIES_AT_ONCE || this.#repeats(found);
      if (isSteady) this.#enough = Math.min(TRIES, Math.max(FEWEST_TRIES, TRIES_A_FIND * took));
      this.#isSteady ||= isSteady;
      if (isSteady) return found;
      unsteady ??= found;
    }
    return this.#isSteady ? null : unsteady;
  }

  /** Whether a find fails often with its own pauses. */
  #repeats(found: FoundRun): boolean {
    const { runs, finds } = repeats(this.#target, found, { times: REPEATS, isOver: this.isOver });
    this.runs += runs;
    return finds.length >= STEADY;
  }
}

/** The target of a find, the time for shrinking it, and who is told of it. */
type Shrinkable = Pick<ConcurrentCheckOptions, 'onFound' | 'onProgress' | 'shrinkMs' | 'signal'> & {
  readonly target: NativeTarget;
};

/** Shrinks a find, until it is over. */
function shrunkBy(
  trying: Trying,
  first: FoundRun,
  { target, onProgress, onFound, signal }: Shrinkable,
): NonNullable<ConcurrentResult['found']> {
  onFound?.(first);
  const { isOver } = trying;
  const of = callsOf(first);
  const onSimpler = (found: FoundRun): void => onProgress?.(SHRINKING, of - callsOf(found), of);
  onProgress?.(SHRINKING, 0, of);
  const found = simplest(trying, first, { isOver, onSimpler });
  const isOpen = isOver();
  const { runs, finds } = repeats(target, found, { times: AGAIN, isOver: until(AGAIN_MS, signal) });
  return { first, shrunk: { found, runs: trying.runs, isOpen, again: { runs, failed: finds.length } } };
}

/** Shrinks a find of few calls. */
export function shrinkNative(first: FoundRun, options: Shrinkable): ConcurrentResult['found'] {
  const trying = new Trying(options.target, until(options.shrinkMs, options.signal));
  return shrunkBy(trying, first, options);
}

function recordedIn({ scenario, run, violation }: FoundRun): RecordedHistory {
  const { map, config, policies, callers } = scenario;
  return { map, config, policies, callers: callers.length, ...cutAt(violation, run.open) };
}

/** Returns a run with fewer calls of callers, as long as the history of the run before leads to one. */
function narrowed(trying: Trying, found: FoundRun): FoundRun {
  const calls = found.scenario.callers.flat().length;
  for (const like of scenariosLike(recordedIn(found))) {
    if (like.callers.flat().length >= calls) break;
    const next = trying.search(like, found, LONG_TRIES[0]);
    if (next !== null) return narrowed(trying, next);
  }
  return found;
}

/**
 * Repeats a find of many calls, most of them made before the callers begin, and shrinks what repeats it. Returns null if none of the
 * tried runs does.
 */
export function shrinkLong(long: FoundRun, options: Shrinkable): ConcurrentResult['found'] {
  const trying = new Trying(options.target, until(options.shrinkMs, options.signal));
  const scenarios = [...scenariosLike(recordedIn(long))];
  for (const [pass, most] of LONG_TRIES.entries())
    for (const [tried, like] of scenarios.entries()) {
      options.onProgress?.(REPEATING, pass * scenarios.length + tried, LONG_TRIES.length * scenarios.length);
      const found = trying.search(like, long, most);
      if (found !== null) return shrunkBy(trying, narrowed(trying, found), options);
    }
  return null;
}

/**
 * Runs the scenario of a trace until it breaks a clause that says as much again, with its own pauses and then with others; null if it does
 * not in 2,000 runs. Throws `SpecError` where the profile of the target does not cover it.
 * @public
 */
export function replayNative(
  target: NativeTarget,
  { scenario, yields = 0, points, schedule, violation: { clause, explanation } }: ConcurrentTrace,
): FoundRun | null {
  refuseBeyond(target.name, target.profile, scenario);
  const violation = { clause, explanation, calls: [], deadEnds: [] };
  const run = { calls: [], open: [], taken: [], hasWaited: false };
  const before = { scenario, points, schedule, yields, run, violation };
  const isOver = (): boolean => false;
  for (let tried = 0; tried < REPLAYED; tried += REPEATS) {
    const [again] = repeats(target, before, { times: REPEATS, isOver }).finds;
    if (again !== undefined) return again;
  }
  return new Trying(target, isOver).search(scenario, before, REPLAYED_ANYHOW);
}
