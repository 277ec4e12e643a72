/**
 * Landmarks: the places of a memory map where allocators go wrong. The page frames at which a descriptor or a zone begins
 * or ends, and the regions that boot code hands over. Computed once for each world.
 */

import type { World } from '../../../runner/index.ts';
import {
  bitmapLimit,
  type Config,
  endOf,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  pfnEnd,
  type Region,
  regionOf,
} from '../../../spec/index.ts';

interface Landmarks {
  /** Page frames where something begins or ends, ascending and distinct; never empty. */
  readonly edges: readonly [number, ...number[]];
  /** Regions by their owner after init, in map order; empty ones left out. */
  readonly regions: Readonly<Record<Owner, readonly Region[]>>;
}

function computed({ map, config }: World): Landmarks {
  const edges = new Set<number>([bitmapLimit(config), pfnEnd(map)]);
  const regions: Record<Owner, Region[]> = { absent: [], firmware: [], boot: [], pmm: [], caller: [] };
  for (const descriptor of map.descriptors) {
    if (descriptor.pages === 0) continue;
    const region = regionOf(descriptor);
    edges.add(region.base).add(endOf(region));
    regions[ownerAfterInit(descriptor.type)].push(region);
  }
  edges.delete(0);
  return { edges: [0, ...[...edges].sort((a, b) => a - b)], regions };
}

/** The landmarks last asked for: a program asks for those of its own world, again and again. */
let last: { readonly map: MemoryMap; readonly config: Config; readonly landmarks: Landmarks } | null = null;

/** Returns the landmarks of a world. O(descriptors log descriptors); O(1) where it is the same as the time before. */
export function landmarksOf(world: World): Landmarks {
  const { map, config } = world;
  if (last === null || last.map !== map || last.config !== config)
    last = { map, config, landmarks: computed(world) };
  return last.landmarks;
}
