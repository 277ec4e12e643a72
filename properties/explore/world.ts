/**
 * Small worlds: a memory map and a configuration with so few page frames that every state can be visited. The usual one has K
 * page frames of RAM in the bitmap zone, N in the stack zone, and every owner:
 *
 *     page frame   0     1      2 … K-1   K     K+1        K+2 … K+N-1   K+N      K+N+1
 *     owner        pmm   boot   pmm       pmm   firmware   pmm           absent   absent, beyond the end of the map
 *                  └─── bitmap zone: K ──┘└──────── stack zone: N ──────┘
 *
 * One descriptor straddles the limit of the zones. There is a boot page if K is 2 or more, and a firmware page if N is.
 */

import type { World } from '../../runner/index.ts';
import {
  addressOf,
  bitmapLimit,
  config,
  type DescriptorInput,
  isFreeable,
  type MemoryMap,
  memoryMap,
  type Owner,
  ownedRegions,
  type Profile,
  pfn,
  pfnEnd,
  type Region,
  SpecError,
  WHOLE,
} from '../../spec/index.ts';

/**
 * The size of a small world.
 * @public
 */
export interface SmallWorldOptions {
  /** Page frames of RAM in the stack zone; of two or more, firmware keeps one. */
  readonly stack: number;
  /** Page frames of RAM in the bitmap zone; of two or more, boot code keeps one at first. */
  readonly bitmap: number;
  /** Whether all of them are free at first. Default: false. */
  readonly allFree?: boolean;
}

type Stretch = readonly [type: DescriptorInput['type'], pages: number];

/** Returns the stretches of a zone: a free page frame, one with another owner, and the rest. */
function zoneOfPages(pages: number, other: DescriptorInput['type']): readonly Stretch[] {
  if (pages < 2) return [['conventional', pages]];
  return [
    ['conventional', 1],
    [other, 1],
    ['conventional', pages - 2],
  ];
}

/** Returns stretches as adjacent descriptors; neighbours of one type are joined. */
function laidOut(stretches: readonly Stretch[]): readonly DescriptorInput[] {
  const laid: { type: DescriptorInput['type']; base: number; pages: number }[] = [];
  let end = 0;
  for (const [type, pages] of stretches) {
    const last = laid.at(-1);
    if (last?.type === type) last.pages += pages;
    else if (pages > 0) laid.push({ type, base: end, pages });
    end += pages;
  }
  return laid.map(({ type, base, pages }) => ({ type, start: addressOf(pfn(base)), pages }));
}

/**
 * Returns the usual small world of a size.
 * @public
 */
export function smallWorld({ stack, bitmap, allFree = false }: SmallWorldOptions): World {
  const ram: readonly Stretch[] = allFree
    ? [['conventional', bitmap + stack]]
    : [...zoneOfPages(bitmap, 'loaderData'), ...zoneOfPages(stack, 'runtimeServicesCode')];
  const map = memoryMap(laidOut([...ram, ['mmio', 1]]));
  return { map, config: config({ bitmapMaxAddr: addressOf(pfn(bitmap)) }) };
}

/** A world, and the claims that a target is held to there. */
export interface HeldWorld extends World {
  /** Default: the whole of the specification. */
  readonly profile?: Profile | undefined;
  /** The page frames that the manager has named as kept. Default: none. */
  readonly kept?: readonly Region[] | undefined;
}

/**
 * The page frames of a world that a search tells apart.
 * @public
 */
export interface WorldFrames {
  /** The page frames that a caller can ever hold, ascending. */
  readonly manageable: readonly number[];
  /** The manageable ones, the first and last of every other extent, and the first beyond the end; ascending. */
  readonly named: readonly number[];
  /** The first page frame of the stack zone. */
  readonly limit: number;
}

/** Most page frames that can change hands in a world whose states are all searched. */
export const MOST_FRAMES = 64;

interface OwnedRun {
  readonly base: number;
  readonly end: number;
  readonly owner: Owner;
}

/** Returns the descriptors and the gaps between them as runs of one owner, ascending. */
function ownedRuns(map: MemoryMap): readonly OwnedRun[] {
  const described = ownedRegions(map).toSorted((a, b) => a.base - b.base);
  const runs: OwnedRun[] = [];
  let end = 0;
  for (const { base, count, owner } of described) {
    if (base > end) runs.push({ base: end, end: base, owner: 'absent' });
    end = base + count;
    runs.push({ base, end, owner });
  }
  return runs;
}

function framesOf({ base, end, owner }: OwnedRun, adds: boolean): readonly number[] {
  if (!isManageable(owner, adds)) return base === end - 1 ? [base] : [base, end - 1];
  return Array.from({ length: end - base }, (_, i) => base + i);
}

/** Whether page frames of this owner can change hands, by a manager to which memory can be added or not. */
function isManageable(owner: Owner, adds: boolean): boolean {
  return owner === 'pmm' || isFreeable(owner) || (adds && owner === 'absent');
}

/**
 * Returns the page frames that a search of a world tells apart: also those that can be added. Throws `SpecError` if more than 64 can change hands.
 * @public
 */
export function framesOfWorld({ map, config, profile = WHOLE }: HeldWorld): WorldFrames {
  const runs = ownedRuns(map);
  const adds = profile.calls.includes('addRegion');
  const framesIn = (run: OwnedRun): readonly number[] => framesOf(run, adds);
  const managed = runs.filter(({ owner }) => isManageable(owner, adds));
  const pages = managed.reduce((sum, { base, end }) => sum + end - base, 0);
  if (pages > MOST_FRAMES)
    throw new SpecError(
      `memory map: expected at most ${MOST_FRAMES} page frames that can change hands for a search of all states, found ${pages}; check runs on memory of any size`,
    );
  const named = [...runs.flatMap(framesIn), pfnEnd(map)];
  return { manageable: managed.flatMap(framesIn), named, limit: bitmapLimit(config) };
}
