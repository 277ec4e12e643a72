/**
 * Schedulers: who takes the next step. At random, by priorities that change a few times, or as a schedule says;
 * `every-schedule.ts` tries all. All are deterministic.
 */
import type { Draws } from '../random/draws.ts';
import type { Schedule } from './scenario.ts';
import type { Chooser } from './stepping.ts';

/** The running caller is switched away from at one point in this many. */
const STEPS_A_TURN = 4;

function first(ready: readonly number[], current: number | null): number {
  return current ?? ready[0] ?? 0;
}

/** Switches to a random caller now and then. */
export function atRandom(draws: Draws): Chooser {
  return (_, ready, current) =>
    current !== null && draws.below(STEPS_A_TURN) !== 0 ? current : draws.of(ready);
}

/**
 * Runs the caller of the highest priority; at `changes` points among the first `points`, the running caller drops below all others.
 * A bug that needs `changes` + 1 orderings to show is found with a probability of at least 1 / (callers · points^changes).
 * Source: Burckhardt and others, "A randomized scheduler with probabilistic guarantees of finding bugs" (2010).
 */
export function byPriorities(
  draws: Draws,
  {
    callers,
    points,
    changes,
  }: { readonly callers: number; readonly points: number; readonly changes: number },
): Chooser {
  const priorities = Array.from({ length: callers }, () => draws.below(2 ** 16));
  const changesAt = new Set(Array.from({ length: changes }, () => draws.below(points)));
  let lowest = -1;
  return (taken, ready, current) => {
    if (current !== null && changesAt.delete(taken)) {
      priorities[current] = lowest;
      lowest -= 1;
    }
    return ready.reduce((best, caller) =>
      (priorities[caller] ?? 0) > (priorities[best] ?? 0) ? caller : best,
    );
  };
}

/** Follows a schedule as long as it applies. */
export function following(schedule: Schedule): Chooser {
  const callers = schedule.flatMap(([caller, steps]) => Array.from({ length: steps }, () => caller));
  return (taken, ready, current) => {
    const wanted = callers[taken];
    return wanted !== undefined && ready.includes(wanted) ? wanted : first(ready, current);
  };
}

/** A point at which several callers can take the step. */
interface Decision {
  readonly options: readonly number[];
  /** Index of the option taken in the present schedule. */
  at: number;
  /** Whether every option but the first switches away from a caller that could continue. */
  readonly isSwitch: boolean;
  /** Switches away from a caller that could continue, before this decision. */
  readonly switches: number;
}

/**
 * Every schedule, one after the other, with at most `switches` switches away from a caller that could continue. Usage:
 * `do { run(few.choose) } while (few.advance())`. Most bugs need one or two switches.
 * Source: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded programs" (2007).
 */
export class FewSwitches {
  readonly #switches: number;
  readonly #path: Decision[] = [];
  #depth = 0;

  constructor(switches: number) {
    this.#switches = switches;
  }

  readonly choose: Chooser = (_, ready, current) => {
    const [only] = ready;
    if (ready.length === 1 && only !== undefined) return only;
    const decision = this.#path[this.#depth] ?? this.#decide(ready, current);
    this.#depth += 1;
    return decision.options[decision.at] ?? 0;
  };

  /** Moves on to the next schedule. Returns false if there is none. */
  advance(): boolean {
    this.#depth = 0;
    for (let last = this.#path.at(-1); last !== undefined; last = this.#path.at(-1)) {
      last.at += 1;
      if (last.at < last.options.length) return true;
      this.#path.pop();
    }
    return false;
  }

  #decide(ready: readonly number[], current: number | null): Decision {
    const last = this.#path.at(-1);
    const switches = last === undefined ? 0 : last.switches + (last.isSwitch && last.at > 0 ? 1 : 0);
    const others = ready.filter((caller) => caller !== current);
    const all = current === null ? ready : [current, ...others];
    const options = current !== null && switches >= this.#switches ? [current] : all;
    const decision = { options, at: 0, isSwitch: current !== null, switches };
    this.#path.push(decision);
    return decision;
  }
}
