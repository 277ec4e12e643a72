/**
 * Ownership: the state that the specification speaks of, as a read-only view. Clauses see the state only through this interface,
 * so that any representation of it can be judged: the model's, or a compact one for small worlds.
 */
import type { Config } from './config.ts';
import type { MemoryMap } from './memory-map.ts';
import type { Owner, Zone } from './owner.ts';
import { hasOrders, namedZones, type Profile } from './profile.ts';
import {
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  pageCount,
  pagesBetween,
  pfn,
  pfnOf,
  type Region,
} from './units.ts';

/** The constants of a run, fixed at init. */
export interface World {
  readonly map: MemoryMap;
  readonly config: Config;
  /** The claims of the manager. */
  readonly profile: Profile;
  /** First page frame of the stack zone; one past the last page frame there can be, where there is one zone. */
  readonly bitmapLimit: Pfn;
  /** One past the last page frame that the map covers, RAM or not. */
  readonly end: number;
  /** RAM page frames after init. */
  readonly total: PageCount;
}

/** The request of a contiguous allocation after rounding. */
export interface FitRequest {
  readonly count: PageCount;
  /** The run ends at or below this page frame. */
  readonly limit: Pfn;
  /** Where the zone ends that is asked for, if the ones above it may serve too. Left out: at the limit. */
  readonly zoneEnd?: number;
  /** The run's first page frame is a multiple of this, at least 1. */
  readonly alignment: number;
  /** The run starts at or above this page frame. Left out: anywhere. */
  readonly from?: number;
  /** The run crosses no multiple of this many page frames, which are as many as it has or more. Left out: any. */
  readonly boundary?: number;
}

/** Returns the first multiple of a number of page frames above one. */
export function nextMultiple(frame: number, apart: number): number {
  return (Math.floor(frame / apart) + 1) * apart;
}

/** Returns the lowest page frame from `at` on where a run may start, whatever is free there. */
export function startFrom(at: number, { count, alignment, from = 0, boundary }: FitRequest): number {
  const aligned = (least: number): number =>
    alignment === 1 ? least : Math.ceil(least / alignment) * alignment;
  let start = aligned(Math.max(at, from));
  if (boundary === undefined) return start;
  // Multiples of both lie below the product of the two, so this ends.
  for (let next = 0; ; start = aligned(next)) {
    next = nextMultiple(start, boundary);
    if (start + count <= next) return start;
  }
}

/** Whether page frames [from, to) of one owner are as they must be. */
export type OwnerTest = (owner: Owner, from: number, to: number) => boolean;

/** The owner of each page frame. */
export interface Ownership {
  readonly world: World;
  ownerOf(frame: Pfn): Owner;
  /** Number of RAM page frames. */
  readonly total: PageCount;
  /** Number of RAM page frames of an owner. Those that are kept and not known are counted as kept, and each is `pmm` by `ownerOf`. */
  countOf(owner: Exclude<Owner, 'absent'>): PageCount;
  /** Number of extents of page frames with one owner, what is absent included. */
  readonly extents: number;
  /** Number of free page frames of a zone, with those that are kept and not known. */
  freeIn(zone: Zone): PageCount;
  /** Page frames that are kept and not known; 0 where all are. */
  readonly unnamed: number;
  /** The parts of a region that may be kept: free, and never handed out. More than {@link unnamed} of all page frames are. */
  perhapsKept(region: Region): readonly Region[];
  /**
   * The lowest page frame of the region whose owner fails the test; null where none does. The test is asked once for each part [from, to)
   * of one owner, ascending.
   */
  firstFailing(region: Region, test: OwnerTest): Pfn | null;
  /** The lowest fitting run of free page frames of the bitmap zone, or null. O(extents from where it may start up to it). */
  lowestFit(request: FitRequest): Pfn | null;
  /**
   * The number of page frames that were allocated at once from this one on, and are held; 0 where no such run begins here. Null where
   * runs are not tracked: any part of them may be freed.
   */
  heldRun(base: Pfn): PageCount | null;
  /** The number of references to a page frame that is held; 0 for any other. */
  referencesTo(frame: Pfn): number;
  /** The lowest page frame of the region with more than one reference; null where none has. */
  firstShared(region: Region): Pfn | null;
  /**
   * The first `count` page frames that a last-in, first-out free stack would hand out, or null where its order is not
   * tracked (the target does not promise `lifo`).
   */
  stackTop(count: PageCount): readonly Pfn[] | null;
}

/** Returns the zone of a page frame. */
export function zoneOf({ bitmapLimit }: World, frame: Pfn): Zone {
  return frame < bitmapLimit ? 'bitmap' : 'stack';
}

/** The page frames [base, end) of a zone. */
export interface ZoneExtent {
  readonly name: string;
  readonly base: Pfn;
  readonly end: Pfn;
  /** The names of the zones that serve where it cannot, in order; undefined where the profile says it for all zones. */
  readonly fallback: readonly string[] | undefined;
}

/** Returns the zones that the manager names, ascending; none where it names none. */
export function zoneExtents({ world }: Ownership): readonly ZoneExtent[] {
  let base = pfn(0);
  return (namedZones(world.profile) ?? []).map(({ name, below, fallback }) => {
    const end = below === undefined ? pfn(PFN_LIMIT) : pfnOf(below);
    const zone = { name, base, end, fallback };
    base = end;
    return zone;
  });
}

/** Returns the zones that serve a request for the one which ends at a page frame, in order. */
export function servingZones(state: Ownership, end: number): readonly ZoneExtent[] {
  const zones = zoneExtents(state);
  const named = zones.find((zone) => zone.end === end);
  if (named?.fallback !== undefined)
    return [named, ...named.fallback.flatMap((name) => zones.filter((zone) => zone.name === name))];
  const isOnly = state.world.profile.fallback === 'none';
  return zones.toReversed().filter((zone) => (isOnly ? zone.end === end : zone.end <= end));
}

/** Returns the number of free page frames of a zone. O(its extents). */
export function freeWithin(state: Ownership, { base, end }: ZoneExtent): PageCount {
  let free = 0;
  state.firstFailing({ base, count: pagesBetween(base, end) }, (owner, from, to) => {
    if (owner === 'pmm') free += to - from;
    return true;
  });
  return pageCount(free);
}

/** Returns the number of free page frames of the zones that serve a request for the one which ends at a page frame. */
function freeServing(state: Ownership, end: number): number {
  return servingZones(state, end).reduce((sum, zone) => sum + freeWithin(state, zone), 0);
}

/** Returns the number of free page frames of the zones that a request for a run is served from, wherever they lie in them. */
export function freeForRuns(state: Ownership, { limit, zoneEnd = limit }: FitRequest): number {
  return typeof state.world.profile.zones === 'number'
    ? state.freeIn('bitmap') - state.unnamed
    : freeServing(state, zoneEnd);
}

/** Returns the least number of free page frames of a zone that a region lies in. */
export function leastFreeAround(state: Ownership, region: Region): number {
  const { bitmapLimit } = state.world;
  const two = [
    { base: pfn(0), end: bitmapLimit, free: () => state.freeIn('bitmap') - state.unnamed },
    { base: bitmapLimit, end: pfn(PFN_LIMIT), free: () => state.freeIn('stack') },
  ];
  const named = zoneExtents(state).map((zone) => ({ ...zone, free: () => freeWithin(state, zone) }));
  const around = (named.length > 0 ? named : two).filter(
    ({ base, end }) => base < region.base + region.count && region.base < end,
  );
  return Math.min(...around.map(({ free }) => free()));
}

/** Returns how many free page frames single pages can be taken from. */
export function freeForSingles(state: Ownership): number {
  const { singlePages, fallback } = state.world.profile;
  if (singlePages !== 'any-zone' && (fallback === 'none' || hasOrders(state.world.profile)))
    return freeServing(state, PFN_LIMIT);
  const inStack = state.freeIn('stack');
  return singlePages === 'stack-zone' ? inStack : inStack + state.freeIn('bitmap') - state.unnamed;
}

/** Returns the lowest run that fits in the first zone which serves a request and has one, or null. */
export function lowestInZones(state: Ownership, request: FitRequest): Pfn | null {
  const { limit, zoneEnd = limit, from = 0 } = request;
  for (const { base, end } of servingZones(state, zoneEnd)) {
    const lowest = state.lowestFit({ ...request, from: Math.max(from, base), limit: end });
    if (lowest !== null) return lowest;
  }
  return null;
}

/** Returns the number of page frames of a region that may be kept. */
export function perhapsKeptIn(state: Ownership, region: Region): number {
  return state.perhapsKept(region).reduce((sum, { count }) => sum + count, 0);
}

const ALL: Region = { base: pfn(0), count: pageCount(PFN_LIMIT) };

/** Returns how many of the page frames that may be kept are not. */
export function spareIn(state: Ownership): number {
  return perhapsKeptIn(state, ALL) - state.unnamed;
}

/** Returns the lowest run that fits, and of which at most `most` page frames may be kept; null where none does. */
export function lowestWith(state: Ownership, request: FitRequest, most: number): Pfn | null {
  let from = request.from ?? 0;
  for (;;) {
    const base = state.lowestFit({ ...request, from });
    if (base === null) return null;
    const parts = state.perhapsKept({ base, count: request.count });
    const [first] = parts;
    if (first === undefined || parts.reduce((sum, { count }) => sum + count, 0) <= most) return base;
    from = first.base + 1;
  }
}

/** Whether a run fits whichever page frames are kept: one without any that may be, or more apart from each other than there are. */
export function fitsAnyway(state: Ownership, request: FitRequest): boolean {
  if (lowestWith(state, request, 0) !== null) return true;
  let from = request.from ?? 0;
  for (let kept = 0; kept <= state.unnamed; kept += 1) {
    const base = state.lowestFit({ ...request, from });
    if (base === null) return false;
    const last = state.perhapsKept({ base, count: request.count }).at(-1);
    from = last === undefined ? base + request.count : last.base + last.count;
  }
  return true;
}

/** Returns the zone of a page frame, or null where none are named. */
export function zoneAt(state: Ownership, frame: Pfn): ZoneExtent | null {
  return zoneExtents(state).find(({ base, end }) => base <= frame && frame < end) ?? null;
}
