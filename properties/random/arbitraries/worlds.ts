/**
 * Worlds: arbitrary memory maps and configurations, valid by construction. Segments are placed one after the other from page frame 0
 * up, each after a gap or at a landmark, and shuffled at the end. So they never overlap, and nothing is filtered.
 *
 *   gap  segment  gap segment        segment        segment                 segment
 *   ·····├──────┤····├──┤──────┤·······├──────┼──────┤·····├───────┤············├───────┤
 *   0                                     4 GiB               8 TiB            16 TiB …
 *
 * A landmark is a multiple of a power of two, from a few page frames to 2^34: segments begin there, end there, straddle it, or begin
 * one page frame before or after. Half of the segments have few page frames. The others have any number up to 2^32, all of them
 * together less than that: an allocator with a bit a page frame has room for it.
 */

import type { World } from '../../../runner/index.ts';
import {
  type Config,
  config,
  type DescriptorInput,
  HIGHER_HALF_48,
  HIGHER_HALF_57,
  MEMORY_TYPES,
  type MemoryType,
  memoryMap,
  namedZones,
  ownerAfterInit,
  PAGE_BYTES,
  type Profile,
  pfnOf,
  U64_MAX,
  WHOLE,
} from '../../../spec/index.ts';
import { type Arbitrary, array, constant, constantFrom, nat, oneof, tuple } from '../fast-check.ts';
import { ANY_SIZE, LARGEST_BATCH, type Sizes } from './sizes.ts';

/** The largest landmark: 2^34 page frames, 64 TiB. */
const LANDMARK_BITS = 34;
/** The largest segment is about 2^32 page frames, where an unsigned 32-bit count wraps. */
const SEGMENT_BITS = 32;
/** Gaps that begin at no landmark have about 2^12 page frames at most. */
const GAP_BITS = 12;
/** RAM stays below 16 TiB, some room for bookkeeping included. */
const MOST_RAM = 2 ** 32 - 2 ** 23;
/** Boot memory stays below this: managers note each page frame of it. */
const MOST_BOOT = 2 ** 22;
/** Half of the worlds have at most 2^18 page frames of RAM, half of the others at most 2^19, and so on: managers have a bit for each. */
const USUAL_RAM_BITS = 18;
/** The same of bitmap zones, which are searched. */
const USUAL_ZONE_BITS = 16;

/** The place of a segment: a number of page frames after the one before, or at a multiple of `unit`. */
type Place =
  | { readonly at: 'gap'; readonly gap: number }
  | { readonly at: 'base' | 'end' | 'across' | 'before' | 'after'; readonly unit: number };

/** A stretch of one type, and where it lies. */
interface Segment {
  readonly place: Place;
  readonly pages: number;
  readonly type: MemoryType;
  /** The sort key of the segment in the memory map, which shuffles the segments. */
  readonly order: number;
}

const TYPES = Object.keys(MEMORY_TYPES).filter((t): t is MemoryType => t in MEMORY_TYPES);

const anyType: Arbitrary<MemoryType> = oneof(
  { arbitrary: constantFrom<MemoryType>('conventional'), weight: 7 },
  { arbitrary: constantFrom<MemoryType>('loaderData', 'acpiReclaim'), weight: 2 },
  { arbitrary: constantFrom(...TYPES), weight: 3 },
);

/**
 * Numbers of page frames of all magnitudes: each doubling from 2^`least` up to 2^`bits` is as likely as the next; half are powers of
 * two ±1.
 */
function anyMagnitude(bits: number, least = 0): Arbitrary<number> {
  return tuple(nat(Math.max(0, bits - least)), nat(0x7fff_ffff)).map(([k, n]) => {
    const power = 2 ** (least + k);
    return n % 2 === 0 ? power + (((n >> 1) % 3) - 1) : power + Math.floor((n / 2 ** 31) * power);
  });
}

/** Page frames in a segment: few, around the edges of words and blocks, or any number. 0 is an empty descriptor. */
const anyPages: Arbitrary<number> = oneof(
  { arbitrary: nat(8), weight: 3 },
  { arbitrary: nat(80), weight: 4 },
  { arbitrary: constantFrom(1, 31, 32, 33, 63, 64, 65, 511, 512, 1023, 1024, 1025, 2050), weight: 3 },
  { arbitrary: anyMagnitude(17), weight: 2 },
  { arbitrary: anyMagnitude(SEGMENT_BITS), weight: 1 },
);

const gapOf = (gap: number): Place => ({ at: 'gap', gap });

const anyPlace: Arbitrary<Place> = oneof(
  { arbitrary: constantFrom(gapOf(0)), weight: 6 },
  { arbitrary: nat(2 ** 8).map(gapOf), weight: 2 },
  { arbitrary: anyMagnitude(GAP_BITS).map(gapOf), weight: 2 },
  {
    arbitrary: tuple(
      constantFrom('base', 'end', 'across', 'across', 'before', 'after'),
      nat(LANDMARK_BITS - 2),
    ).map(([at, k]): Place => ({ at, unit: 2 ** (k + 2) })),
    weight: 3,
  },
);

function anySegmentOf(pages: Arbitrary<number>): Arbitrary<Segment> {
  return tuple(anyPlace, pages, anyType, oneof(constantFrom(0), nat(7))).map(
    ([place, drawn, type, order]) => ({ place, pages: drawn, type, order }),
  );
}

const anySegment = anySegmentOf(anyPages);

const anySegments: Arbitrary<readonly Segment[]> = oneof(
  { arbitrary: array(anySegment, { minLength: 1, maxLength: 10 }), weight: 31 },
  { arbitrary: array(anySegment, { minLength: 11, maxLength: 100 }), weight: 1 },
);

/** Returns the base of a segment that may begin at `end` or later. */
function baseOf(place: Place, pages: number, end: number): number {
  if (place.at === 'gap') return end + place.gap;
  const { unit } = place;
  const from = (offset: number): number => Math.ceil((end + offset) / unit) * unit - offset;
  switch (place.at) {
    case 'base':
      return from(0);
    case 'end':
      return from(pages);
    case 'across':
      return from(Math.ceil(pages / 2));
    case 'before':
      return from(1);
    default:
      return from(0) + 1;
  }
}

/** The page frames between which segments lie. */
interface Room {
  readonly from: number;
  readonly most: number;
}

/** Places segments from page frame `from` up. One that would end above `most` has no gap, or is cut off. */
function descriptorsOf(
  { segments, ram }: Pick<DrawnWorld, 'segments' | 'ram'>,
  { from, most }: Room,
): readonly DescriptorInput[] {
  let end = from;
  const room = {
    pmm: Math.min(2 ** (USUAL_RAM_BITS + ram), MOST_RAM),
    boot: MOST_BOOT,
    firmware: MOST_BOOT,
    absent: most,
  };
  const placed = segments.map(({ place, pages: wanted, type, order }) => {
    const owner = ownerAfterInit(type);
    const fitting = Math.min(wanted, room[owner]);
    const base = baseOf(place, fitting, end);
    const start = base + fitting <= most ? base : end;
    const pages = Math.min(fitting, most - start);
    room[owner] -= pages;
    end = start + pages;
    return { order, descriptor: { type, start: BigInt(start) * PAGE_BYTES, pages } };
  });
  return placed.toSorted((a, b) => a.order - b.order).map(({ descriptor }) => descriptor);
}

/** The end of the bitmap zone: at, before, after or inside a segment, boot memory if need be, at 0, at a landmark, or beyond the last segment. */
interface Limit {
  readonly segment: number;
  readonly at: 'inside' | 'boot' | 'base' | 'end' | 'before' | 'after' | 'zero' | 'landmark' | 'beyond';
  /** Chooses a landmark. */
  readonly size: number;
}

const anyLimit: Arbitrary<Limit> = tuple(
  nat(99),
  constantFrom<Limit['at']>(
    ...(['inside', 'inside', 'inside', 'boot', 'end', 'base', 'before', 'after', 'beyond'] as const),
    ...(['zero', 'landmark'] as const),
  ),
  nat(511),
).map(([segment, at, size]) => ({ segment, at, size }));

function limitAddress(descriptors: readonly DescriptorInput[], { segment, at, size }: Limit): bigint {
  const ofBoot = at === 'boot' ? descriptors.filter(isOfBoot) : [];
  const among = ofBoot.length === 0 ? descriptors : ofBoot;
  const chosen = among[segment % among.length];
  if (chosen === undefined || at === 'zero') return 0n;
  const end = chosen.start + BigInt(chosen.pages) * PAGE_BYTES;
  switch (at) {
    case 'inside':
    case 'boot':
      return chosen.start + BigInt(Math.ceil(chosen.pages / 2)) * PAGE_BYTES;
    case 'base':
      return chosen.start;
    case 'end':
      return end;
    case 'before':
      return chosen.start > 0n ? chosen.start - PAGE_BYTES : 0n;
    case 'after':
      return end + PAGE_BYTES;
    case 'landmark': {
      const unit = PAGE_BYTES << BigInt(size % LANDMARK_BITS);
      return (chosen.start / unit + 1n) * unit;
    }
    default:
      return (
        descriptors.reduce((max, d) => {
          const after = d.start + BigInt(d.pages) * PAGE_BYTES;
          return after > max ? after : max;
        }, 0n) +
        5n * PAGE_BYTES
      );
  }
}

/** Returns the limit, or a lower one that leaves the bitmap zone so many bytes of RAM. */
function affordable(descriptors: readonly DescriptorInput[], limit: bigint, most: bigint): bigint {
  let left = most;
  const ascending = descriptors
    .filter(({ type }) => ownerAfterInit(type) !== 'absent')
    .toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  for (const { start, pages } of ascending) {
    if (start >= limit) return limit;
    const bytes = BigInt(pages) * PAGE_BYTES;
    if (left < bytes) return start + left < limit ? start + left : limit;
    left -= bytes;
  }
  return limit;
}

const anyHigherHalf = constantFrom(HIGHER_HALF_48, HIGHER_HALF_48, HIGHER_HALF_57, 0xffff_9000_0000_0000n);

/** How much can be allocated: whatever the segments have, one page frame, or none. */
type Plenty = 'any' | 'one' | 'none';

const anyPlenty: Arbitrary<Plenty> = oneof(
  { arbitrary: constantFrom<Plenty>('any'), weight: 46 },
  { arbitrary: constantFrom<Plenty>('one', 'none'), weight: 1 },
);

/** A number of doublings: each is half as likely as the one before. */
const anyDoublings: Arbitrary<number> = nat(2 ** 14 - 2).map((n) => 13 - Math.floor(Math.log2(n + 1)));

interface DrawnWorld {
  readonly segments: readonly Segment[];
  readonly limit: Limit;
  readonly higherHalf: bigint;
  readonly plenty: Plenty;
  /** Doublings of the usual RAM, and of the usual RAM of a bitmap zone. */
  readonly ram: number;
  readonly zone: number;
}

/** Returns the segments with no free page frame in them, or with one in the first. */
function withPlenty(segments: readonly Segment[], plenty: Plenty): readonly Segment[] {
  if (plenty === 'any') return segments;
  return segments.map((segment, i): Segment => {
    if (plenty === 'one' && i === 0) return { ...segment, pages: 1, type: 'conventional' };
    return ownerAfterInit(segment.type) === 'pmm' ? { ...segment, type: 'loaderData' } : segment;
  });
}

/** Returns the segments, of which the first has at least so many free page frames. */
function withAtLeast(segments: readonly Segment[], pages: number): readonly Segment[] {
  const [first, ...rest] = segments;
  if (pages === 0 || first === undefined) return segments;
  return [{ ...first, pages: Math.max(first.pages, pages), type: 'conventional' }, ...rest];
}

/** Returns the page frame from which memory is drawn: mostly just below where it can be handed out, or where a named zone ends. */
function lowestOf(profile: Profile, x: number): number {
  if (x % 8 === 7) return 0;
  const low = pfnOf(profile.neverBelow);
  const ends = (namedZones(profile) ?? []).flatMap(({ below }) =>
    below === undefined ? [] : [pfnOf(below)],
  );
  const end = [low, ...ends][(x >> 3) % (1 + ends.length)] ?? low;
  return Math.max(0, end - (end === low ? x % 4 : x % 64));
}

function worldOf(
  { segments, limit, higherHalf, plenty, ram, zone }: DrawnWorld,
  profile: Profile,
  { memoryBits }: Sizes,
): World {
  const { memoryAtLeast, neverBelow, memoryBelow, bitmapZoneBelow, bitmapZoneEnd } = profile;
  const addressable = Number((U64_MAX + 1n - higherHalf) / PAGE_BYTES);
  const top = Math.min(pfnOf(memoryBelow), addressable);
  const low = pfnOf(neverBelow);
  const from = Math.min(lowestOf(profile, limit.size), top);
  const most = Math.min(top, from + 2 ** memoryBits);
  const least = memoryAtLeast === 0 ? 0 : memoryAtLeast + low - from;
  const chosenSegments = withAtLeast(withPlenty(segments, plenty), least);
  const descriptors = descriptorsOf({ segments: chosenSegments, ram }, { from, most });
  const wanted = affordable(
    descriptors,
    limitAddress(descriptors, limit),
    PAGE_BYTES << BigInt(USUAL_ZONE_BITS + zone),
  );
  const bitmapMaxAddr = bitmapZoneEnd ?? (wanted < bitmapZoneBelow ? wanted : bitmapZoneBelow);
  const chosen: Config = config({ bitmapMaxAddr, higherHalf });
  return { map: memoryMap(descriptors), config: chosen };
}

const anyDrawnWorld: Arbitrary<DrawnWorld> = tuple(
  anySegments,
  anyLimit,
  anyHigherHalf,
  anyPlenty,
  anyDoublings,
  anyDoublings,
).map(([segments, limit, higherHalf, plenty, ram, zone]) => ({
  segments,
  limit,
  higherHalf,
  plenty,
  ram,
  zone,
}));

/** Large free runs have about 2^8 page frames at least, and about 2^17 at most, which are swept within a second. */
const [ROOMY_LEAST, ROOMY_BITS] = [8, 17] as const;

const anySmallSegments = array(anySegmentOf(nat(80)), { maxLength: 3 });

function isOfBoot({ type }: { readonly type: MemoryType }): boolean {
  return ownerAfterInit(type) === 'boot';
}

/** Returns a segment of boot memory in which the limit can lie, in the place of one that was drawn. */
function bootOf(drawn: Segment | undefined, n: number): Segment {
  const segment = drawn ?? { place: gapOf(0), pages: n % 64 };
  return { ...segment, pages: Math.max(2, segment.pages), type: 'loaderData', order: 0 };
}

const ROOMY_LIMITS = constantFrom<Limit['at']>('end', 'boot', 'after', 'inside', 'boot', 'beyond', 'zero');

/**
 * Worlds with a large free run in each zone or across the limit, and a few small segments around them. Where the limit lies in boot memory, that is
 * between the two.
 */
function anyDrawnRoomyWorld(
  memoryBits: number,
  limits: Arbitrary<Limit['at']> = ROOMY_LIMITS,
): Arbitrary<DrawnWorld> {
  const pages = anyMagnitude(Math.min(ROOMY_BITS, memoryBits - 2), Math.min(ROOMY_LEAST, memoryBits - 2));
  return tuple(
    tuple(anySmallSegments, anyPlace, pages, anySmallSegments, anyPlace, pages, anySmallSegments),
    limits,
    anyHigherHalf,
  ).map(([[before, place, lower, drawn, upperPlace, upper, after], at, higherHalf]) => {
    const free = { type: 'conventional', order: 0 } as const;
    const between = at === 'boot' ? [bootOf(drawn[0], upper), ...drawn.slice(1)] : drawn;
    const segments = [
      ...before,
      { ...free, place, pages: lower },
      ...between,
      { ...free, place: upperPlace, pages: upper },
      ...after,
    ].map((segment) => ({ ...segment, order: 0 }));
    const chosen = at === 'boot' ? before.filter(isOfBoot) : before;
    const limit = { segment: chosen.length, at, size: 0 };
    return { segments, limit, higherHalf, plenty: 'any', ram: 2, zone: 3 };
  });
}

/**
 * Arbitrary worlds that a manager of this profile can manage: a configuration, and a memory map of at most a hundred descriptors with
 * every kind of edge, whose RAM is less than 16 TiB.
 * @public
 */
export function anyWorldOf(profile: Profile, sizes: Sizes = ANY_SIZE): Arbitrary<World> {
  return anyDrawnWorld.map((drawn) => worldOf(drawn, profile, sizes));
}

/** The same with much free memory in a row, for programs whose bursts are long. */
export function anyRoomyWorldOf(profile: Profile, sizes: Sizes): Arbitrary<World> {
  return anyDrawnRoomyWorld(sizes.memoryBits).map((drawn) => worldOf(drawn, profile, sizes));
}

/** The same, each with boot memory across the limit. */
export function anyWorldAcrossBootOf(profile: Profile, sizes: Sizes): Arbitrary<World> {
  return anyDrawnRoomyWorld(sizes.memoryBits, constant('boot')).map((drawn) =>
    worldOf(drawn, profile, sizes),
  );
}

/** The same with a stack zone of one free run, in which the largest batches fit. */
export function anyWorldForBatchesOf(profile: Profile, sizes: Sizes): Arbitrary<World> {
  return tuple(anySmallSegments, anyPlace, anyHigherHalf).map(([below, place, higherHalf]) => {
    const free: Segment = { place, pages: LARGEST_BATCH + 1, type: 'conventional', order: 8 };
    const limit = { segment: below.length, at: 'base', size: 0 } as const;
    const segments = [...below, free];
    return worldOf({ segments, limit, higherHalf, plenty: 'any', ram: 0, zone: 0 }, profile, sizes);
  });
}

/**
 * Arbitrary worlds for a manager that claims the whole specification.
 * @public
 */
export const anyWorld: Arbitrary<World> = anyWorldOf(WHOLE);
