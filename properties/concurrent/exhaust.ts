/**
 * Exhaustion: every schedule of every combination of calls, for a few callers with a few calls each. The calls are all nine, on
 * so few page frames that they conflict: two are free in the stack zone, three in the bitmap zone, and one of each is held, which
 * two callers may both free. The held one of the bitmap zone is its last, and boot memory follows: a region of the two crosses the limit.
 *
 *     1          4   5   6           9
 *     ├── free ──┼ H ┊ B ┼── stack ──┤       H held, B boot memory, ┊ the limit
 *
 * Schedules switch callers only at steps on the lock and at accesses made without it. That is enough as long as no access is made
 * without it; the result counts such accesses.
 */
import { TimeLimitError, within } from '../../runner/index.ts';
import {
  addressesOf,
  beyond,
  config,
  formatReference,
  hasUndefined,
  isFree,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import { isAskable } from './askable-scenario.ts';
import { everySchedule, type ScheduleSearchResult } from './every-schedule.ts';
import { profileWorld, type ScenarioSize } from './profile-scenario.ts';
import { type FoundRun, tryRun } from './sample-schedules.ts';
import { type ConcurrentScenario, scheduleOf } from './scenario.ts';
import { runnerOf, type ScenarioRunner } from './scenario-runner.ts';
import { following } from './schedulers.ts';
import type { ConcurrentTarget } from './target.ts';

type Named = Operation<Reference>;

const PAGE: Named = { call: 'alloc' };
/** The limit, as a page frame. Only the one below lies at a multiple of its number. */
const LIMIT = 5;
const RUN = { call: 'allocBitmap', maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
/** Results of the calls before the callers begin. */
const HELD_PAGE: Reference = { result: 0, page: 0, offset: 0n };
const HELD_RUN: Reference = { result: 1, page: 0, offset: 0n };

/** All nine calls, with small arguments. */
export const SMALL_CALLS: readonly Named[] = [
  PAGE,
  { call: 'allocPages', count: 2n },
  { ...RUN, count: 2n },
  { call: 'free', address: HELD_PAGE },
  { call: 'freePages', addresses: [HELD_PAGE, HELD_RUN] },
  { call: 'freeRegion', address: HELD_RUN, count: 2n },
  { call: 'totalAmount' },
  { call: 'freeAmount' },
  { call: 'reservedAmount' },
];

/**
 * A number of callers, and the number of calls that each makes.
 * @public
 */
export interface Shape {
  readonly callers: number;
  readonly calls: number;
}

/** The size of a world within a profile. */
const SIZE: ScenarioSize = { bitmapFrames: LIMIT - 1, stackFrames: 3, before: 0, callers: [] };

function worldOf({ policies, profile }: ConcurrentTarget): Omit<ConcurrentScenario, 'callers'> {
  if (profile !== undefined) {
    const before = [PAGE, { ...RUN, count: 1n }].filter((call) => beyond(profile, call) === null);
    return { ...profileWorld(profile, SIZE), policies, before };
  }
  return {
    map: memoryMap(
      [
        { type: 'conventional', start: PAGE_BYTES, pages: LIMIT - 1 },
        { type: 'loaderData', start: BigInt(LIMIT) * PAGE_BYTES, pages: 1 },
        { type: 'conventional', start: BigInt(LIMIT + 1) * PAGE_BYTES, pages: 3 },
      ],
      'eight page frames',
    ),
    config: config({ bitmapMaxAddr: BigInt(LIMIT) * PAGE_BYTES }),
    policies,
    before: [PAGE, { ...RUN, count: 1n, alignment: BigInt(LIMIT - 1) * PAGE_BYTES }],
  };
}

function programs(calls: number): readonly (readonly Named[])[] {
  if (calls === 0) return [[]];
  return programs(calls - 1).flatMap((rest) => SMALL_CALLS.map((call) => [...rest, call]));
}

/** Yields every multiset of `callers` programs: which caller has which program makes no difference. */
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

/** Whether each page frame is freed by one call. */
function areFreedOnce({ callers }: ConcurrentScenario): boolean {
  const freed = callers
    .flat()
    .filter(({ call }) => isFree(call))
    .flatMap(addressesOf)
    .map(formatReference);
  return new Set(freed).size === freed.length;
}

/** Whether a target can be asked for a scenario. */
function isWithin(scenario: ConcurrentScenario, profile: Profile): boolean {
  return isAskable(scenario, profile) && (!hasUndefined(profile) || areFreedOnce(scenario));
}

/** Returns all scenarios of a shape within the claims of a target. */
export function scenariosOf(
  target: ConcurrentTarget,
  { callers, calls }: Shape,
): readonly ConcurrentScenario[] {
  const { profile } = target;
  const world = worldOf(target);
  const all = [...choices(programs(calls), callers)].map((chosen) => ({ ...world, callers: chosen }));
  return profile === undefined ? all : all.filter((scenario) => isWithin(scenario, profile));
}

/** The result of running every schedule of some scenarios. */
export interface Exhausted {
  readonly scenarios: number;
  readonly schedules: number;
  /** Distinct moments of all schedules. */
  readonly moments: number;
  /** Accesses to the state made without the lock. */
  readonly unguarded: number;
  /** Accesses to the state made while holding the lock. */
  readonly guarded: number;
  readonly found: FoundRun | null;
}

/** Every schedule of our own callers takes some milliseconds. One that takes longer may have a call that does not return, or so many schedules. */
const LONG_MS = 30_000;
const MORE = 10;

/** Runs every schedule of a scenario. Where that takes long, the one under way runs again, alone; if its calls return, all have more time. */
function everyOne(runner: ScenarioRunner, limitMs: number): ScheduleSearchResult | FoundRun {
  try {
    return within(limitMs, () => everySchedule(runner, { points: 'locks' }));
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    const { taken, running } = runner.machine;
    const schedule = scheduleOf(running === null ? taken : [...taken, running]);
    const [, found] = tryRun(runner, 'locks', following(schedule));
    return found ?? everyOne(runner, limitMs * MORE);
  }
}

/** Runs every schedule of the scenarios; calls `onScenario` with the number done, and asks between two whether to stop. */
export function exhaust(
  target: ConcurrentTarget,
  scenarios: readonly ConcurrentScenario[],
  onScenario: (done: number) => void = () => {},
  isOver: () => boolean = () => false,
  limitMs = LONG_MS,
): Exhausted {
  const met = { scenarios: 0, schedules: 0, moments: 0, unguarded: 0, guarded: 0 };
  for (const scenario of scenarios) {
    if (isOver()) break;
    const runner = runnerOf(target, scenario);
    const every = everyOne(runner, limitMs);
    met.scenarios += 1;
    if ('violation' in every) return { ...met, found: every };
    const { schedules, moments, broken } = every;
    met.schedules += schedules;
    met.moments += moments;
    met.unguarded += runner.machine.unguarded;
    met.guarded += runner.machine.guarded;
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
