/**
 * Worlds: arbitrary memory maps and configurations, valid by construction. Segments are placed one after the other from page frame 0
 * up, each after a gap, and shuffled at the end. So they never overlap, and nothing is filtered.
 *
 *   gap  segment  gap segment             gap        segment
 *   ·····├──────┤····├──┤──────┤·······················├───────┤
 *   0                                  4 GiB                  8 TiB …
 *
 * They have few page frames of RAM, because a sweep looks at each, and reach up to the largest page frame numbers.
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
  PAGE_BYTES,
  type Profile,
  pfnOf,
  WHOLE,
} from '../../../spec/index.ts';
import { type Arbitrary, anyPrototype, array, constantFrom, nat, oneof, tuple } from '../fast-check.ts';

/** 2^20 page frames: 4 GiB. */
const FOUR_GIB_PAGES = 2 ** 20;
/** 2^31 page frames: 8 TiB, where a signed 32-bit page frame number turns negative. */
const EIGHT_TIB_PAGES = 2 ** 31;
/** 2^32 page frames: 16 TiB, where an unsigned one wraps. */
const SIXTEEN_TIB_PAGES = 2 ** 32;

/** A stretch of one type, and the gap before it in page frames. */
interface Segment {
  readonly gap: number;
  readonly pages: number;
  readonly type: MemoryType;
  /** The sort key of the segment in the memory map, which shuffles the segments. */
  readonly place: number;
}

const TYPES = Object.keys(MEMORY_TYPES).filter((t): t is MemoryType => t in MEMORY_TYPES);

const anyType: Arbitrary<MemoryType> = oneof(
  { arbitrary: constantFrom<MemoryType>('conventional'), weight: 7 },
  { arbitrary: constantFrom<MemoryType>('loaderData', 'acpiReclaim'), weight: 2 },
  { arbitrary: constantFrom(...TYPES), weight: 3 },
);

/** Page frames in a segment: few, or around the edges of words and blocks. 0 is an empty descriptor. */
const anyPages: Arbitrary<number> = oneof(
  { arbitrary: nat(8), weight: 3 },
  { arbitrary: nat(80), weight: 4 },
  { arbitrary: constantFrom(1, 31, 32, 33, 63, 64, 65, 511, 512, 1023, 1024, 1025, 2050), weight: 3 },
);

const anyGap: Arbitrary<number> = oneof(
  { arbitrary: constantFrom(0), weight: 6 },
  { arbitrary: nat(40), weight: 4 },
  { arbitrary: constantFrom(FOUR_GIB_PAGES, EIGHT_TIB_PAGES, SIXTEEN_TIB_PAGES), weight: 1 },
);

const anySegments: Arbitrary<readonly Segment[]> = array(
  tuple(anyGap, anyPages, anyType, oneof(constantFrom(0), nat(7)), anyPrototype).map(
    ([gap, pages, type, place]): Segment => ({ gap, pages, type, place }),
  ),
  { minLength: 1, maxLength: 10, size: 'max' },
);

/** Places segments from page frame 0 up. One that would end above `most` loses its gap, or is cut off. */
function descriptorsOf(segments: readonly Segment[], most: number): readonly DescriptorInput[] {
  let end = 0;
  const placed = segments.map(({ gap, pages: wanted, type, place }) => {
    const base = end + gap + wanted <= most ? end + gap : end;
    const pages = Math.min(wanted, most - base);
    end = base + pages;
    return { place, descriptor: { type, start: BigInt(base) * PAGE_BYTES, pages } };
  });
  return placed.toSorted((a, b) => a.place - b.place).map(({ descriptor }) => descriptor);
}

/** The end of the bitmap zone: at, before, after or inside a segment, at 0, or beyond the last segment. */
interface Limit {
  readonly segment: number;
  readonly at: 'inside' | 'base' | 'end' | 'before' | 'after' | 'zero' | 'beyond';
}

const anyLimit: Arbitrary<Limit> = tuple(
  nat(9),
  constantFrom<Limit['at']>('inside', 'inside', 'inside', 'end', 'base', 'before', 'after', 'beyond', 'zero'),
  anyPrototype,
).map(([segment, at]) => ({ segment, at }));

function limitAddress(descriptors: readonly DescriptorInput[], { segment, at }: Limit): bigint {
  const chosen = descriptors[segment % descriptors.length];
  if (chosen === undefined || at === 'zero') return 0n;
  const end = chosen.start + BigInt(chosen.pages) * PAGE_BYTES;
  switch (at) {
    case 'inside':
      return chosen.start + BigInt(Math.ceil(chosen.pages / 2)) * PAGE_BYTES;
    case 'base':
      return chosen.start;
    case 'end':
      return end;
    case 'before':
      return chosen.start > 0n ? chosen.start - PAGE_BYTES : 0n;
    case 'after':
      return end + PAGE_BYTES;
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

const anyHigherHalf = constantFrom(HIGHER_HALF_48, HIGHER_HALF_48, HIGHER_HALF_57, 0xffff_9000_0000_0000n);

interface DrawnWorld {
  readonly segments: readonly Segment[];
  readonly limit: Limit;
  readonly higherHalf: bigint;
}

function worldOf(
  { segments, limit, higherHalf }: DrawnWorld,
  { memoryBelow, bitmapZoneBelow }: Profile,
): World {
  const descriptors = descriptorsOf(segments, pfnOf(memoryBelow));
  const wanted = limitAddress(descriptors, limit);
  const bitmapMaxAddr = wanted < bitmapZoneBelow ? wanted : bitmapZoneBelow;
  const chosen: Config = config({ bitmapMaxAddr, higherHalf });
  return { map: memoryMap(descriptors), config: chosen };
}

const anyDrawnWorld: Arbitrary<DrawnWorld> = tuple(anySegments, anyLimit, anyHigherHalf, anyPrototype).map(
  ([segments, limit, higherHalf]) => ({ segments, limit, higherHalf }),
);

/**
 * Arbitrary worlds that a manager of this profile can manage: a configuration, and a memory map of at most ten descriptors with every
 * kind of edge and fewer than 65,536 pages.
 * @public
 */
export function anyWorldOf(profile: Profile): Arbitrary<World> {
  return anyDrawnWorld.map((drawn) => worldOf(drawn, profile));
}

/**
 * Arbitrary worlds for a manager that claims the whole specification.
 * @public
 */
export const anyWorld: Arbitrary<World> = anyWorldOf(WHOLE);
