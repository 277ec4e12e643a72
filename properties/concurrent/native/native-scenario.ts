/**
 * Scenarios for an allocator in another language: programs of callers that ask for nothing its profile leaves undefined, in whatever
 * order the calls take effect. So each page frame is freed by one call at most, unless the target claims to notice more.
 */
import { worldBeyond } from '../../../runner/index.ts';
import {
  addressesOf,
  beyond,
  type Call,
  config,
  hasUndefined,
  isAllocation,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Policy,
  type Profile,
  type Program,
  type Reference,
  SpecError,
  U64_MAX,
} from '../../../spec/index.ts';
import type { Draws } from '../../random/draws.ts';
import type { ConcurrentScenario } from '../scenario.ts';

/** How large a scenario is. */
export interface ScenarioSize {
  /** Page frames in the bitmap zone, and in the stack zone. */
  readonly bitmapFrames: number;
  readonly stackFrames: number;
  readonly before: number;
  /** Calls of each caller. */
  readonly callers: readonly number[];
}

/** The manager that scenarios are for: what it claims and promises. */
export interface ForTarget {
  readonly profile: Profile;
  readonly policies: readonly Policy[];
}

/** Page frames that were handed out together and may be freed: a run, or one page of a batch. */
interface Handed {
  readonly result: number;
  readonly page: number;
  /** Number of page frames from there on. */
  readonly count: number;
}

type Named = Operation<Reference>;

/** Largest runs and batches. */
const LARGEST = 8;
/** Draws until one is a call that the profile has. */
const MOST_DRAWS = 20;

function referenceTo({ result, page }: Handed): Reference {
  return { result, page, offset: 0n };
}

/** Writes one program. */
class Writer {
  readonly #draws: Draws;
  readonly #size: ScenarioSize;
  readonly #profile: Profile;
  /** The results that this caller may free. */
  readonly handed: Handed[];
  results: number;

  constructor(
    draws: Draws,
    {
      size,
      profile,
      handed,
      results,
    }: { size: ScenarioSize; profile: Profile; handed: readonly Handed[]; results: number },
  ) {
    this.#draws = draws;
    this.#size = size;
    this.#profile = profile;
    this.handed = [...handed];
    this.results = results;
  }

  program(calls: number): Program {
    return Array.from({ length: calls }, () => this.#next()).flat();
  }

  #next(): readonly Named[] {
    for (let drawn = 0; drawn < MOST_DRAWS; drawn += 1) {
      const isFree = this.handed.length > 0 && this.#draws.below(2) === 0;
      const operation = isFree ? this.#free() : this.#other();
      if (operation === null || beyond(this.#profile, operation) !== null) continue;
      this.#note(operation);
      return [operation];
    }
    return [];
  }

  #other(): Named {
    const { bitmapFrames, stackFrames } = this.#size;
    const draws = this.#draws;
    const call = draws.of<Call>([
      'alloc',
      'alloc',
      'allocPages',
      'allocPages',
      'allocBitmap',
      'allocBitmap',
      'freeAmount',
    ]);
    const atMost = (frames: number): bigint => BigInt(1 + draws.below(Math.min(LARGEST, frames)));
    if (call === 'allocPages') return { call, count: atMost(stackFrames) };
    if (call !== 'allocBitmap') return { call } as Named;
    const count = atMost(bitmapFrames);
    return { call, count, maxAddr: U64_MAX, alignment: PAGE_BYTES * BigInt(1 + draws.below(2)) };
  }

  /** Takes something that was handed out from the list, and returns the call that frees it; null if there is no such call. */
  #free(): Named | null {
    const draws = this.#draws;
    const at = draws.below(this.handed.length);
    const one = this.handed[at];
    const calls = this.#profile.calls;
    if (one === undefined) return null;
    const isWhole =
      one.count > 1 &&
      calls.includes('freeRegion') &&
      (this.#profile.freeRuns === 'whole' || draws.below(2) === 0);
    if (isWhole) {
      this.handed.splice(at, 1);
      return { call: 'freeRegion', address: referenceTo(one), count: BigInt(one.count) };
    }
    if (one.count > 1 && this.#profile.freeRuns === 'whole') return null;
    const singles = calls.filter((call) => call === 'free' || call === 'freePages');
    if (singles.length === 0) return null;
    const [first = one, ...others] = Array.from({ length: one.count }, (_, page) => ({
      ...one,
      page: one.page + page,
      count: 1,
    }));
    this.handed.splice(at, 1, ...others);
    const address = referenceTo(first);
    return draws.of(singles) === 'free'
      ? { call: 'free', address }
      : { call: 'freePages', addresses: [address, ...this.#more()] };
  }

  /** Takes one more single page for a batch, or none. */
  #more(): readonly Reference[] {
    const at = this.handed.findIndex(({ count }) => count === 1);
    const more = at < 0 || this.#draws.below(2) === 0 ? [] : this.handed.splice(at, 1);
    return more.map(referenceTo);
  }

  #note(operation: Named): void {
    if (!isAllocation(operation.call)) return;
    const result = this.results;
    this.results += 1;
    const count = 'count' in operation ? Number(operation.count) : 1;
    if (operation.call === 'allocPages')
      for (let page = 0; page < count; page += 1) this.handed.push({ result, page, count: 1 });
    else this.handed.push({ result, page: 0, count });
  }
}

/** Whether every free of a program names a result and stays within its run; `before` makes results that it can name. */
function staysWithin(before: Program, program: Program): boolean {
  if (!program.flatMap(addressesOf).every(namesResult)) return false;
  const counts = [...before, ...program].flatMap((operation) =>
    isAllocation(operation.call) ? [operation.call === 'allocBitmap' ? Number(operation.count) : 1] : [],
  );
  return program.every((operation) => {
    if (operation.call !== 'freeRegion' || !namesResult(operation.address)) return true;
    const { result, page } = operation.address;
    return page + Number(operation.count) <= (counts[result] ?? 0);
  });
}

/** Whether a target can be asked for a scenario that was changed. */
export function isAskable(
  { map, config, before, callers, after = [] }: ConcurrentScenario,
  profile: Profile,
): boolean {
  const programs = [before, ...callers, after];
  const areThere = programs.flat().every((operation) => beyond(profile, operation) === null);
  if (!areThere || worldBeyond(profile, { map, config }) !== null) return false;
  return (
    !hasUndefined(profile) || programs.every((program, k) => staysWithin(k === 0 ? [] : before, program))
  );
}

/** Returns calls that show which page frames are free: they take one after the other, and one more. */
function drain({ bitmapFrames, stackFrames }: ScenarioSize, profile: Profile): Program {
  const run = { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;
  const single: Named = profile.calls.includes('alloc')
    ? { call: 'alloc' }
    : { call: 'allocPages', count: 1n };
  const calls: readonly Named[] = [
    { call: 'freeAmount' },
    ...Array.from({ length: stackFrames + 1 }, () => single),
    ...Array.from({ length: bitmapFrames + 1 }, () => run),
  ];
  return calls.filter((call) => beyond(profile, call) === null);
}

/** Returns the scenario that the draws make. Throws `SpecError` where the target can run none. */
export function nativeScenario(
  draws: Draws,
  { profile, policies }: ForTarget,
  size: ScenarioSize,
): ConcurrentScenario {
  if (profile.outOfMemory === 'undefined')
    throw new SpecError(
      'check --concurrent: expected a target whose allocations may fail: who comes last is not known, and its profile says "outOfMemory": "undefined"',
    );
  const pages = Math.max(size.bitmapFrames + size.stackFrames, profile.memoryAtLeast + size.callers.length);
  const map = memoryMap([{ type: 'conventional', start: 0n, pages }], 'a few page frames');
  const world = {
    map,
    config: config({ bitmapMaxAddr: profile.bitmapZoneEnd ?? BigInt(size.bitmapFrames) * PAGE_BYTES }),
  };
  const why = worldBeyond(profile, world);
  if (why !== null) throw new SpecError(`check --concurrent: ${why}`);
  const first = new Writer(draws, { size, profile, handed: [], results: 0 });
  const before = first.program(size.before);
  const { handed, results } = first;
  // Whoever notices that a page frame is freed twice has it freed by all callers now and then.
  const areRivals = !hasUndefined(profile) && profile.freeRuns !== 'whole' && draws.below(2) === 0;
  const owners = handed.map(() => draws.below(size.callers.length));
  const callers = size.callers.map((calls, caller) => {
    const own = handed.filter((_, k) => areRivals || owners[k] === caller);
    return new Writer(draws, { size, profile, handed: own, results }).program(calls);
  });
  return { ...world, policies, before, callers, after: drain(size, profile) };
}
