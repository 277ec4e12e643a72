/**
 * Sampled schedules: random scenarios, each under some random schedules, until one breaks a clause. Deterministic in the seed: the
 * k-th scenario does not depend on the results of earlier ones.
 */
import { TimeLimitError, within } from '../../runner/index.ts';
import type { Draws } from '../random/draws.ts';
import { drawsFrom } from '../random/draws.ts';
import { overlapping } from './history.ts';
import { type ConcurrentViolation, judgeRun } from './judge-run.ts';
import { profileScenario, smallSize } from './profile-scenario.ts';
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

/** Yields the choosers of the schedules of a scenario. */
function* choosersOf(
  draws: Draws,
  { callers }: ConcurrentScenario,
  { schedules, isOver }: { readonly schedules: number; readonly isOver: () => boolean },
): Generator<Chooser, void> {
  for (let schedule = 0; schedule < schedules && !isOver(); schedule += 1)
    yield chooserOf(draws, schedule, callers.length);
}

/** Milliseconds that a run may take: others take some. */
const RUN_MS = 10_000;
/** Runs are timed together for so many milliseconds: a timer for each would take longer than most of them. */
const TOGETHER_MS = 50;

/** Judges a run that was ended after this time: a call did not return. */
function endless(runner: ScenarioRunner): [Run, ConcurrentViolation] {
  const run = runner.broken();
  const found = run.open.length > 0 ? judgeRun(runner, run) : null;
  if (found !== null) return [run, found];
  const explanation = 'a call that is made alone, when all others had returned, does not return';
  return [run, { clause: 'concurrent.progress', explanation, calls: run.calls, deadEnds: [] }];
}

/** How runs of a scenario are made: where callers are switched, the time for each, and who is told of each. */
export interface RunOptions {
  readonly points: Points;
  /** Milliseconds that each run may take. Default: ten seconds. */
  readonly limitMs?: number;
  /** Called with each run, and the same with its violation if it broke a clause. Returns whether that is enough. */
  readonly onRun: (run: Run, found: FoundRun | null) => boolean;
}

/** Runs a scenario under one schedule after another, and judges each run, until there are no more or it is enough. */
export function tryRuns(
  runner: ScenarioRunner,
  choosers: Iterator<Chooser>,
  { points, limitMs = RUN_MS, onRun }: RunOptions,
): void {
  const tell = (run: Run, violation: ConcurrentViolation | null): boolean => {
    const { scenario } = runner;
    const schedule = violation === null ? [] : scheduleOf(run.taken);
    return onRun(run, violation === null ? null : { scenario, points, schedule, run, violation });
  };
  const runSome = (): boolean => {
    const end = performance.now() + TOGETHER_MS;
    while (performance.now() < end) {
      const { done, value: choose } = choosers.next();
      if (done === true) return true;
      const run = runner.run(points, choose);
      if (tell(run, judgeRun(runner, run))) return true;
    }
    return false;
  };
  for (let isEnough = false; !isEnough; )
    try {
      isEnough = within(limitMs, runSome);
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      isEnough = tell(...endless(runner));
    }
}

/** Runs a scenario once and judges the run. Returns the run, and the same with its violation if it broke a clause. */
export function tryRun(
  runner: ScenarioRunner,
  points: Points,
  choose: Chooser,
  limitMs = RUN_MS,
): [Run, FoundRun | null] {
  const made: [Run, FoundRun | null][] = [];
  const onRun = (...one: [Run, FoundRun | null]): boolean => made.push(one) > 0;
  tryRuns(runner, [choose].values(), { points, limitMs, onRun });
  return made[0] ?? neverRun();
}

function neverRun(): never {
  throw new Error('no run was made');
}

/** Returns a random scenario: of the whole specification, or within the claims of the target. */
function scenarioFor(draws: Draws, { policies, profile }: ConcurrentTarget): ConcurrentScenario {
  return profile === undefined
    ? randomScenario(draws, policies)
    : profileScenario(draws, { profile, policies }, smallSize(draws));
}

/** Runs random scenarios on a target. */
export function sampleSchedules(
  target: ConcurrentTarget,
  { scenarios, schedules, seed, onScenario = () => {}, isOver = () => false }: SampleOptions,
): SampledSchedules {
  const met = { scenarios: 0, schedules: 0, points: 0, calls: 0, overlapping: 0, contended: 0, waiting: 0 };
  let first: FoundRun | null = null;
  const onRun = (run: Run, found: FoundRun | null): boolean => {
    met.schedules += 1;
    met.points += run.taken.length;
    met.calls += run.calls.length;
    const overlaps = overlapping(run.calls);
    met.overlapping += overlaps;
    met.contended += overlaps > 0 ? 1 : 0;
    met.waiting += run.hasWaited ? 1 : 0;
    first = found;
    return found !== null;
  };
  for (let k = 0; k < scenarios && !isOver(); k += 1) {
    const draws = drawsFrom(seed * 0x1_0000 + k);
    const runner = runnerOf(target, scenarioFor(draws, target));
    met.scenarios += 1;
    tryRuns(runner, choosersOf(draws, runner.scenario, { schedules, isOver }), { points: 'accesses', onRun });
    if (first !== null) break;
    onScenario(met.scenarios);
  }
  return { ...met, found: first };
}
