/**
 * Every schedule: all ways in which the callers of a scenario can take turns, depth first.
 *
 * Two ways that lead to the same moment have the same continuations, and those are judged alike: so they are gone through once,
 * and counted for both. What tells moments apart is {@link Stage.momentKey}.
 */
import { type ConcurrentViolation, judgeRun } from './judge-run.ts';
import type { Run, Stage } from './stage.ts';
import type { Points } from './stepping.ts';

interface EveryOptions {
  readonly points: Points;
  /** Moments to look at, at most. */
  readonly moments?: number;
  /** How often a caller that could go on is left, at most. */
  readonly switches?: number;
}

/** What going through all schedules came to. */
interface Explored {
  /** Schedules, all of them judged; those that were left out because a limit was reached do not count. */
  readonly schedules: number;
  /** Moments that differ. */
  readonly moments: number;
  /** Whether no limit on moments was reached. */
  readonly isComplete: boolean;
  /** The first run that breaks a clause; nothing is looked at after it. */
  readonly broken: { readonly run: Run; readonly violation: ConcurrentViolation } | null;
}

class Exploration {
  readonly #stage: Stage;
  readonly #limit: number;
  /** Schedules from a moment on. */
  readonly #known = new Map<string, number>();
  broken: Explored['broken'] = null;

  constructor(stage: Stage, limit: number) {
    this.#stage = stage;
    this.#limit = limit;
  }

  get moments(): number {
    return this.#known.size;
  }

  get isOver(): boolean {
    return this.broken !== null || this.moments >= this.#limit;
  }

  /** Goes through all schedules from the present moment on, and returns how many there are. */
  from(current: number | null, switchesLeft: number): number {
    const key = this.#keyOf(current, switchesLeft);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const schedules = this.#branch(current, switchesLeft);
    this.#known.set(key, schedules);
    return schedules;
  }

  #keyOf(current: number | null, switchesLeft: number): string {
    const key = this.#stage.momentKey();
    return switchesLeft === Number.POSITIVE_INFINITY ? key : `${current} ${switchesLeft} ${key}`;
  }

  #branch(current: number | null, switchesLeft: number): number {
    const ready = this.#stage.ready();
    if (ready.length === 0) return this.#judge();
    const canStay = current !== null && ready.includes(current);
    const ordered = canStay ? [current, ...ready.filter((caller) => caller !== current)] : ready;
    const options = canStay && switchesLeft === 0 ? [current] : ordered;
    const here = options.length > 1 ? this.#stage.moment() : null;
    let schedules = 0;
    for (const [k, caller] of options.entries()) {
      if (this.isOver) break;
      if (here !== null && k > 0) this.#stage.goBack(here);
      this.#stage.step(caller);
      schedules += this.from(caller, canStay && caller !== current ? switchesLeft - 1 : switchesLeft);
    }
    return schedules;
  }

  #judge(): number {
    const run = this.#stage.outcome();
    const violation = judgeRun(this.#stage, run);
    if (violation !== null) this.broken = { run, violation };
    return 1;
  }
}

/** Goes through every schedule of a stage. */
export function everySchedule(
  stage: Stage,
  { points, moments = Number.POSITIVE_INFINITY, switches = Number.POSITIVE_INFINITY }: EveryOptions,
): Explored {
  stage.begin(points);
  const exploration = new Exploration(stage, moments);
  const schedules = exploration.from(null, switches);
  const { broken } = exploration;
  return {
    schedules,
    moments: exploration.moments,
    isComplete: broken !== null || exploration.moments < moments,
    broken,
  };
}
