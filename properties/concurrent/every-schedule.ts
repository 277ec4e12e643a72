/**
 * Every schedule: all ways in which the callers of a scenario can take turns, depth first.
 *
 * Two prefixes that lead to the same moment have the same continuations with the same verdicts. So the continuations are run
 * once and counted for both. {@link ScenarioRunner.momentKey} tells moments apart.
 */
import { type ConcurrentViolation, judgeRun } from './judge-run.ts';
import type { Run, ScenarioRunner } from './scenario-runner.ts';
import type { Points } from './stepping.ts';

interface EveryOptions {
  readonly points: Points;
  /** Most moments to visit. Default: no limit. */
  readonly moments?: number;
  /** Most switches away from a caller that could continue. Default: no limit. */
  readonly switches?: number;
}

/** The result of running every schedule of a scenario. */
export interface ScheduleSearchResult {
  /** Number of schedules judged, without those cut off by a limit. */
  readonly schedules: number;
  /** Number of distinct moments. */
  readonly moments: number;
  /** Whether every moment was visited, or a clause was broken first. */
  readonly isComplete: boolean;
  /** The first run that breaks a clause. The search stops there. */
  readonly broken: { readonly run: Run; readonly violation: ConcurrentViolation } | null;
}

class ScheduleSearch {
  readonly #runner: ScenarioRunner;
  readonly #limit: number;
  /** Number of schedules that continue each visited moment. */
  readonly #known = new Map<string, number>();
  broken: ScheduleSearchResult['broken'] = null;

  constructor(runner: ScenarioRunner, limit: number) {
    this.#runner = runner;
    this.#limit = limit;
  }

  get moments(): number {
    return this.#known.size;
  }

  get isOver(): boolean {
    return this.broken !== null || this.moments >= this.#limit;
  }

  /** Runs all schedules that continue the present moment, and returns their number. */
  from(current: number | null, switchesLeft: number): number {
    const key = this.#keyOf(current, switchesLeft);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const schedules = this.#branch(current, switchesLeft);
    this.#known.set(key, schedules);
    return schedules;
  }

  #keyOf(current: number | null, switchesLeft: number): string {
    const key = this.#runner.momentKey();
    return switchesLeft === Number.POSITIVE_INFINITY ? key : `${current} ${switchesLeft} ${key}`;
  }

  #branch(current: number | null, switchesLeft: number): number {
    const ready = this.#runner.ready();
    if (ready.length === 0) return this.#judge();
    const canStay = current !== null && ready.includes(current);
    const ordered = canStay ? [current, ...ready.filter((caller) => caller !== current)] : ready;
    const options = canStay && switchesLeft === 0 ? [current] : ordered;
    const here = options.length > 1 ? this.#runner.moment() : null;
    let schedules = 0;
    for (const [k, caller] of options.entries()) {
      if (this.isOver) break;
      if (here !== null && k > 0) this.#runner.goBack(here);
      this.#runner.step(caller);
      schedules += this.from(caller, canStay && caller !== current ? switchesLeft - 1 : switchesLeft);
    }
    return schedules;
  }

  #judge(): number {
    const run = this.#runner.outcome();
    const violation = judgeRun(this.#runner, run);
    if (violation !== null) this.broken = { run, violation };
    return 1;
  }
}

/** Runs a scenario under every schedule. */
export function everySchedule(
  runner: ScenarioRunner,
  { points, moments = Number.POSITIVE_INFINITY, switches = Number.POSITIVE_INFINITY }: EveryOptions,
): ScheduleSearchResult {
  runner.begin(points);
  const search = new ScheduleSearch(runner, moments);
  const schedules = search.from(null, switches);
  const { broken } = search;
  return {
    schedules,
    moments: search.moments,
    isComplete: broken !== null || search.moments < moments,
    broken,
  };
}
