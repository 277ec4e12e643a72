/** Kinds of memory: how much of it a manager needs, what it does when none is left, and what pages hold that it hands out. */
import { createPmm } from '../../../impl/manager/index.ts';
import type { Change } from '../../../runner/mutants/index.ts';
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
