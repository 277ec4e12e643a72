/**
 * Concurrent scenarios: a memory map, a configuration, the promised policies, and a program for each caller. A program that runs
 * before the callers begin makes the results that they share: those are numbered first, then each caller's own.
 *
 * A schedule says who takes the step at each point, as runs of steps: `[[0, 3], [1, 2]]` is three steps of caller 0, then two
 * of caller 1. After its end, or if it names a caller that cannot continue, the present caller continues, else the first that
 * can.
 */
import * as t from 'io-ts';
import { Config, closed, MemoryMap, Natural, Policy, Program, ramPages } from '../../spec/index.ts';

export const ConcurrentScenario = t.readonly(
  closed(
    t.intersection(
      [
        t.type({
          map: MemoryMap,
          config: Config,
          policies: t.readonlyArray(Policy),
          /** The program that runs before the callers begin. */
          before: Program,
          callers: t.readonlyArray(Program),
        }),
        t.partial({
          /** The program that runs when all have returned, where the state cannot be looked at. It names no results. */
          after: Program,
        }),
      ],
      'a memory map, a configuration, policies and a program for each caller',
    ),
  ),
);
export type ConcurrentScenario = t.TypeOf<typeof ConcurrentScenario>;

export const Schedule = t.readonlyArray(
  t.tuple([Natural, Natural]),
  'a schedule: an array of [caller, steps]',
);
export type Schedule = t.TypeOf<typeof Schedule>;

/** Returns the schedule of a run in which these callers took the steps. */
export function scheduleOf(taken: readonly number[]): Schedule {
  const runs: [number, number][] = [];
  for (const caller of taken) {
    const last = runs.at(-1);
    if (last?.[0] === caller) last[1] += 1;
    else runs.push([caller, 1]);
  }
  return runs;
}

/**
 * Returns how often a schedule switches from one caller to another.
 * @internal
 */
export function switchesOf(schedule: Schedule): number {
  return Math.max(0, schedule.length - 1);
}

/** A schedule copies the whole state, and the calls of callers are put in every order in which they overlap. */
const LIMITS = { pages: 65_536, callers: 8, calls: 1000 } as const;
/** Threads of an executable run under no schedule. */
const THREAD_LIMITS = { ...LIMITS, callers: 64, calls: 2 ** 17 } as const;
/** The calls before and after those of callers are made one after the other. */
const OTHER_CALLS = 2 ** 17;

function inWords(n: number): string {
  return n.toLocaleString('en-US');
}

/** Returns what of a scenario is too large to be run, in words that a message takes; null where nothing is. */
export function beyondLimits(
  { map, before, callers, after = [] }: ConcurrentScenario,
  isScheduled: boolean,
): string | null {
  const limits = isScheduled ? LIMITS : THREAD_LIMITS;
  const sizes = [
    ['map', 'page frames of RAM', ramPages(map), limits.pages],
    ['callers', 'callers', callers.length, limits.callers],
    ['callers', 'calls', callers.flat().length, limits.calls],
    ['before', 'calls', before.length, OTHER_CALLS],
    ['after', 'calls', after.length, OTHER_CALLS],
  ] as const;
  const beyond = sizes.find(([, , found, most]) => found > most);
  if (beyond === undefined) return null;
  const [place, unit, found, most] = beyond;
  return `scenario.${place}: expected at most ${inWords(most)} ${unit}, found ${inWords(found)}`;
}
