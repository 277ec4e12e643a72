/** Worlds: a memory map and a configuration, on which a program runs. */
import {
  aboveLimit,
  addressOf,
  type Config,
  type MemoryMap,
  type Profile,
  pfn,
  pfnEnd,
  toHex,
} from '../spec/index.ts';

/** @public */
export interface World {
  readonly map: MemoryMap;
  readonly config: Config;
}

/**
 * Returns the reason why a world is outside a profile, or null.
 * @public
 */
export function worldBeyond(
  { memoryBelow, bitmapZoneBelow, zones }: Profile,
  { map, config }: World,
): string | null {
  const above = aboveLimit(map, config);
  if (above !== null) return above;
  const end = addressOf(pfn(pfnEnd(map)));
  if (end > memoryBelow)
    return `the memory map ends at ${toHex(end)}, and the target's memory below ${toHex(memoryBelow)}`;
  if (zones === 1 || config.bitmapMaxAddr <= bitmapZoneBelow) return null;
  return `the bitmap zone ends at ${toHex(config.bitmapMaxAddr)}, and the target's below ${toHex(bitmapZoneBelow)}`;
}
