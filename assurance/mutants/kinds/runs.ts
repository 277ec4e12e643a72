/** Kinds of contiguous allocations: what they take notice of, and where runs may lie. */

import { areU64, type Change, type FoundRun, missing, type Parts } from '../../../runner/mutants/index.ts';
import { type MemoryMap, PAGE_BYTES, pfnOf, U64_MAX } from '../../../spec/index.ts';
import { type Kind, variant } from './kind.ts';

/** Returns a change that passes other arguments of contiguous allocations on. */
function otherRuns(
  passed: (
    parts: Parts,
    run: {
      readonly count: number | bigint;
      readonly maxAddr: number | bigint;
      readonly alignment: number | bigint;
    },
  ) => readonly [number | bigint, number | bigint, number | bigint],
): Change {
  return (parts) => ({
    allocBitmap: (count, maxAddr, alignment) =>
      areU64(count, maxAddr, alignment)
        ? parts.inner.allocBitmap(...passed(parts, { count, maxAddr, alignment }))
        : parts.inner.allocBitmap(count, maxAddr, alignment),
  });
}

/** Returns a change that refuses contiguous allocations of more than `most` page frames. */
function noLongerRuns(most: number): Change {
  return ({ inner, fail }) => ({
    allocBitmap: (count, maxAddr, alignment) =>
      areU64(count, maxAddr, alignment) && count > most
        ? fail('allocBitmap')
        : inner.allocBitmap(count, maxAddr, alignment),
  });
}

/** Returns a change that refuses batches of more than `most` page frames, and such runs. */
function noLongerBatches(most: number): Change {
  return (parts) => ({
    ...noLongerRuns(most)(parts),
    allocPages: (addresses, count) =>
      areU64(count) && count > most
        ? parts.fail('allocPages') !== null
        : parts.inner.allocPages(addresses, count),
  });
}

const endsAtLimit = missing(({ base, count }, { limit }) => base + count === limit);
const startsAtZero = missing(({ base }) => base === 0);
const TWO_MIB = 0x20_0000n;

/** Returns the limit that an address of as many bits as one below `limit` has, less some bits. */
function limitInBits(limit: bigint | number, less: bigint): bigint {
  const power = powerBelow(BigInt(limit));
  return power === 1n << 63n ? U64_MAX : less < 0n ? power << -less : power >> less;
}

/** Returns the largest power of two that is at most `n`, or 0. */
function powerBelow(n: bigint): bigint {
  return n === 0n ? 0n : 1n << BigInt(n.toString(2).length - 1);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** A run that is asked for. */
interface AskedRun {
  readonly count: number | bigint;
  /** In bytes. */
  readonly alignment: number | bigint;
}

/** Page frames [base, end) in which a run may lie. */
export type Stretch = readonly [base: number, end: number];

/** Takes the lowest run of [from, to), while all that is free below is held. */
function takeWithin({ inner, quietly }: Parts, [from, to]: Stretch, run: AskedRun): bigint | null {
  return quietly(() => {
    const held: { readonly address: bigint; readonly count: number }[] = [];
    for (let count = from; count >= 1; count = Math.floor(count / 2)) {
      const take = (): bigint | null => inner.allocBitmap(count, BigInt(from) * PAGE_BYTES, 1);
      for (let address = take(); address !== null; address = take()) held.push({ address, count });
    }
    const found = inner.allocBitmap(run.count, least(BigInt(to) * PAGE_BYTES, U64_MAX), run.alignment);
    for (const { address, count } of held) inner.freeRegion(address, count);
    return found;
  });
}

/** Returns a change that takes the lowest run in the first stretch that has one, of those below `end`. */
export function dividedRuns(
  stretches: (map: MemoryMap, end: number) => readonly Stretch[],
  isBound = true,
): Change {
  return (parts) => ({
    allocBitmap: (count, maxAddr, alignment) => {
      const isPlain = areU64(count, maxAddr, alignment) && count > 0 && count < 2 ** 40;
      if (!isPlain) return parts.inner.allocBitmap(count, maxAddr, alignment);
      const end = Math.min(parts.limit, Number(BigInt(maxAddr) / PAGE_BYTES));
      for (const [from, to] of stretches(parts.map, end)) {
        const last = isBound ? Math.min(to, end) : to;
        const found = from < last ? takeWithin(parts, [from, last], { count, alignment }) : null;
        if (found !== null) return found;
      }
      return parts.fail('allocBitmap');
    },
  });
}

/** Returns groups of 8 page frames each, the last page frames of each left out: all that {@link OF_GROUPS} has. */
function groupsOf(cut = 0): readonly Stretch[] {
  return Array.from({ length: 8 }, (_, i): Stretch => [8 * i, 8 * (i + 1) - cut]);
}

const OF_GROUPS = { memoryBelow: '0x40000', alignments: 'powers-of-two' };

/** Returns where the descriptors of a map begin and end, without `cut` page frames at the end of each. */
function descriptorsOf(map: MemoryMap, cut = 0): readonly Stretch[] {
  const stretches = map.descriptors.map(
    ({ start, pages }): Stretch => [pfnOf(start), pfnOf(start) + pages - cut],
  );
  return stretches.toSorted(([a], [b]) => a - b);
}

/** Returns a change that keeps the last page frames freed in a list, where no search for a run sees them; `refuse` is how such a run fails. */
function listedPages(refuse: (parts: Parts) => void = () => {}): Change {
  return (parts) => {
    const listed = [0, 1, 2, 3].map(() => parts.hidden<number>(-1));
    const isMissed = ({ base, count }: FoundRun): boolean => {
      const isListed = listed.some(({ value }) => value >= base && value < base + count);
      if (isListed) parts.quietly(() => refuse(parts));
      return isListed;
    };
    return {
      ...missing(isMissed)(parts),
      free: (address) => {
        parts.inner.free(address);
        let next = parts.frame(address);
        for (const place of listed) [place.value, next] = [next, place.value];
      },
    };
  };
}

/** Returns a change that takes blocks by order, as a block of `pagesOf` an order has page frames; order 64 is asked for by count 0. */
function blocks(pagesOf: (order: bigint) => bigint): Change {
  return otherRuns((_, { count, maxAddr }) => {
    const wanted = BigInt(count);
    const pages = pagesOf(wanted === 0n ? 64n : BigInt(wanted.toString(2).length - 1));
    return [pages > U64_MAX ? U64_MAX : pages, maxAddr, (pages * PAGE_BYTES) % (U64_MAX + 1n)];
  });
}

export const RUN_KINDS: readonly Kind[] = [
  {
    claim: { contiguous: 'orders' },
    correct: variant(
      'blocks-by-order',
      'allocBitmap.complete',
      blocks((order) => 1n << order),
    ),
    broken: [
      variant(
        'orders-that-wrap-at-64',
        'allocBitmap.complete',
        blocks((order) => 1n << (order % 64n)),
      ),
      variant(
        'orders-that-wrap-at-32',
        'allocBitmap.complete',
        blocks((order) => 1n << (order % 32n)),
      ),
    ],
  },
  {
    claim: { search: 'partial' },
    correct: variant('last-pages-freed-in-a-list', 'allocBitmap.complete', listedPages()),
    broken: [
      variant(
        'page-lost-in-a-list',
        'failure.unchanged',
        listedPages(({ inner }) => inner.allocBitmap(1, U64_MAX, 1)),
      ),
      variant('listed-page-not-for-alloc', 'alloc.complete', (parts) => ({
        ...listedPages()(parts),
        alloc: () => {
          const address = parts.inner.alloc();
          const next = address === null ? null : parts.quietly(() => parts.inner.alloc());
          if (next !== null) parts.inner.free(next);
          if (address === null || next !== null) return address;
          parts.inner.free(address);
          return parts.fail('alloc');
        },
      })),
    ],
  },
  {
    claim: { runArguments: ['alignment'] },
    correct: variant(
      'runs-without-a-limit',
      'allocBitmap.complete',
      otherRuns((_, { count, alignment }) => [count, U64_MAX, alignment]),
    ),
    broken: [
      variant(
        'runs-without-a-limit-nor-alignment',
        'allocBitmap.aligned',
        otherRuns((_, { count }) => [count, U64_MAX, 1]),
      ),
      variant('runs-short-of-the-limit', 'allocBitmap.complete', endsAtLimit),
    ],
  },
  {
    claim: { runArguments: ['maxAddr'] },
    correct: variant(
      'runs-without-alignment',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr }) => [count, maxAddr, 1]),
    ),
    broken: [
      variant(
        'runs-without-alignment-nor-limit',
        'allocBitmap.below-max',
        otherRuns((_, { count }) => [count, U64_MAX, 1]),
      ),
      variant(
        'runs-two-by-two',
        'allocBitmap.complete',
        otherRuns((_, { count, maxAddr }) => [count, maxAddr, 2n * PAGE_BYTES]),
      ),
    ],
  },
  {
    claim: { alignments: 'powers-of-two' },
    correct: variant(
      'masked-alignments',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, powerBelow(BigInt(alignment))]),
    ),
    broken: [
      variant(
        'halved-alignments',
        'allocBitmap.aligned',
        otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, powerBelow(BigInt(alignment)) / 2n]),
      ),
      variant('masked-alignments-but-zero', 'allocBitmap.complete', startsAtZero),
    ],
  },
  {
    claim: { limits: 'powers-of-two' },
    correct: variant(
      'limits-in-bits',
      'allocBitmap.complete',
      otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, 0n), alignment]),
    ),
    broken: [
      variant(
        'limits-a-bit-short',
        'allocBitmap.complete',
        otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, 1n), alignment]),
      ),
      variant(
        'limits-a-bit-long',
        'allocBitmap.below-max',
        otherRuns((_, { count, maxAddr, alignment }) => [count, limitInBits(maxAddr, -1n), alignment]),
      ),
    ],
  },
  {
    claim: { largestAlignment: '0x200000' },
    correct: variant(
      'alignments-to-2-mib',
      'allocBitmap.aligned',
      otherRuns((_, { count, maxAddr, alignment }) => [count, maxAddr, least(BigInt(alignment), TWO_MIB)]),
    ),
    broken: [
      variant(
        'alignments-to-1-mib',
        'allocBitmap.aligned',
        otherRuns((_, { count, maxAddr, alignment }) => [
          count,
          maxAddr,
          least(BigInt(alignment), TWO_MIB / 2n),
        ]),
      ),
      variant('alignments-to-2-mib-but-zero', 'allocBitmap.complete', startsAtZero),
    ],
  },
  {
    claim: { largestRun: 8 },
    correct: variant('runs-of-8-pages', 'allocBitmap.complete', noLongerRuns(8)),
    broken: [
      variant('runs-of-7-pages', 'allocBitmap.complete', noLongerRuns(7)),
      variant('runs-of-9-pages', 'allocBitmap.complete', noLongerRuns(9)),
      variant('batches-of-8-pages', 'allocPages.complete', noLongerBatches(8)),
    ],
  },
  {
    claim: { runsWithin: '0x8000' },
    others: OF_GROUPS,
    correct: variant(
      'runs-in-one-group',
      'allocBitmap.complete',
      dividedRuns(() => groupsOf()),
    ),
    broken: [
      variant(
        'last-page-of-a-group-missed',
        'allocBitmap.complete',
        dividedRuns(() => groupsOf(1)),
      ),
      variant('groups-joined', 'allocBitmap.complete', () => ({})),
    ],
  },
  {
    claim: { runsWithin: 'descriptors' },
    correct: variant(
      'runs-in-one-descriptor',
      'allocBitmap.complete',
      dividedRuns((map) => descriptorsOf(map)),
    ),
    broken: [
      variant(
        'last-page-of-a-descriptor-missed',
        'allocBitmap.complete',
        dividedRuns((map) => descriptorsOf(map, 1)),
      ),
      variant('two-descriptors-joined', 'allocBitmap.complete', () => ({})),
    ],
  },
];
