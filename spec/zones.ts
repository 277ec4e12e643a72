/**
 * Named zones: memory divided by address, for managers that serve a request from the zone that it names, or from a lower one. A run lies
 * in one of them.
 */
import type { FitRequest, Ownership } from './ownership.ts';
import { namedZones } from './profile.ts';
import { type PageCount, PFN_LIMIT, type Pfn, pageCount, pagesBetween, pfn, pfnOf } from './units.ts';

/** The page frames [base, end) of a zone. */
export interface ZoneExtent {
  readonly name: string;
  readonly base: Pfn;
  readonly end: Pfn;
}

/** Returns the zones that the manager names, ascending; none where it names none. */
export function zoneExtents({ world }: Ownership): readonly ZoneExtent[] {
  let base = pfn(0);
  return (namedZones(world.profile) ?? []).map(({ name, below }) => {
    const end = below === undefined ? pfn(PFN_LIMIT) : pfnOf(below);
    const zone = { name, base, end };
    base = end;
    return zone;
  });
}

/** Calls `visit` with the free extents of a zone, ascending, until it returns true. O(extents · log extents). */
function visitFree(
  state: Ownership,
  { base, end }: ZoneExtent,
  visit: (from: Pfn, to: Pfn) => boolean,
): void {
  for (let at = base; at < end; ) {
    const from = state.firstFailing({ base: at, count: pagesBetween(at, end) }, (owner) => owner !== 'pmm');
    if (from === null) return;
    const to = state.firstFailing({ base: from, count: pagesBetween(from, end) }, (owner) => owner === 'pmm');
    at = to ?? end;
    if (visit(from, at)) return;
  }
}

/** Returns the number of free page frames of a zone. */
export function freeWithin(state: Ownership, zone: ZoneExtent): PageCount {
  let free = 0;
  visitFree(state, zone, (from, to) => {
    free += to - from;
    return false;
  });
  return pageCount(free);
}

/** Returns how many free page frames single pages can be taken from. */
export function freeForSingles(state: Ownership): number {
  const { singlePages, fallback } = state.world.profile;
  const last = fallback === 'none' ? zoneExtents(state).at(-1) : undefined;
  if (last !== undefined) return freeWithin(state, last);
  const inStack = state.freeIn('stack');
  return singlePages === 'stack-zone' ? inStack : inStack + state.freeIn('bitmap');
}

/** Returns the lowest run that fits in the highest zone which serves a request and has one, or null. */
export function lowestInZones(state: Ownership, { count, limit, alignment }: FitRequest): Pfn | null {
  const isOnly = state.world.profile.fallback === 'none';
  for (const zone of zoneExtents(state).toReversed()) {
    if (isOnly ? zone.end !== limit : zone.end > limit) continue;
    let lowest: Pfn | null = null;
    visitFree(state, zone, (from, to) => {
      const base = Math.ceil(from / alignment) * alignment;
      if (base + count <= to) lowest = pfn(base);
      return lowest !== null;
    });
    if (lowest !== null) return lowest;
  }
  return null;
}

/** Returns the zone of a page frame, or null where none are named. */
export function zoneAt(state: Ownership, frame: Pfn): ZoneExtent | null {
  return zoneExtents(state).find(({ base, end }) => base <= frame && frame < end) ?? null;
}
