/**
 * Landmarks: the places of a memory map where allocators go wrong: the page frames at which a descriptor or a zone begins or ends, and
 * the regions of each owner after init. Computed once for each world.
 */

import type { World } from '../../../runner/index.ts';
import {
  bitmapLimit,
  type Config,
  endOf,
  type MemoryMap,
  type Owner,
  ownedRegions,
  pfnEnd,
  type Region,
} from '../../../spec/index.ts';

/** The edges of a world, and its regions by owner. */
export interface Landmarks {
  /** Page frames where a descriptor or zone begins or ends, ascending and distinct; never empty. */
  readonly edges: readonly [number, ...number[]];
  /** Regions by their owner after init, in map order, without empty ones. */
  readonly regions: Readonly<Record<Owner, readonly Region[]>>;
}

function computed({ map, config }: World): Landmarks {
  const edges = new Set<number>([bitmapLimit(config), pfnEnd(map)]);
  const regions: Record<Owner, Region[]> = {
    absent: [],
    firmware: [],
    boot: [],
    pmm: [],
    kept: [],
    caller: [],
  };
  for (const region of ownedRegions(map)) {
    edges.add(region.base).add(endOf(region));
    regions[region.owner].push(region);
  }
  edges.delete(0);
  return { edges: [0, ...[...edges].sort((a, b) => a - b)], regions };
}

/** The last landmarks computed: a program asks for the same ones again and again. */
let last: { readonly map: MemoryMap; readonly config: Config; readonly landmarks: Landmarks } | null = null;

/**
 * Returns the landmarks of a world. O(descriptors log descriptors); O(1) for the world of the previous call.
 * @internal
 */
export function landmarksOf(world: World): Landmarks {
  const { map, config } = world;
  if (last === null || last.map !== map || last.config !== config)
    last = { map, config, landmarks: computed(world) };
  return last.landmarks;
}
