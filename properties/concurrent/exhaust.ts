/**
 * Exhaustion: every schedule of every combination of calls, for a few callers with a few calls each. The calls are all nine, on
 * so few page frames that each of them gets in the way of others: two are free in the stack zone, three in the bitmap zone, and
 * one of each is held, which two callers may both free.
 *
 * Schedules turn between steps on the lock alone, and at every access made without it. That loses nothing, because no access
 * was: how many were is part of the result.
 */
import { config, memoryMap, type Operation, PAGE_BYTES, type Reference, U64_MAX } from '../../spec/index.ts';
import { everySchedule } from './every-schedule.ts';
import type { FoundRun } from './explore.ts';
import { type ConcurrentScenario, scheduleOf } from './scenario.ts';
import { Stage } from './stage.ts';
import type { ConcurrentTarget } from './target.ts';

type Named = Operation<Reference>;

const PAGE: Named = { call: 'alloc' };
const RUN = { call: 'allocBitmap', maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
/** Results of the calls before the callers begin. */
const HELD_PAGE: Reference = { result: 0, page: 0, offset: 0n };
const HELD_RUN: Reference = { result: 1, page: 0, offset: 0n };

/** The nine calls. */
export const SMALL_CALLS: readonly Named[] = [
  PAGE,
  { call: 'allocPages', count: 2n },
  { ...RUN, count: 2n },
  { call: 'free', address: HELD_PAGE },
  { call: 'freePages', addresses: [HELD_PAGE, HELD_RUN] },
  { call: 'freeRegion', address: HELD_RUN, count: 1n },
  { call: 'totalAmount' },
  { call: 'freeAmount' },
  { call: 'reservedAmount' },
];

/** How many callers make how many calls each. */
export interface Shape {
  readonly callers: number;
  readonly calls: number;
}

function worldOf(target: ConcurrentTarget): Omit<ConcurrentScenario, 'callers'> {
  return {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 7 }], 'seven page frames'),
    config: config({ bitmapMaxAddr: 4n * PAGE_BYTES }),
    policies: target.policies,
    before: [PAGE, { ...RUN, count: 1n }],
  };
}

function programs(calls: number): readonly (readonly Named[])[] {
  if (calls === 0) return [[]];
  return programs(calls - 1).flatMap((rest) => SMALL_CALLS.map((call) => [...rest, call]));
}

/** Yields every choice of so many programs; who has which makes no difference. */
function* choices(
  all: readonly (readonly Named[])[],
  callers: number,
  from = 0,
): Generator<readonly (readonly Named[])[]> {
  if (callers === 0) yield [];
  else
    for (let k = from; k < all.length; k += 1)
      for (const rest of choices(all, callers - 1, k)) yield [all[k] ?? [], ...rest];
}

/** Returns all scenarios of a shape. */
export function scenariosOf(
  target: ConcurrentTarget,
  { callers, calls }: Shape,
): readonly ConcurrentScenario[] {
  const world = worldOf(target);
  return [...choices(programs(calls), callers)].map((chosen) => ({ ...world, callers: chosen }));
}

/** What going through everything came to. */
export interface Exhausted {
  readonly scenarios: number;
  readonly schedules: number;
  /** Moments that differ, in which the schedules meet. */
  readonly moments: number;
  /** Accesses made without the lock. */
  readonly unguarded: number;
  /** Accesses made inside the lock. */
  readonly guarded: number;
  readonly found: FoundRun | null;
}

/** Goes through every schedule of the scenarios; `onScenario` is told how many are done. */
export function exhaust(
  target: ConcurrentTarget,
  scenarios: readonly ConcurrentScenario[],
  onScenario: (done: number) => void = () => {},
): Exhausted {
  const met = { scenarios: 0, schedules: 0, moments: 0, unguarded: 0, guarded: 0 };
  for (const scenario of scenarios) {
    const stage = new Stage(target, scenario);
    const { schedules, moments, broken } = everySchedule(stage, { points: 'locks' });
    met.scenarios += 1;
    met.schedules += schedules;
    met.moments += moments;
    met.unguarded += stage.machine.unguarded;
    met.guarded += stage.machine.guarded;
    if (broken !== null) {
      const { run, violation } = broken;
      return {
        ...met,
        found: { scenario, points: 'locks', schedule: scheduleOf(run.taken), run, violation },
      };
    }
    onScenario(met.scenarios);
  }
  return { ...met, found: null };
}
