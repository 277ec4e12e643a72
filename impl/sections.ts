/**
 * Sections: where the manageable RAM of a memory map lies, and how its page frames are numbered densely.
 *
 * A section is a maximal extent of page frames that a caller can ever hold (owner `pmm` or `boot` after init), cut at
 * the bitmap limit. *Ordinals* number these page frames from 0 up, so holes cost nothing: 512 GiB spread over 25 TiB of
 * addresses need 2^27 ordinals. A section's first ordinal agrees with its first page frame in the low five bits, and
 * at least one unused ordinal (*padding*) follows each section:
 *
 *     page frames   3 4 5 6 . . . . . . 80 81 82
 *     ordinals    · 3 4 5 6 · · ·    · 48 49 50 ·       · padding, marked held for ever
 *     words       └──── 0 ────┘ …    └─── 1 ────…
 *
 * So a bit's place in its word is that of its page frame, and no run of ordinals crosses from one section to the next.
 * Constant after init. O(descriptors · log descriptors) to build.
 */
import {
  type Config,
  computedOnce,
  type Descriptor,
  bitmapLimit as limitOf,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  PAGE_BYTES,
  regionOf,
  SpecError,
  toHex,
  U64_MAX,
} from '../spec/index.ts';

/** Bits in a word of the state. */
export const WORD_BITS = 32;
/** The bitmap zone ends at a multiple of this many ordinals, so that its summary covers nothing else. */
const ZONE_UNIT = 256;
/** Ordinals lie below this (exclusive): 16 TiB of manageable RAM. */
export const ORDINAL_LIMIT = 2 ** 32;

/** Page frames [base, base + count) and their ordinals [first, first + count). */
export interface Section {
  readonly base: number;
  readonly count: number;
  readonly first: number;
}

/** Page frames [base, end). */
export interface Extent {
  readonly base: number;
  readonly end: number;
}

/** All sections of a memory map, ascending: the bitmap zone first, then the stack zone. */
export interface Sections {
  readonly list: readonly Section[];
  /** How many sections of `list` lie in the bitmap zone. */
  readonly bitmapSections: number;
  /** Ordinals of the bitmap zone lie below this, padding included; a multiple of 256. */
  readonly bitmapOrdinals: number;
  /** All ordinals lie below this, padding included; a multiple of 32. */
  readonly ordinals: number;
  /** Page frames in each zone. */
  readonly bitmapFrames: number;
  readonly stackFrames: number;
}

const isManageable = (owner: Owner): boolean => owner === 'pmm' || owner === 'boot';

/** Returns the page frames of a descriptor. */
function extentOf(descriptor: Descriptor): Extent {
  const { base, count } = regionOf(descriptor);
  return { base, end: base + count };
}

/** Returns the extents of the descriptors whose owner passes the test, ascending, adjacent ones merged. */
export function mergedExtents(map: MemoryMap, test: (owner: Owner) => boolean): readonly Extent[] {
  const extents = map.descriptors
    .filter((d) => d.pages > 0 && test(ownerAfterInit(d.type)))
    .map(extentOf)
    .sort((a, b) => a.base - b.base);
  const merged: Extent[] = [];
  for (const extent of extents) {
    const last = merged.at(-1);
    if (last?.end === extent.base) merged[merged.length - 1] = { base: last.base, end: extent.end };
    else merged.push(extent);
  }
  return merged;
}

function cutAt(limit: number, extents: readonly Extent[]): readonly Extent[] {
  return extents.flatMap(({ base, end }) =>
    base < limit && limit < end
      ? [
          { base, end: limit },
          { base: limit, end },
        ]
      : [{ base, end }],
  );
}

/** Returns the first ordinal of a word that leaves at least one padding bit after `end`. */
function wordAfter(end: number): number {
  return (Math.floor(end / WORD_BITS) + 1) * WORD_BITS;
}

/** Returns the extents as sections, numbered from `start` (a multiple of 32) on. */
function number(extents: readonly Extent[], start: number): readonly Section[] {
  let next = start;
  return extents.map(({ base, end }) => {
    const section = { base, count: end - base, first: next + (base % WORD_BITS) };
    next = wordAfter(section.first + section.count);
    return section;
  });
}

function endOfOrdinals(sections: readonly Section[], start: number): number {
  const last = sections.at(-1);
  return last === undefined ? start : wordAfter(last.first + last.count);
}

function framesOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { count }) => sum + count, 0);
}

/** Throws unless every address of the last section is one of 64 bits: what is mapped beyond could not be handed out. */
function checkReach(last: Section | undefined, { higherHalf }: Config): void {
  const end = BigInt((last?.base ?? 0) + (last?.count ?? 0)) * PAGE_BYTES;
  if (higherHalf + end - 1n <= U64_MAX) return;
  const found = `RAM up to ${toHex(end)} with a higher half at ${toHex(higherHalf)}`;
  throw new SpecError(`memory map: expected RAM that the higher half can map below 2^64, found ${found}`);
}

/**
 * Returns the sections of a memory map; throws `SpecError` where it has more manageable RAM than ordinals reach, or
 * RAM that no 64-bit address of the higher half maps. O(1) for a map and a configuration that were asked about before.
 */
export function sectionsOf(map: MemoryMap, config: Config): Sections {
  return sectionsByConfig(map)(config);
}

const sectionsByConfig = computedOnce((map: MemoryMap) =>
  computedOnce((config: Config) => numbered(map, config)),
);

function numbered(map: MemoryMap, config: Config): Sections {
  const limit = limitOf(config);
  const extents = cutAt(limit, mergedExtents(map, isManageable));
  const bitmap = number(
    extents.filter(({ base }) => base < limit),
    0,
  );
  const bitmapOrdinals = Math.ceil(endOfOrdinals(bitmap, 0) / ZONE_UNIT) * ZONE_UNIT;
  const stack = number(
    extents.filter(({ base }) => base >= limit),
    bitmapOrdinals,
  );
  const ordinals = endOfOrdinals(stack, bitmapOrdinals);
  const [bitmapFrames, stackFrames] = [framesOf(bitmap), framesOf(stack)];
  if (ordinals > ORDINAL_LIMIT) {
    const found = bitmapFrames + stackFrames;
    throw new SpecError(`memory map: expected at most 16 TiB of manageable RAM, found ${found} page frames`);
  }
  const list = [...bitmap, ...stack];
  checkReach(list.at(-1), config);
  return { list, bitmapSections: bitmap.length, bitmapOrdinals, ordinals, bitmapFrames, stackFrames };
}

/** Returns the index of the last section, or other extent, that starts at or below a page frame, or -1. O(log sections). */
export function sectionBelow(
  sections: { readonly list: readonly Pick<Section, 'base'>[] },
  frame: number,
): number {
  let low = 0;
  let high = sections.list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sections.list[middle].base <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Returns the index of the last section whose first ordinal is at or below an ordinal, or -1. O(log sections). */
export function sectionOfOrdinal(sections: Sections, ordinal: number): number {
  let low = 0;
  let high = sections.list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sections.list[middle].first <= ordinal) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Ordinals [first, first + count) of one section, and the page frame of the first. */
export type Piece = Section;

/** Returns the parts of an extent that lie in sections, ascending. O(log sections + parts). */
export function piecesOf(sections: Sections, { base, end }: Extent): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let k = Math.max(0, sectionBelow(sections, base)); k < sections.list.length; k += 1) {
    const section = sections.list[k];
    if (section.base >= end) break;
    const from = Math.max(base, section.base);
    const count = Math.min(end, section.base + section.count) - from;
    if (count > 0) pieces.push({ base: from, count, first: section.first + (from - section.base) });
  }
  return pieces;
}

/** Returns the page frames of the descriptors whose owner after init is `owner`, in the order of the map. */
export function piecesOwned(
  sections: Sections,
  descriptors: readonly Descriptor[],
  owner: Owner,
): readonly Piece[] {
  const owned = descriptors.filter((d) => ownerAfterInit(d.type) === owner);
  return owned.flatMap((d) => piecesOf(sections, extentOf(d)));
}

/** Returns the ordinals without a page frame: before, between and after the sections. */
export function paddingOf({ list, ordinals }: Sections): readonly Pick<Section, 'first' | 'count'>[] {
  const starts = [...list.map(({ first }) => first), ordinals];
  const ends = [0, ...list.map(({ first, count }) => first + count)];
  return ends
    .map((end, k) => ({ first: end, count: (starts[k] ?? end) - end }))
    .filter(({ count }) => count > 0);
}
