/**
 * Shrinking: from a run that broke a clause to a simple one that breaks the same. First fewer callers, then fewer calls, smaller
 * arguments, fewer page frames, and at last fewer switches between callers. Calls and page frames are removed one at a time, as
 * long as the clause stays broken.
 *
 * A changed scenario needs another schedule: those with few switches are tried in order, then some at random. So no single step
 * makes the result simpler, *as far as those schedules show*. Deterministic.
 */
import {
  config,
  isAllocation,
  mapAddresses,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
} from '../../spec/index.ts';
import { drawsFrom } from '../random/draws.ts';
import { type FoundRun, tryRun } from './sample-schedules.ts';
import type { ConcurrentScenario } from './scenario.ts';
import { switchesOf } from './scenario.ts';
import { ScenarioRunner } from './scenario-runner.ts';
import { atRandom, FewSwitches, following } from './schedulers.ts';
import type { Chooser, Points } from './stepping.ts';
import type { ConcurrentTarget } from './target.ts';

type Program = readonly Operation<Reference>[];

/** Most schedules with 0, 1 and 2 switches that are tried for one scenario, then most random ones. */
const TRIES = [1, 30, 100];
const RANDOM_TRIES = 12;
/** The same for the last step, which only looks for fewer switches. */
const LAST_TRIES = [1, 1000, 4000];

/** Returns a program without the operations that refer to a result, later results renumbered. */
function withoutResult(program: Program, result: number): Program {
  return program.flatMap((operation) => {
    const changed = mapAddresses(operation, (reference: Reference) => {
      if (!namesResult(reference) || reference.result < result) return reference;
      return reference.result === result ? null : { ...reference, result: reference.result - 1 };
    });
    return changed === null ? [] : [changed];
  });
}

/** Returns a program without one of its calls; `results` allocations come before the program. */
function withoutCall(program: Program, at: number, results: number): Program {
  const isNamed = isAllocation(program[at]?.call ?? 'free');
  const own = program.slice(0, at).filter(({ call }) => isAllocation(call)).length;
  const later = program.slice(at + 1);
  return [...program.slice(0, at), ...(isNamed ? withoutResult(later, results + own) : later)];
}

function resultsOf(program: Program): number {
  return program.filter(({ call }) => isAllocation(call)).length;
}

/** Returns the scenario without one of the calls made before the callers begin. */
function withoutBefore(scenario: ConcurrentScenario, at: number): ConcurrentScenario {
  const { before, callers } = scenario;
  const result = resultsOf(before.slice(0, at));
  const isNamed = isAllocation(before[at]?.call ?? 'free');
  return {
    ...scenario,
    before: withoutCall(before, at, 0),
    callers: isNamed ? callers.map((program) => withoutResult(program, result)) : callers,
  };
}

/** Returns simpler forms of a call. */
function simplerCalls(operation: Operation<Reference>): readonly Operation<Reference>[] {
  switch (operation.call) {
    case 'allocPages':
    case 'allocAt':
    case 'allocWithin':
      return typeof operation.count === 'bigint' && operation.count > 1n
        ? [{ call: 'alloc' }, { ...operation, count: operation.count - 1n }]
        : [{ call: 'alloc' }];
    case 'allocBitmap': {
      const { count, alignment } = operation;
      const smaller = typeof count === 'bigint' && count > 1n ? [{ ...operation, count: count - 1n }] : [];
      return alignment === PAGE_BYTES ? smaller : [...smaller, { ...operation, alignment: PAGE_BYTES }];
    }
    case 'freePages':
      return [
        { call: 'freeAmount' },
        ...operation.addresses.map((address) => ({ call: 'free' as const, address })),
      ];
    case 'freeRegion':
      return [{ call: 'freeAmount' }, { call: 'free', address: operation.address }];
    case 'free':
    case 'reservedAmount':
    case 'totalAmount':
      return [{ call: 'freeAmount' }];
    default:
      return [];
  }
}

/** Returns the programs with one call in a simpler form. */
function simplerPrograms(program: Program): readonly Program[] {
  return program.flatMap((operation, at) =>
    simplerCalls(operation).map((simpler) => program.with(at, simpler)),
  );
}

/** Returns the scenarios with one page frame fewer in a descriptor, the limit in place or one page frame lower. */
function mapChanges(scenario: ConcurrentScenario): readonly ConcurrentScenario[] {
  const { map, config: usual } = scenario;
  const { bitmapMaxAddr } = usual;
  const lower = bitmapMaxAddr > 0n ? [config({ ...usual, bitmapMaxAddr: bitmapMaxAddr - PAGE_BYTES })] : [];
  return map.descriptors.flatMap((descriptor, at) => {
    // Those behind it move up, so that none is left apart.
    const moved = map.descriptors.map((each, k) => ({
      ...each,
      pages: k === at ? each.pages - 1 : each.pages,
      start: each.start > descriptor.start ? each.start - PAGE_BYTES : each.start,
    }));
    const left = moved.filter(({ pages }) => pages > 0);
    if (left.length === 0) return [];
    const smaller = memoryMap(left, map.name);
    return [usual, ...lower].map((one) => ({ ...scenario, map: smaller, config: one }));
  });
}

/** Returns every scenario that is one step simpler. */
function simpler(scenario: ConcurrentScenario): readonly ConcurrentScenario[] {
  const { before, callers, after = [] } = scenario;
  const results = resultsOf(before);
  return [
    ...callers.map((_, k) => ({ ...scenario, callers: callers.toSpliced(k, 1) })),
    ...callers.flatMap((program, k) =>
      program.map((_, at) => ({ ...scenario, callers: callers.with(k, withoutCall(program, at, results)) })),
    ),
    ...before.map((_, at) => withoutBefore(scenario, at)),
    ...(after.length > 1 ? [{ ...scenario, after: [] }] : []),
    ...after.map((_, at) => ({ ...scenario, after: after.toSpliced(at, 1) })),
    ...callers.flatMap((program, k) =>
      simplerPrograms(program).map((changed) => ({ ...scenario, callers: callers.with(k, changed) })),
    ),
    ...simplerPrograms(before).map((changed) => ({ ...scenario, before: changed })),
    ...mapChanges(scenario),
  ];
}

/** The simplest run found, and the number of runs tried. */
export interface ShrunkRun {
  readonly found: FoundRun;
  /** Runs tried. */
  readonly runs: number;
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
  readonly #clause: string;
  readonly isOver: () => boolean;
  runs = 0;

  constructor(target: ConcurrentTarget, clause: string, isOver: () => boolean) {
    this.#target = target;
    this.#clause = clause;
    this.isOver = isOver;
  }

  /** Runs a scenario under schedules with few switches. Returns the first run that breaks the clause. */
  fewest(runner: ScenarioRunner, points: Points, tries: readonly number[]): FoundRun | null {
    for (const [switches, most] of tries.entries()) {
      const few = new FewSwitches(switches);
      let left = most;
      do {
        const found = this.#try(runner, points, few.choose);
        if (found !== null) return found;
        left -= 1;
      } while (left > 0 && few.advance() && !this.isOver());
    }
    return null;
  }

  /** Returns a run in which a scenario breaks the clause, or null if no tried schedule shows one. */
  search(scenario: ConcurrentScenario, before: FoundRun): FoundRun | null {
    const runner = new ScenarioRunner(this.#target, scenario);
    const again = this.#try(runner, before.points, following(before.schedule));
    return again ?? this.fewest(runner, 'locks', TRIES) ?? this.#atRandom(runner);
  }

  #atRandom(runner: ScenarioRunner): FoundRun | null {
    const draws = drawsFrom(1);
    for (let k = 0; k < RANDOM_TRIES && !this.isOver(); k += 1) {
      const found = this.#try(runner, 'accesses', atRandom(draws));
      if (found !== null) return found;
    }
    return null;
  }

  #try(runner: ScenarioRunner, points: Points, choose: Chooser): FoundRun | null {
    this.runs += 1;
    const [, found] = tryRun(runner, points, choose);
    return found?.violation.clause === this.#clause ? found : null;
  }
}

/**
 * Returns a run of the simplest scenario that the search finds one of, each a step simpler than the one before. No change of it is left
 * that was not tried.
 */
export function simplest(search: RunSearch, found: FoundRun, isOver: () => boolean): FoundRun {
  let best = found;
  let changes = simpler(best.scenario);
  let [at, failed] = [0, 0];
  while (failed < changes.length && !isOver()) {
    at %= changes.length;
    const scenario = changes[at] ?? best.scenario;
    const next = search.search(scenario, best);
    if (next === null) [at, failed] = [at + 1, failed + 1];
    else {
      best = next;
      changes = simpler(best.scenario);
      [at, failed] = [search.goesOn ? at : 0, 0];
    }
  }
  return best;
}

/** Shrinks a run that broke a clause on a target. Where it is over before no step is left, the simplest run so far is the result. */
export function shrinkRun(
  target: ConcurrentTarget,
  found: FoundRun,
  isOver: () => boolean = () => false,
): ShrunkRun {
  const shrinking = new Shrinking(target, found.violation.clause, isOver);
  const best = simplest(shrinking, found, isOver);
  const runner = new ScenarioRunner(target, best.scenario);
  const coarse = shrinking.fewest(runner, 'locks', LAST_TRIES);
  const fine = coarse ?? shrinking.fewest(runner, 'accesses', LAST_TRIES);
  const isFewer = fine !== null && switchesOf(fine.schedule) <= switchesOf(best.schedule);
  return { found: isFewer ? fine : best, runs: shrinking.runs };
}
