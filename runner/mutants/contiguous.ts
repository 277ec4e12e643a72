/** Mutants of `allocBitmap`. */
import { PAGE_BYTES, U64_MAX } from '../../spec/index.ts';
import { areU64, type FoundRun, type Mutant, missing, type Parts, takeAt, withCalls } from './mutant.ts';

/** Returns the number of whole page frames below a physical address, in the bitmap zone only. */
function framesBelow(maxAddr: number | bigint, limit: number): number {
  return Math.min(limit, Number(BigInt(maxAddr) / PAGE_BYTES));
}

interface RelativeRequest {
  readonly count: number;
  readonly end: number;
  readonly alignment: number;
}

/** Returns the lowest run whose distance from the first free page frame is a multiple of the alignment, or null. */
function relativeFit({ inner }: Parts, { count, end, alignment }: RelativeRequest): FoundRun | null {
  const free = [...inner.inspect()].filter((run) => run.condition === 'free' && run.base < end);
  const origin = free[0]?.base ?? 0;
  for (const run of free) {
    const base = origin + Math.ceil((run.base - origin) / alignment) * alignment;
    if (base + count <= Math.min(run.base + run.count, end)) return { base, count };
  }
  return null;
}

/** Whether a run lies in the bitmap zone and is free. */
function isFreeRun({ inner, limit }: Parts, { base, count }: FoundRun): boolean {
  if (base + count > limit) return false;
  return [...inner.inspect()].some(
    (run) => run.condition === 'free' && run.base <= base && base + count <= run.base + run.count,
  );
}

export const CONTIGUOUS_MUTANTS: readonly Mutant[] = [
  withCalls(
    {
      name: 'missed-run-at-limit',
      sentence: 'A run that ends exactly at the limit is never found.',
      clause: 'allocBitmap.complete',
    },
    missing(({ base, count }, { limit }) => base + count === limit),
  ),
  withCalls(
    {
      name: 'wrapping-count',
      sentence: 'What maxAddr leaves less the count wraps when the count exceeds it.',
      clause: 'allocBitmap.complete',
    },
    ({ inner }) => ({
      allocBitmap: (count, maxAddr, alignment) =>
        areU64(count, maxAddr, alignment) && BigInt(count) * PAGE_BYTES > BigInt(maxAddr)
          ? inner.allocBitmap(1, U64_MAX, alignment)
          : inner.allocBitmap(count, maxAddr, alignment),
    }),
  ),
  withCalls(
    {
      name: 'unaligned-single-frame',
      sentence: 'The alignment is ignored when the count is 1.',
      clause: 'allocBitmap.aligned',
    },
    ({ inner }) => ({
      allocBitmap: (count, maxAddr, alignment) =>
        inner.allocBitmap(
          count,
          maxAddr,
          (count === 1 || count === 1n) && areU64(alignment) ? 4096 : alignment,
        ),
    }),
  ),
  withCalls(
    {
      name: 'relative-alignment',
      sentence: "The alignment counts from the zone's first free page frame.",
      clause: 'allocBitmap.aligned',
    },
    (parts) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const isPlain = areU64(count, maxAddr, alignment) && count > 0 && BigInt(alignment) < 2n ** 40n;
        if (!isPlain) return parts.inner.allocBitmap(count, maxAddr, alignment);
        const run = relativeFit(parts, {
          count: Number(count),
          end: framesBelow(maxAddr, parts.limit),
          alignment: Math.max(1, Math.ceil(Number(alignment) / 4096)),
        });
        return run === null ? parts.fail('allocBitmap') : takeAt(parts, run);
      },
    }),
  ),
  withCalls(
    {
      name: 'inclusive-max-address',
      sentence: 'The page frame at maxAddr may be handed out too.',
      clause: 'allocBitmap.below-max',
    },
    ({ inner }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        if (!areU64(maxAddr)) return inner.allocBitmap(count, maxAddr, alignment);
        const next = BigInt(maxAddr) + PAGE_BYTES;
        return inner.allocBitmap(count, next > U64_MAX ? U64_MAX : next, alignment);
      },
    }),
  ),
  withCalls(
    {
      name: 'topmost-run-past-max-address',
      sentence:
        'A run that fits is moved up until its last page frame is the one at maxAddr, where that is free.',
      clause: 'allocBitmap.below-max',
    },
    (parts) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const found = parts.inner.allocBitmap(count, maxAddr, alignment);
        if (found === null) return null;
        const run = { base: framesBelow(maxAddr, parts.limit) + 1 - Number(count), count: Number(count) };
        parts.inner.freeRegion(found, count);
        if (BigInt(alignment) <= PAGE_BYTES && isFreeRun(parts, run)) return takeAt(parts, run);
        return parts.inner.allocBitmap(count, maxAddr, alignment);
      },
    }),
  ),
  withCalls(
    {
      name: 'stale-free-counter',
      sentence: 'A contiguous allocation does not lower the free counter.',
      clause: 'amounts.free',
    },
    ({ inner, hidden }) => {
      const given = hidden<number>(0);
      const freeAmount = (): number => inner.freeAmount() + given.value;
      return {
        allocBitmap: (count, maxAddr, alignment) => {
          const found = inner.allocBitmap(count, maxAddr, alignment);
          if (found !== null) given.value += Number(count);
          return found;
        },
        freeAmount,
        reservedAmount: () => inner.totalAmount() - freeAmount(),
      };
    },
  ),
  withCalls(
    {
      name: 'unsearched-last-word',
      sentence: 'The last word of the bitmap is never searched where it is a partial one.',
      clause: 'allocBitmap.complete',
    },
    ({ inner, limit }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const searched = BigInt(limit - (limit % 32)) * PAGE_BYTES;
        const isLower = limit > 32 && areU64(maxAddr) && BigInt(maxAddr) > searched;
        return inner.allocBitmap(count, isLower ? searched : maxAddr, alignment);
      },
    }),
  ),
  withCalls(
    {
      name: 'unmarked-run',
      sentence: 'A run that was found is not marked, though the free counter is lowered.',
      clause: 'allocBitmap.was-free',
    },
    ({ inner, hidden }) => {
      const unmarked = hidden<number>(0);
      return {
        allocBitmap: (count, maxAddr, alignment) => {
          const found = inner.allocBitmap(count, maxAddr, alignment);
          if (found === null) return null;
          inner.freeRegion(found, count);
          unmarked.value += Number(count);
          return found;
        },
        freeAmount: () => inner.freeAmount() - unmarked.value,
        reservedAmount: () => inner.reservedAmount() + unmarked.value,
      };
    },
  ),
  withCalls(
    {
      name: 'unmarked-last-frame',
      sentence: 'The last page frame of a run that was found is not marked.',
      clause: 'amounts.free',
    },
    ({ inner, frame, address }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const found = inner.allocBitmap(count, maxAddr, alignment);
        if (found !== null && count > 1) inner.free(address(frame(found) + Number(count) - 1));
        return found;
      },
    }),
  ),
  withCalls(
    {
      name: 'missed-run-across-words',
      sentence: 'A run across two words of the bitmap is missed.',
      clause: 'allocBitmap.complete',
    },
    missing(({ base, count }) => base >> 5 !== (base + count - 1) >> 5),
  ),
  withCalls(
    {
      name: 'missed-run-across-hint',
      sentence: 'A run is missed where it straddles the search hint, the end of the run handed out last.',
      clause: 'allocBitmap.complete',
      shortest: 3,
    },
    (parts) => {
      const hint = parts.hidden<number>(0);
      const straddles = ({ base, count }: FoundRun): boolean =>
        base < hint.value && hint.value < base + count;
      const search = missing(straddles)(parts).allocBitmap;
      return {
        allocBitmap: (count, maxAddr, alignment) => {
          const found = search?.(count, maxAddr, alignment) ?? null;
          if (found !== null) hint.value = parts.frame(found) + Number(count);
          return found;
        },
      };
    },
  ),
  withCalls(
    {
      name: 'refusal-of-fragments',
      sentence: 'A run that fits is refused where the zone is in three fragments or more.',
      clause: 'allocBitmap.complete',
    },
    missing(({ count }, { inner, limit }) => {
      const runs = [...inner.inspect()].filter((r) => r.condition === 'free' && r.base < limit);
      return runs.length >= 3 && count >= 2;
    }),
  ),
  withCalls(
    {
      name: 'run-out-of-stack-zone',
      sentence: 'A single page frame comes from the stack zone where the bitmap zone has none.',
      clause: 'allocBitmap.zone',
    },
    ({ inner, quietly, fail }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const found = quietly(() => inner.allocBitmap(count, maxAddr, alignment));
        const isOne = count === 1 || count === 1n;
        return found ?? (isOne ? quietly(() => inner.alloc()) : null) ?? fail('allocBitmap');
      },
    }),
  ),
  withCalls(
    {
      name: 'stale-run-cache',
      sentence: 'A request for as many page frames as the last one is given the same run.',
      clause: 'allocBitmap.was-free',
      shortest: 2,
    },
    ({ inner, hidden }) => {
      const last = { count: hidden<number | null>(null), found: hidden<bigint | null>(null) };
      return {
        allocBitmap: (count, maxAddr, alignment) => {
          const found = inner.allocBitmap(count, maxAddr, alignment);
          if (found === null) return null;
          if (last.count.value !== Number(count)) {
            last.count.value = Number(count);
            last.found.value = found;
          }
          return last.found.value;
        },
      };
    },
  ),
  withCalls(
    {
      name: 'skipped-lowest-frame',
      sentence: 'A run leaves out the lowest free page frame where it also fits above.',
      clause: 'policy.first-fit',
    },
    ({ inner, quietly }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        if (!areU64(count, maxAddr, alignment)) return inner.allocBitmap(count, maxAddr, alignment);
        const lowest = quietly(() => inner.allocBitmap(1, U64_MAX, 1));
        const above = lowest === null ? null : quietly(() => inner.allocBitmap(count, maxAddr, alignment));
        if (lowest !== null) inner.free(lowest);
        return above ?? inner.allocBitmap(count, maxAddr, alignment);
      },
    }),
  ),
  withCalls(
    {
      name: 'frame-taken-by-refusal',
      sentence: 'A contiguous request that is refused takes the page frame at which its search began.',
      clause: 'failure.unchanged',
    },
    ({ inner, quietly }) => ({
      allocBitmap: (count, maxAddr, alignment) => {
        const found = inner.allocBitmap(count, maxAddr, alignment);
        if (found === null) quietly(() => inner.allocBitmap(1, U64_MAX, 1));
        return found;
      },
    }),
  ),
];
