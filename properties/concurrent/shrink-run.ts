/**
 * Shrinking: from a run that broke a clause to a simple one that breaks the same. First fewer callers, then fewer calls, smaller
 * arguments, fewer page frames, and at last fewer switches between callers. Calls and page frames are removed in halves and quarters
 * where there are many, then one at a time, as long as the clause stays broken.
 *
 * A changed scenario needs another schedule: those with few switches are tried in order, then some at random. So no single step
 * makes the result simpler, *as far as those schedules show*. Deterministic.
 */
import type { ClauseName } from '../../spec/index.ts';
import { drawsFrom } from '../random/draws.ts';
import { isAskable } from './askable-scenario.ts';
import { type FoundRun, tryRuns } from './sample-schedules.ts';
import type { ConcurrentScenario } from './scenario.ts';
import { switchesOf } from './scenario.ts';
import { type Run, runnerOf, type ScenarioRunner } from './scenario-runner.ts';
import { atRandom, FewSwitches, following } from './schedulers.ts';
import { simpler } from './simpler-scenarios.ts';
import type { Chooser, Points } from './stepping.ts';
import type { ConcurrentTarget } from './target.ts';

/** Most schedules with 0, 1 and 2 switches that are tried for one scenario, then most random ones. */
const TRIES = [1, 30, 100];
const RANDOM_TRIES = 12;
/** The same to repeat what threads recorded. */
const REPEATED_TRIES = 200;
/** The same for the last step, which only looks for fewer switches. */
const LAST_TRIES = [1, 1000, 4000];

/** Milliseconds that a run may take which repeats one that was found. */
const AGAIN_MS = 1000;

/** The simplest run found, and the number of runs tried. */
export interface ShrunkRun {
  readonly found: FoundRun;
  /** Runs tried. */
  readonly runs: number;
  /** Whether it was over before every simpler scenario had been tried. */
  readonly isOpen: boolean;
  /** How many of some last runs with the same pauses broke the clause again, where threads run as the machine lets them. */
  readonly again?: { readonly failed: number; readonly runs: number };
}

/** The steps after a find, as progress names them. Shrinking is counted in calls. */
export const [REPEATING, SHRINKING] = ['repeating the last calls', 'shrinking, in calls'] as const;

/** Returns the number of calls of a run, without those after all callers have returned. */
export function callsOf({ scenario: { before, callers } }: FoundRun): number {
  return before.length + callers.flat().length;
}

/** Returns what tells whether some milliseconds from now on are over, or the check is. */
export function until(ms: number | undefined, signal: AbortSignal | undefined): () => boolean {
  const end = performance.now() + (ms ?? Number.POSITIVE_INFINITY);
  return () => performance.now() >= end || signal?.aborted === true;
}

/** Looks for a run of another scenario that breaks the same clause. */
export interface RunSearch {
  /** Returns such a run, or null if none of those tried breaks it; `before` is the simplest run so far. */
  search(scenario: ConcurrentScenario, before: FoundRun): FoundRun | null;
  /** Number of runs tried so far. */
  readonly runs: number;
  /** Whether to go on, after a find, with the changes that come after it; where a try takes long, those before it failed for long. */
  readonly goesOn: boolean;
}

class Shrinking implements RunSearch {
  readonly goesOn = false;
  readonly #target: ConcurrentTarget;
  /** The clause to break, or null for any. */
  readonly #clause: ClauseName | null;
  readonly isOver: () => boolean;
  runs = 0;

  constructor(target: ConcurrentTarget, clause: ClauseName | null, isOver: () => boolean) {
    this.#target = target;
    this.#clause = clause;
    this.isOver = isOver;
  }

  /** Runs a scenario under schedules with few switches. Returns the first run that breaks the clause. */
  fewest(runner: ScenarioRunner, points: Points, tries: readonly number[]): FoundRun | null {
    return this.#first(runner, points, this.#withFewSwitches(tries));
  }

  *#withFewSwitches(tries: readonly number[]): Generator<Chooser, void> {
    for (const [switches, most] of tries.entries()) {
      const few = new FewSwitches(switches);
      let left = most;
      do {
        yield few.choose;
        left -= 1;
      } while (left > 0 && few.advance() && !this.isOver());
    }
  }

  /** Returns a run in which a scenario breaks the clause, or null if no tried schedule shows one. */
  search(scenario: ConcurrentScenario, before: FoundRun): FoundRun | null {
    const { profile } = this.#target;
    if (profile !== undefined && !isAskable(scenario, profile)) return null;
    const runner = runnerOf(this.#target, scenario);
    const again = this.#first(runner, before.points, [following(before.schedule)].values());
    return again ?? this.fewest(runner, 'locks', TRIES) ?? this.#atRandom(runner);
  }

  /** The same, with more schedules at random. */
  repeat(scenario: ConcurrentScenario): FoundRun | null {
    const runner = runnerOf(this.#target, scenario);
    return this.fewest(runner, 'locks', TRIES) ?? this.#atRandom(runner, REPEATED_TRIES);
  }

  #atRandom(runner: ScenarioRunner, tries = RANDOM_TRIES): FoundRun | null {
    return this.#first(runner, 'accesses', this.#randomly(tries));
  }

  *#randomly(tries: number): Generator<Chooser, void> {
    const draws = drawsFrom(1);
    for (let k = 0; k < tries && !this.isOver(); k += 1) yield atRandom(draws);
  }

  /** Returns the first run that breaks the clause. */
  #first(runner: ScenarioRunner, points: Points, choosers: Iterator<Chooser>): FoundRun | null {
    let first: FoundRun | null = null;
    const onRun = (_: Run, found: FoundRun | null): boolean => {
      this.runs += 1;
      if (this.#clause === null || found?.violation.clause === this.#clause) first = found;
      return first !== null;
    };
    tryRuns(runner, choosers, { points, limitMs: AGAIN_MS, onRun });
    return first;
  }
}

/** When shrinking ends, and who is told of each simpler run. */
export interface Shrinkage {
  readonly isOver: () => boolean;
  readonly onSimpler?: (found: FoundRun) => void;
}

/**
 * Returns a run of the simplest scenario that the search finds one of, each a step simpler than the one before. No change of it is left
 * that was not tried.
 */
export function simplest(
  search: RunSearch,
  found: FoundRun,
  { isOver, onSimpler = () => {} }: Shrinkage,
): FoundRun {
  let best = found;
  let changes = simpler(best.scenario);
  let [at, failed] = [0, 0];
  while (failed < changes.length && !isOver()) {
    at %= changes.length;
    const scenario = changes[at]?.() ?? best.scenario;
    const next = search.search(scenario, best);
    if (next === null) [at, failed] = [at + 1, failed + 1];
    else {
      best = next;
      onSimpler(best);
      changes = simpler(best.scenario);
      [at, failed] = [search.goesOn ? at : 0, 0];
    }
  }
  return best;
}

/** Returns a run of a scenario that breaks a clause, or null if no tried schedule shows one. */
export function repeatRun(
  target: ConcurrentTarget,
  scenario: ConcurrentScenario,
  isOver: () => boolean,
): FoundRun | null {
  return new Shrinking(target, null, isOver).repeat(scenario);
}

/** Shrinks a run that broke a clause on a target. Where it is over before no step is left, the simplest run so far is the result. */
export function shrinkRun(
  target: ConcurrentTarget,
  found: FoundRun,
  shrinkage: Shrinkage = { isOver: () => false },
): ShrunkRun {
  const shrinking = new Shrinking(target, found.violation.clause, shrinkage.isOver);
  const best = simplest(shrinking, found, shrinkage);
  const runner = runnerOf(target, best.scenario);
  const coarse = shrinking.fewest(runner, 'locks', LAST_TRIES);
  const fine = coarse ?? shrinking.fewest(runner, 'accesses', LAST_TRIES);
  const isFewer = fine !== null && switchesOf(fine.schedule) <= switchesOf(best.schedule);
  return { found: isFewer ? fine : best, runs: shrinking.runs, isOpen: shrinkage.isOver() };
}
