/**
 * Sampled schedules: random scenarios, each under some random schedules, until one breaks a clause. Deterministic in the seed: the
 * k-th scenario does not depend on the results of earlier ones.
 */
import { TimeLimitError, within } from '../../runner/index.ts';
import type { Draws } from '../random/draws.ts';
import { drawsFrom } from '../random/draws.ts';
import { overlapping } from './history.ts';
import { type ConcurrentViolation, judgeRun } from './judge-run.ts';
import { randomScenario } from './random-scenario.ts';
import { type ConcurrentScenario, type Schedule, scheduleOf } from './scenario.ts';
import { type Run, runnerOf, type ScenarioRunner } from './scenario-runner.ts';
import { atRandom, byPriorities } from './schedulers.ts';
import type { Chooser, Points } from './stepping.ts';
import type { ConcurrentTarget } from './target.ts';

/** Priorities change `PRIORITY_CHANGES` times within the first `PRIORITY_POINTS` points of a run. */
const PRIORITY_POINTS = 200;
const PRIORITY_CHANGES = 3;

export interface SampleOptions {
  readonly scenarios: number;
  /** Schedules for each scenario: half of them at random, half by priorities. */
  readonly schedules: number;
  readonly seed: number;
  /** Called with the number of scenarios done. */
  readonly onScenario?: (done: number) => void;
  /** Whether to stop before the next schedule. */
  readonly isOver?: () => boolean;
}

/**
 * A run that broke a clause, with all that is needed to repeat it.
 * @public
 */
export interface FoundRun {
  readonly scenario: ConcurrentScenario;
  readonly points: Points;
  readonly schedule: Schedule;
  /** The seed of the places at which threads paused; left out under a schedule. */
  readonly yields?: number;
  readonly run: Run;
  readonly violation: ConcurrentViolation;
}

/** Counts over the sampled schedules, and the first run that broke a clause. */
export interface SampledSchedules {
  readonly scenarios: number;
  readonly schedules: number;
  /** Points at which a scheduler chose a caller. */
  readonly points: number;
  readonly calls: number;
  /** Calls that overlapped a call of another caller. */
  readonly overlapping: number;
  /** Schedules in which calls overlapped. */
  readonly contended: number;
  /** Runs in which callers were handed page frames; left out where nothing looks after what those hold. */
  readonly granted?: number;
  /** Schedules in which a caller slept or spun, waiting for the lock. */
  readonly waiting: number;
  readonly found: FoundRun | null;
}

function chooserOf(draws: Draws, schedule: number, callers: number): Chooser {
  if (schedule % 2 === 0) return atRandom(draws);
  return byPriorities(draws, { callers, points: PRIORITY_POINTS, changes: PRIORITY_CHANGES });
}

/** Milliseconds that a run may take: others take some. */
const RUN_MS = 10_000;

/** Judges a run that was ended after this time: a call did not return. */
function endless(runner: ScenarioRunner): [Run, ConcurrentViolation] {
  const run = runner.broken();
  const found = run.open.length > 0 ? judgeRun(runner, run) : null;
  if (found !== null) return [run, found];
  const explanation = 'a call that is made alone, when all others had returned, does not return';
  return [run, { clause: 'concurrent.progress', explanation, calls: run.calls, deadEnds: [] }];
}

/** Runs a scenario and judges the run, which is ended where it does not end. */
function judgedRun(
  runner: ScenarioRunner,
  limitMs: number,
  ...under: readonly [Points, Chooser]
): [Run, ConcurrentViolation | null] {
  try {
    return within(limitMs, () => {
      const run = runner.run(...under);
      return [run, judgeRun(runner, run)];
    });
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    return endless(runner);
  }
}

/** Runs a scenario once and judges the run. Returns the run, and the same with its violation if it broke a clause. */
export function tryRun(
  runner: ScenarioRunner,
  points: Points,
  choose: Chooser,
  limitMs = RUN_MS,
): [Run, FoundRun | null] {
  const [run, violation] = judgedRun(runner, limitMs, points, choose);
  if (violation === null) return [run, null];
  return [run, { scenario: runner.scenario, points, schedule: scheduleOf(run.taken), run, violation }];
}

/** Runs random scenarios on a target. */
export function sampleSchedules(
  target: ConcurrentTarget,
  { scenarios, schedules, seed, onScenario = () => {}, isOver = () => false }: SampleOptions,
): SampledSchedules {
  const met = { scenarios: 0, schedules: 0, points: 0, calls: 0, overlapping: 0, contended: 0, waiting: 0 };
  for (let k = 0; k < scenarios && !isOver(); k += 1) {
    const draws = drawsFrom(seed * 0x1_0000 + k);
    const runner = runnerOf(target, randomScenario(draws, target.policies));
    met.scenarios += 1;
    for (let schedule = 0; schedule < schedules && !isOver(); schedule += 1) {
      const choose = chooserOf(draws, schedule, runner.scenario.callers.length);
      const [run, found] = tryRun(runner, 'accesses', choose);
      met.schedules += 1;
      met.points += run.taken.length;
      met.calls += run.calls.length;
      const overlaps = overlapping(run.calls);
      met.overlapping += overlaps;
      met.contended += overlaps > 0 ? 1 : 0;
      met.waiting += run.hasWaited ? 1 : 0;
      if (found !== null) return { ...met, found };
    }
    onScenario(met.scenarios);
  }
  return { ...met, found: null };
}
