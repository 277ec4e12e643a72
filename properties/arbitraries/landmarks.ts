/**
 * Landmarks: the places of a memory map where allocators go wrong. The page frames at which a descriptor or a zone begins
 * or ends, and the regions that boot code hands over. Computed once for each world.
 */
import {
  bitmapLimit,
  type Config,
  endOf,
  frameEnd,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  type Region,
  regionOf,
} from '../../spec/index.ts';
import type { World } from '../execution.ts';

export interface Landmarks {
  /** Page frames where something begins or ends, ascending and distinct; never empty. */
  readonly edges: readonly [number, ...number[]];
  /** Regions by their owner after init, in map order; empty ones left out. */
  readonly regions: Readonly<Record<Owner, readonly Region[]>>;
}

function regionsOf({ map }: World, owner: Owner): readonly Region[] {
  return map.descriptors.filter((d) => d.pages > 0 && ownerAfterInit(d.type) === owner).map(regionOf);
}

function computed(world: World): Landmarks {
  const regions = world.map.descriptors.map(regionOf).filter(({ count }) => count > 0);
  const ends = regions.flatMap((region) => [region.base, endOf(region)]);
  const edges = new Set<number>([...ends, bitmapLimit(world.config), frameEnd(world.map)]);
  const byOwner = (owner: Owner): readonly Region[] => regionsOf(world, owner);
  return {
    edges: [0, ...[...edges].filter((e) => e > 0).sort((a, b) => a - b)],
    regions: {
      absent: byOwner('absent'),
      firmware: byOwner('firmware'),
      boot: byOwner('boot'),
      pmm: byOwner('pmm'),
      caller: [],
    },
  };
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
