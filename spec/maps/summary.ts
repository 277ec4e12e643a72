/**
 * Map summaries: what a manager makes of a memory map. Page frames by owner after init and by zone, and the address
 * space as bands, from page frame 0 to the end of the last descriptor.
 */
import { bitmapLimit, type Config } from '../config.ts';
import {
  type Descriptor,
  type InitialOwner,
  type MemoryMap,
  ownedRegions,
  ownerAfterInit,
  regionOf,
} from '../memory-map.ts';
import { ZONES, type Zone } from '../owner.ts';
import { endOf, type PageCount, type Pfn, pageCount, pagesBetween, pfn } from '../units.ts';

/** The owners that there are after init, the freest first. Nothing is allocated yet. */
export const INITIAL_OWNERS = [
  'pmm',
  'boot',
  'firmware',
  'absent',
] as const satisfies readonly InitialOwner[];

/** Page frames of each owner, by zone. Holes, which no descriptor names, are not counted. */
export type Totals = Readonly<Record<InitialOwner, Readonly<Record<Zone, PageCount>>>>;

/** Page frames [base, end) of one zone: of one owner, or a hole that no descriptor names. */
export interface Band {
  readonly owner: InitialOwner | 'hole';
  readonly zone: Zone;
  readonly base: Pfn;
  readonly end: Pfn;
}

/** Returns the number of page frames that a descriptor has in a zone. */
export function pagesIn(zone: Zone, descriptor: Descriptor, config: Config): PageCount {
  const { base, count } = regionOf(descriptor);
  const below = Math.min(Math.max(bitmapLimit(config) - base, 0), count);
  return pageCount(zone === 'bitmap' ? below : count - below);
}

/** Returns the zones that a descriptor has page frames in; none for an empty one. */
export function zonesOf(descriptor: Descriptor, config: Config): readonly Zone[] {
  return ZONES.filter((zone) => pagesIn(zone, descriptor, config) > 0);
}

/** Returns the page frames of each owner after init, by zone. O(descriptors). */
export function totalsOf(map: MemoryMap, config: Config): Totals {
  const count = (owner: InitialOwner, zone: Zone): PageCount =>
    pageCount(
      map.descriptors
        .filter((d) => ownerAfterInit(d.type) === owner)
        .reduce((sum, d) => sum + pagesIn(zone, d, config), 0),
    );
  const byZone = (owner: InitialOwner) => ({ bitmap: count(owner, 'bitmap'), stack: count(owner, 'stack') });
  return { pmm: byZone('pmm'), boot: byZone('boot'), firmware: byZone('firmware'), absent: byZone('absent') };
}

/** An extent of one owner, before the zones divide it. */
type Stretch = Pick<Band, 'owner' | 'base' | 'end'>;

function stretchesOf(map: MemoryMap): readonly Stretch[] {
  return ownedRegions(map)
    .map((region) => ({ owner: region.owner, base: region.base, end: endOf(region) }))
    .sort((a, b) => a.base - b.base);
}

/** Returns the stretches with a hole before each that does not touch the one before it. */
function withHoles(stretches: readonly Stretch[]): readonly Stretch[] {
  return stretches.flatMap((stretch, i) => {
    const base = stretches[i - 1]?.end ?? pfn(0);
    return base < stretch.base ? [{ owner: 'hole' as const, base, end: stretch.base }, stretch] : [stretch];
  });
}

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const out: Stretch[] = [];
  for (const next of stretches) {
    const last = out.at(-1);
    if (last?.owner === next.owner) out[out.length - 1] = { ...last, end: next.end };
    else out.push(next);
  }
  return out;
}

function inZones({ owner, base, end }: Stretch, limit: Pfn): readonly Band[] {
  const middle = pfn(Math.min(Math.max(limit, base), end));
  const bands: readonly Band[] = [
    { owner, zone: 'bitmap', base, end: middle },
    { owner, zone: 'stack', base: middle, end },
  ];
  return bands.filter((band) => pagesBetween(band.base, band.end) > 0);
}

/**
 * Returns the address space as bands: ascending, touching, from page frame 0 to the end of the last descriptor; neighbours differ in
 * owner or zone. O(n log n) for n descriptors.
 */
export function bandsOf(map: MemoryMap, config: Config): readonly Band[] {
  return joined(withHoles(stretchesOf(map))).flatMap((s) => inZones(s, bitmapLimit(config)));
}
