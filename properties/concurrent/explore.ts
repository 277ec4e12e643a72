/**
 * Exploration: random scenarios, each under some random schedules, until one breaks a clause. Deterministic in its seed: the
 * k-th scenario does not depend on what came of those before it.
 */
import type { Draws } from '../random/draws.ts';
import { drawsFrom } from '../random/draws.ts';
import { overlapping } from './history.ts';
import { type ConcurrentViolation, judgeRun } from './judge-run.ts';
import { randomScenario } from './random-scenario.ts';
import { type ConcurrentScenario, type Schedule, scheduleOf } from './scenario.ts';
import { atRandom, byPriorities } from './schedulers.ts';
import { type Run, Stage } from './stage.ts';
import type { Chooser, Points } from './stepping.ts';
import type { ConcurrentTarget } from './target.ts';

/** Points of a run that priorities change among, and how often they do. */
const PRIORITY_POINTS = 200;
const PRIORITY_CHANGES = 3;

interface ExploreOptions {
  readonly scenarios: number;
  /** Schedules for each scenario: half of them at random, half by priorities. */
  readonly schedules: number;
  readonly seed: number;
}

/** A run that broke a clause, and all that is needed to repeat it. */
export interface FoundRun {
  readonly scenario: ConcurrentScenario;
  readonly points: Points;
  readonly schedule: Schedule;
  readonly run: Run;
  readonly violation: ConcurrentViolation;
}

/** What an exploration met. */
export interface Exploration {
  readonly scenarios: number;
  readonly schedules: number;
  /** Points at which somebody was chosen. */
  readonly points: number;
  readonly calls: number;
  /** Calls that overlapped another one. */
  readonly overlapping: number;
  /** Schedules in which calls overlapped. */
  readonly contended: number;
  /** Schedules in which a caller slept for the lock. */
  readonly waiting: number;
  readonly found: FoundRun | null;
}

function chooserOf(draws: Draws, schedule: number, callers: number): Chooser {
  if (schedule % 2 === 0) return atRandom(draws);
  return byPriorities(draws, { callers, points: PRIORITY_POINTS, changes: PRIORITY_CHANGES });
}

/** Runs a stage once and judges it; returns what it broke with what is needed to repeat it, or null. */
export function tryRun(stage: Stage, points: Points, choose: Chooser): [Run, FoundRun | null] {
  const run = stage.run(points, choose);
  const violation = judgeRun(stage, run);
  if (violation === null) return [run, null];
  return [run, { scenario: stage.scenario, points, schedule: scheduleOf(run.taken), run, violation }];
}

/** Runs random scenarios on a target. */
export function explore(
  target: ConcurrentTarget,
  { scenarios, schedules, seed }: ExploreOptions,
): Exploration {
  const met = { scenarios: 0, schedules: 0, points: 0, calls: 0, overlapping: 0, contended: 0, waiting: 0 };
  for (let k = 0; k < scenarios; k += 1) {
    const draws = drawsFrom(seed * 0x1_0000 + k);
    const stage = new Stage(target, randomScenario(draws, target.policies));
    met.scenarios += 1;
    for (let schedule = 0; schedule < schedules; schedule += 1) {
      const choose = chooserOf(draws, schedule, stage.scenario.callers.length);
      const [run, found] = tryRun(stage, 'accesses', choose);
      met.schedules += 1;
      met.points += run.taken.length;
      met.calls += run.calls.length;
      const overlaps = overlapping(run.calls);
      met.overlapping += overlaps;
      met.contended += overlaps > 0 ? 1 : 0;
      met.waiting += run.hasSlept ? 1 : 0;
      if (found !== null) return { ...met, found };
    }
  }
  return { ...met, found: null };
}
