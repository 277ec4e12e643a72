/** Kinds of memory: how much of it a manager needs, what it does when none is left, and what pages hold that it hands out. */
import { createPmm } from '../../../impl/manager/index.ts';
import { areU64, type Change, type FoundRun, missing, type Parts } from '../../../runner/mutants/index.ts';
import { PAGE_BYTES, type PmmFactory } from '../../../spec/index.ts';
import { type Kind, variant } from './kind.ts';

/** Returns what builds a manager that cannot start with fewer free page frames. */
function withAtLeast(pages: number): PmmFactory {
  return (map, options) => {
    const pmm = createPmm(map, options);
    if (pmm.freeAmount() < pages) throw new Error(`${pages} page frames are needed`);
    return pmm;
  };
}

/** Returns a change that throws, as a kernel stops, where an allocation `dies` of its value. */
function dyingAllocations(dies: (value: bigint | null) => boolean): Change {
  const living = (value: bigint | null): bigint | null => {
    if (dies(value)) throw new Error('out of memory');
    return value;
  };
  return ({ inner }) => ({
    alloc: () => living(inner.alloc()),
    allocPages: (addresses, count) => {
      if (!inner.allocPages(addresses, count)) throw new Error('out of memory');
      return true;
    },
    allocBitmap: (count, maxAddr, alignment) => living(inner.allocBitmap(count, maxAddr, alignment)),
  });
}

/** Returns a change that zeroes the words of a page frame from its first byte up to `end` when it is handed out. */
function zeroingPages(end: bigint, change: 'alloc' | 'free' = 'alloc'): Change {
  return ({ inner, memory, frame }) => {
    const zero = (address: bigint): void => {
      const start = BigInt(frame(address)) * PAGE_BYTES;
      for (let at = start; at < start + end; at += 8n) memory.write(at, 0n);
    };
    return {
      alloc: () => {
        const address = inner.alloc();
        if (address !== null && change === 'alloc') zero(address);
        return address;
      },
      free: (address) => {
        inner.free(address);
        if (change === 'free') zero(address);
      },
    };
  };
}

/** Returns the number of free page frames of a zone. */
function freeIn({ inner, limit }: Parts, isStack: boolean): number {
  let free = 0;
  for (const { base, count, condition } of inner.inspect()) {
    const inBitmap = Math.min(count, Math.max(0, limit - base));
    if (condition === 'free') free += isStack ? count - inBitmap : inBitmap;
  }
  return free;
}

/** Returns a change that refuses what leaves fewer than `pages` free in its zone; `refuse` also runs then. */
function watermarks(pages: number, refuse: (parts: Parts) => void = () => {}): Change {
  return (parts) => {
    const { inner } = parts;
    const keepsFew = (count: number | bigint, isStack: boolean): boolean =>
      areU64(count) && count > 0 && freeIn(parts, isStack) - Number(count) < pages;
    const fail = (call: string): null => {
      parts.quietly(() => refuse(parts));
      return parts.fail(call);
    };
    return {
      alloc: () => (keepsFew(1, true) ? fail('alloc') : inner.alloc()),
      allocPages: (addresses, count) =>
        keepsFew(count, true) ? fail('allocPages') !== null : inner.allocPages(addresses, count),
      allocBitmap: (count, maxAddr, alignment) =>
        areU64(maxAddr, alignment) && keepsFew(count, false)
          ? fail('allocBitmap')
          : inner.allocBitmap(count, maxAddr, alignment),
    };
  };
}

/**
 * Returns a change that hands freed page frames over once there are `batch` of them: until then they wait, and no allocation finds them.
 * `handOver` is what happens besides then.
 */
function batchedFrees(batch: number, handOver: (parts: Parts) => void = () => {}): Change {
  return (parts) => {
    const { inner, quietly, frame } = parts;
    const waiting = Array.from({ length: batch - 1 }, () => parts.hidden<number>(-1));
    const isWaiting = (other: number): boolean => waiting.some(({ value }) => value === other);
    const hasWaiting = ({ base, count }: FoundRun): boolean =>
      waiting.some(({ value }) => value >= base && value < base + count);
    return {
      ...missing(hasWaiting)(parts),
      alloc: () => {
        const passedOver: bigint[] = [];
        const take = (): bigint | null => quietly(() => inner.alloc());
        let found = take();
        for (; found !== null && isWaiting(frame(found)); found = take()) passedOver.push(found);
        for (const address of passedOver) inner.free(address);
        return found ?? parts.fail('alloc');
      },
      free: (address) => {
        inner.free(address);
        const place = waiting.find(({ value }) => value < 0);
        if (place !== undefined) place.value = frame(address);
        else {
          for (const each of waiting) each.value = -1;
          quietly(() => handOver(parts));
        }
      },
    };
  };
}

export const MEMORY_KINDS: readonly Kind[] = [
  {
    claim: { outOfMemory: 'undefined' },
    correct: variant(
      'panics-without-memory',
      'allocBitmap.complete',
      dyingAllocations((value) => value === null),
    ),
    broken: [
      variant('panics-at-page-frame-0', 'allocBitmap.complete', (parts) =>
        dyingAllocations((value) => value === null || parts.frame(value) === 0)(parts),
      ),
      variant('panics-at-a-full-batch', 'allocPages.complete', (parts) => ({
        ...dyingAllocations((value) => value === null)(parts),
        allocPages: (addresses, count) => {
          const isFull = Number(count) === parts.inner.freeAmount() && count > 1;
          if (isFull || !parts.inner.allocPages(addresses, count)) throw new Error('out of memory');
          return true;
        },
      })),
    ],
  },
  {
    claim: { holdsBack: 4 },
    correct: variant('watermark-of-four', 'alloc.complete', watermarks(4)),
    broken: [
      variant('watermark-of-five', 'alloc.complete', watermarks(5)),
      variant(
        'page-lost-at-the-watermark',
        'failure.unchanged',
        watermarks(4, ({ inner }) => inner.alloc()),
      ),
      variant('runs-below-a-watermark-of-eight', 'allocBitmap.complete', (parts) => ({
        ...watermarks(4)(parts),
        allocBitmap: watermarks(8)(parts).allocBitmap ?? parts.inner.allocBitmap,
      })),
    ],
  },
  {
    claim: { holdsBack: 3, search: 'partial' },
    others: { calls: ['alloc', 'allocBitmap', 'free', 'freeAmount'] },
    correct: variant('frees-four-by-four', 'alloc.complete', batchedFrees(4)),
    broken: [
      variant('frees-five-by-five', 'alloc.complete', batchedFrees(5)),
      variant(
        'one-of-four-frees-lost',
        'freed.returns',
        batchedFrees(4, ({ inner }) => inner.alloc()),
      ),
    ],
  },
  {
    claim: { holdsBack: 31 },
    others: { calls: ['alloc', 'free'] },
    correct: variant('frees-by-thirty-two', 'alloc.complete', batchedFrees(32)),
    broken: [
      variant('frees-by-thirty-three', 'alloc.complete', batchedFrees(33)),
      variant('page-lost-once', 'alloc.complete', (parts) => {
        const lost = parts.hidden<number>(0);
        return batchedFrees(32, ({ inner }) => {
          if (lost.value === 0) inner.alloc();
          lost.value = 1;
        })(parts);
      }),
    ],
  },
  {
    claim: { contents: 'zeroed' },
    others: { calls: ['alloc', 'free', 'freeAmount'] },
    adds: true,
    correct: variant('pages-zeroed', 'contents.zeroed', zeroingPages(PAGE_BYTES)),
    broken: [
      variant('last-word-not-zeroed', 'contents.zeroed', zeroingPages(PAGE_BYTES - 8n)),
      variant('zeroed-only-when-freed', 'contents.zeroed', zeroingPages(PAGE_BYTES, 'free')),
    ],
  },
  {
    claim: { memoryAtLeast: 8 },
    correct: { name: 'starts-with-eight', clause: 'init.total', create: withAtLeast(8) },
    broken: [
      { name: 'starts-with-nine', clause: 'init.total', create: withAtLeast(9) },
      {
        name: 'keeps-one-of-eight',
        clause: 'init.free',
        create: (map, options) => {
          const pmm = withAtLeast(8)(map, options);
          pmm.alloc();
          pmm.errno = null;
          return pmm;
        },
      },
    ],
  },
];
