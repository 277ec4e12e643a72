/** Worlds: a memory map and a configuration, on which a program runs. */
import {
  aboveLimit,
  addressOf,
  type Config,
  counted,
  endOf,
  type MemoryMap,
  ownedRegions,
  type Profile,
  pfn,
  pfnEnd,
  pfnOf,
  toHex,
} from '../spec/index.ts';

/** @public */
export interface World {
  readonly map: MemoryMap;
  readonly config: Config;
}

/** Returns the page frames of a map from this one on that are free after init. */
function freePages(map: MemoryMap, from: number): number {
  const free = ownedRegions(map).filter(({ owner }) => owner === 'pmm');
  return free.reduce((sum, region) => sum + Math.max(0, endOf(region) - Math.max(region.base, from)), 0);
}

/**
 * Returns the reason why a world is outside a profile, or null.
 * @public
 */
export function worldBeyond(
  { memoryAtLeast, neverBelow, memoryBelow, bitmapZoneBelow, bitmapZoneEnd, zones }: Profile,
  { map, config }: World,
): string | null {
  const above = aboveLimit(map, config);
  if (above !== null) return above;
  const end = addressOf(pfn(pfnEnd(map)));
  if (end > memoryBelow)
    return `the memory map ends at ${toHex(end)}, and the target's memory below ${toHex(memoryBelow)}`;
  const free = freePages(map, pfnOf(neverBelow));
  if (free < memoryAtLeast)
    return `the memory map has ${counted(free, 'free page frame')}, and the target needs ${memoryAtLeast}`;
  if (bitmapZoneEnd !== null && config.bitmapMaxAddr !== bitmapZoneEnd)
    return `the bitmap zone ends at ${toHex(config.bitmapMaxAddr)}, and the target's always at ${toHex(bitmapZoneEnd)}: pass --bitmap-max-addr ${toHex(bitmapZoneEnd)}`;
  if (zones !== 2 || config.bitmapMaxAddr <= bitmapZoneBelow) return null;
  return `the bitmap zone ends at ${toHex(config.bitmapMaxAddr)}, and the target's below ${toHex(bitmapZoneBelow)}`;
}
