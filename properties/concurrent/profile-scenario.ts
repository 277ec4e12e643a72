/**
 * Scenarios within a profile: programs of callers that ask for nothing which it leaves undefined, in whatever order the calls take effect. So each page frame is freed by one call at most, unless the target claims to notice more.
 */
import { worldBeyond } from '../../runner/index.ts';
import {
  beyond,
  type Call,
  config as configOf,
  HIGHER_HALF_48,
  hasUndefined,
  isAllocation,
  isUncaught,
  memoryMap,
  namedZones,
  type Operation,
  PAGE_BYTES,
  type Policy,
  type Profile,
  type Program,
  type Reference,
  SpecError,
  STANDARD_CALLS,
  U64_MAX,
} from '../../spec/index.ts';
import type { Draws } from '../random/draws.ts';
import { nameOf } from './askable-scenario.ts';
import type { ConcurrentScenario } from './scenario.ts';

/** How large a scenario is. */
export interface ScenarioSize {
  /** Page frames in the bitmap zone, and in the stack zone. */
  readonly bitmapFrames: number;
  readonly stackFrames: number;
  readonly before: number;
  /** Calls of each caller. */
  readonly callers: readonly number[];
}

/** Returns the size of a small scenario: two or three callers, with one to three calls each. */
export function smallSize(draws: Draws): ScenarioSize {
  return {
    bitmapFrames: 1 + draws.below(4),
    stackFrames: 1 + draws.below(4),
    before: draws.below(3),
    callers: Array.from({ length: 2 + draws.below(2) }, () => 1 + draws.below(3)),
  };
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

/** Page frames from an address on, as calls name them. */
interface Region {
  readonly address: Reference;
  readonly count: bigint;
}

/** The memory of a scenario. */
interface Room {
  readonly size: ScenarioSize;
  /** Where it begins: a physical address. */
  readonly start: bigint;
  /** Free page frames. */
  readonly pages: number;
  /** Page frames behind them that are not RAM: one for each caller. */
  readonly absent: number;
}

/** Largest runs and batches. */
const LARGEST = 8;
/** Draws until one is a call that the profile has. */
const MOST_DRAWS = 20;

function absoluteAt(address: bigint): Reference {
  return { absolute: HIGHER_HALF_48 + address };
}

/** Returns the limits that name a zone; none where no zone has that name. */
function limitsOf(profile: Profile): readonly bigint[] {
  return (namedZones(profile) ?? [{}]).map(({ below = U64_MAX }: { readonly below?: bigint }) => below);
}

/** Whether a free may be misuse that nobody notices: another caller may have taken a reference. */
function mayNotFree({ calls, freesShared, ...profile }: Profile): boolean {
  return (
    calls.includes('retain') && freesShared === 'never' && hasUndefined({ ...profile, calls, freesShared })
  );
}

function referenceTo({ result, page }: Handed): Reference {
  return { result, page, offset: 0n };
}

/** Writes one program. */
class Writer {
  readonly #draws: Draws;
  readonly #room: Room;
  readonly #profile: Profile;
  readonly #added: readonly Call[];
  /** The results that this caller may free: an entry for each reference that it has. */
  readonly handed: Handed[];
  /** Memory that nobody else adds. */
  readonly #absent: Region[];
  /** References taken to each page frame. */
  readonly #retained = new Map<string, number>();
  results: number;

  constructor(
    draws: Draws,
    {
      room,
      profile,
      handed,
      results,
      absent,
    }: {
      room: Room;
      profile: Profile;
      handed: readonly Handed[];
      results: number;
      absent: readonly Region[];
    },
  ) {
    this.#draws = draws;
    this.#room = room;
    this.#profile = profile;
    this.#added = profile.calls.filter((call) => !STANDARD_CALLS.includes(call));
    this.handed = [...handed];
    this.#absent = [...absent];
    this.results = results;
  }

  program(calls: number): Program {
    return Array.from({ length: calls }, () => this.#next()).flat();
  }

  /** Allocates a page frame and takes a reference to it for each caller but one. */
  shared(callers: number): Program {
    const { calls } = this.#profile;
    const first = (['alloc', 'allocPages', 'allocBitmap'] as const).find((call) => calls.includes(call));
    if (first === undefined) return [];
    const one: Named =
      first === 'alloc'
        ? { call: first }
        : first === 'allocPages'
          ? { call: first, count: 1n }
          : { call: first, count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES };
    this.#note(one);
    return [one, ...Array.from({ length: callers - 1 }, () => this.#retain() ?? []).flat()];
  }

  #next(): readonly Named[] {
    const draws = this.#draws;
    for (let drawn = 0; drawn < MOST_DRAWS; drawn += 1) {
      const isAdded = this.#added.length > 0 && draws.below(2) === 0;
      const isFree = !isAdded && this.handed.length > 0 && draws.below(2) === 0;
      const operation = isAdded
        ? this.#addedCall(draws.of(this.#added))
        : isFree
          ? this.#free()
          : this.#other();
      if (operation === null || beyond(this.#profile, operation) !== null) continue;
      this.#note(operation);
      return [operation];
    }
    return [];
  }

  #other(): Named {
    const { bitmapFrames, stackFrames } = this.#room.size;
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
    const [limit = U64_MAX, ...others] = limitsOf(this.#profile);
    const maxAddr = others.length === 0 ? limit : draws.of([limit, ...others]);
    return { call, count, maxAddr, alignment: PAGE_BYTES * BigInt(1 + draws.below(2)) };
  }

  /** Returns a call that only some managers have; null where there is nothing to make it with. */
  #addedCall(call: Call): Named | null {
    const draws = this.#draws;
    const count = BigInt(1 + draws.below(3));
    switch (call) {
      case 'retain':
        return this.#retain();
      case 'release': {
        const one = this.#takePage();
        return one === null ? null : { call, address: referenceTo(one) };
      }
      case 'allocWithin': {
        const pages = (): bigint => PAGE_BYTES * BigInt(draws.below(4));
        return {
          call,
          count,
          minAddr: this.#room.start + pages(),
          maxAddr: U64_MAX,
          alignment: 0n,
          boundary: pages(),
        };
      }
      case 'addRegion': {
        const own = isUncaught(this.#profile, 'present') ? this.#absent.pop() : this.#region(count);
        return own === undefined ? null : { call, ...own };
      }
      default:
        return call === 'allocAt' || call === 'removeRegion' ? { call, ...this.#region(count) } : null;
    }
  }

  /** Returns some page frames of the memory. */
  #region(count: bigint): Region {
    const { start, pages } = this.#room;
    const most = Math.max(1, pages - Number(count) + 1);
    return { address: absoluteAt(start + BigInt(this.#draws.below(most)) * PAGE_BYTES), count };
  }

  /** Takes one more reference, or null: one that fails must not be given back. */
  #retain(): Named | null {
    const { mostReferences } = this.#profile;
    const one = this.handed[this.#draws.below(Math.max(1, this.handed.length))];
    if (one === undefined) return null;
    const retained = { ...one, count: 1 };
    const name = nameOf(retained);
    const times = this.#retained.get(name) ?? 0;
    const writers = this.#room.size.callers.length + 1;
    const isBound = mostReferences !== null && hasUndefined(this.#profile);
    if (isBound && (times + 1) * writers >= mostReferences) return null;
    this.#retained.set(name, times + 1);
    this.handed.push(retained);
    return { call: 'retain', address: referenceTo(retained) };
  }

  /** Takes a page frame that was handed out from the list; null if there is none. */
  #takePage(at = this.#draws.below(Math.max(1, this.handed.length))): Handed | null {
    const one = this.handed[at];
    if (one === undefined) return null;
    const [first = one, ...others] = Array.from({ length: one.count }, (_, page) => ({
      ...one,
      page: one.page + page,
      count: 1,
    }));
    this.handed.splice(at, 1, ...others);
    return first;
  }

  /** Takes something that was handed out from the list, and returns the call that frees it; null if there is no such call. */
  #free(): Named | null {
    const draws = this.#draws;
    const at = draws.below(this.handed.length);
    const one = this.handed[at];
    const { calls, freeRuns } = this.#profile;
    if (one === undefined || mayNotFree(this.#profile)) return null;
    const isWhole =
      one.count > 1 && calls.includes('freeRegion') && (freeRuns === 'whole' || draws.below(2) === 0);
    if (isWhole) {
      this.handed.splice(at, 1);
      return { call: 'freeRegion', address: referenceTo(one), count: BigInt(one.count) };
    }
    if (one.count > 1 && freeRuns === 'whole') return null;
    const singles = calls.filter((call) => call === 'free' || call === 'freePages');
    if (singles.length === 0) return one.count === 1 ? this.#freeAsRegion(at) : null;
    const first = this.#takePage(at) ?? one;
    const address = referenceTo(first);
    return draws.of(singles) === 'free'
      ? { call: 'free', address }
      : { call: 'freePages', addresses: [address, ...this.#more(first)] };
  }

  /** Frees one page frame where only regions are freed. */
  #freeAsRegion(at: number): Named | null {
    if (!this.#profile.calls.includes('freeRegion')) return null;
    const [one] = this.handed.splice(at, 1);
    return one === undefined ? null : { call: 'freeRegion', address: referenceTo(one), count: 1n };
  }

  /** Takes one more single page for a batch, or none. */
  #more(first: Handed): readonly Reference[] {
    const at = this.handed.findIndex((one) => one.count === 1 && nameOf(one) !== nameOf(first));
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

/** Returns calls that show which page frames are free: they take one after the other, and one more. */
function drain({ size: { bitmapFrames, stackFrames } }: Room, profile: Profile): Program {
  const { calls } = profile;
  const single: Named = calls.includes('alloc') ? { call: 'alloc' } : { call: 'allocPages', count: 1n };
  const isWithin = !calls.includes('allocBitmap') && calls.includes('allocWithin');
  const ofRuns = limitsOf(profile).flatMap((maxAddr) => {
    const run = { count: 1n, maxAddr, alignment: PAGE_BYTES };
    const one: Named = isWithin
      ? { call: 'allocWithin', ...run, minAddr: 0n, boundary: 0n }
      : { call: 'allocBitmap', ...run };
    return Array.from({ length: bitmapFrames + 1 }, () => one);
  });
  const asked: readonly Named[] = [
    { call: 'freeAmount' },
    ...Array.from({ length: stackFrames + 1 }, () => single),
    ...ofRuns,
  ];
  return asked.filter((call) => beyond(profile, call) === null);
}

/** Returns the memory of a scenario: where it begins, what is free, and what each caller may add to it. */
function roomOf(size: ScenarioSize, profile: Profile): Room {
  const [zone] = namedZones(profile) ?? [];
  const below = (zone?.below ?? 0n) - BigInt(size.bitmapFrames) * PAGE_BYTES;
  const start = below > profile.neverBelow ? below : profile.neverBelow;
  const pages = Math.max(size.bitmapFrames + size.stackFrames, profile.memoryAtLeast + size.callers.length);
  const isAdded = profile.calls.includes('addRegion');
  return { size, start, pages, absent: isAdded ? size.callers.length : 0 };
}

/** The world of scenarios within a profile, and the calls that show what they leave behind. */
type ProfileWorld = Required<Pick<ConcurrentScenario, 'map' | 'config' | 'after'>>;

/**
 * Returns a world within a profile. Throws `SpecError` where there is none.
 * @internal
 */
export function profileWorld(profile: Profile, size: ScenarioSize): ProfileWorld {
  return worldOf(roomOf(size, profile), profile);
}

function worldOf(room: Room, profile: Profile): ProfileWorld {
  if (profile.outOfMemory === 'undefined')
    throw new SpecError(
      'check --concurrent: expected a target whose allocations may fail: who comes last is not known, and its profile says "outOfMemory": "undefined"',
    );
  const { start, pages, absent, size } = room;
  const end = start + BigInt(pages) * PAGE_BYTES;
  const map = memoryMap(
    [
      { type: 'conventional', start, pages },
      ...(absent === 0 ? [] : [{ type: 'reserved' as const, start: end, pages: absent }]),
    ],
    'a few page frames',
  );
  const bitmapMaxAddr = profile.bitmapZoneEnd ?? start + BigInt(size.bitmapFrames) * PAGE_BYTES;
  const world = { map, config: configOf({ bitmapMaxAddr }) };
  const why = worldBeyond(profile, world);
  if (why !== null) throw new SpecError(`check --concurrent: ${why}`);
  return { ...world, after: drain(room, profile) };
}

/** Returns the scenario that the draws make. Throws `SpecError` where the target can run none. */
export function profileScenario(
  draws: Draws,
  { profile, policies }: ForTarget,
  size: ScenarioSize,
): ConcurrentScenario {
  const room = roomOf(size, profile);
  const { map, config, after } = worldOf(room, profile);
  const { start, pages, absent } = room;
  const end = start + BigInt(pages) * PAGE_BYTES;
  const first = new Writer(draws, { room, profile, handed: [], results: 0, absent: [] });
  const isShared = profile.calls.includes('retain') && draws.below(2) === 0;
  const before = [...(isShared ? first.shared(size.callers.length) : []), ...first.program(size.before)];
  const { handed, results } = first;
  // Whoever notices that a page frame is freed twice has it freed by all callers now and then.
  const areRivals = !hasUndefined(profile) && profile.freeRuns !== 'whole' && draws.below(2) === 0;
  // References to one page frame follow each other.
  const owners = handed.map((_, k) =>
    isShared ? k % size.callers.length : draws.below(size.callers.length),
  );
  const callers = size.callers.map((calls, caller) => {
    const own = handed.filter((_, k) => areRivals || owners[k] === caller);
    const added = { address: absoluteAt(end + BigInt(caller) * PAGE_BYTES), count: 1n };
    const its = { room, profile, handed: own, results, absent: absent === 0 ? [] : [added] };
    return new Writer(draws, its).program(calls);
  });
  return { map, config, policies, before, callers, after };
}
