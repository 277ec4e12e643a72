/** Machines that no test could look at page frame by page frame. */
import { describe, expect, test } from 'vitest';
import {
  config as configOf,
  type DescriptorInput,
  HIGHER_HALF_57,
  memoryMap,
  PAGE_BYTES,
} from '../spec/index.ts';
import { createPmm, createSharedState, FrameAllocator } from './index.ts';

const GIB = 0x40000;

const usable = (base: number, pages: number): DescriptorInput => ({
  type: 'conventional',
  start: BigInt(base) * 4096n,
  pages,
});

function allocatorOf(limit: number, ...descriptors: DescriptorInput[]): FrameAllocator {
  return new FrameAllocator(memoryMap(descriptors), configOf({ bitmapMaxAddr: BigInt(limit) * 4096n }));
}

describe('large machines', () => {
  test('12 TiB start in milliseconds, and hand out page frames above 2^31', () => {
    const start = process.threadCpuUsage();
    const frames = allocatorOf(0x4000, usable(0, 0x80000), usable(0x100000, 12 * 1024 * GIB - 0x100000));
    expect(process.threadCpuUsage(start).user).toBeLessThan(1_000_000);
    const top = 12 * 1024 * GIB - 1;
    expect(frames.alloc()).toBe(top);
    expect(() => frames.free(top - 1)).toThrowError(expect.objectContaining({ pfn: top - 1, owner: 'pmm' }));
    frames.free(top);
    expect(frames.freeInStack).toBe(12 * 1024 * GIB - 0x100000 + 0x80000 - 0x4000);
    expect(frames.alloc()).toBe(top);
  });

  test('RAM far apart costs what there is of it, not what lies between', () => {
    const frames = allocatorOf(0x4000, usable(0, GIB), usable(2 ** 34, GIB));
    expect(frames.stateBytes / (2 * GIB)).toBeLessThan(0.3);
  });

  test('a region may have more than 2^31 page frames', () => {
    const pages = 2 ** 31 + 5;
    const frames = allocatorOf(0, { ...usable(8, pages), type: 'loaderData' });
    frames.freeRegion(8, pages);
    expect([frames.freeInStack, frames.alloc(), frames.alloc()]).toEqual([pages, pages + 7, pages + 6]);
  });

  test('a state of more than 8 GiB is refused, to share from the start', () => {
    const shared = (gib: number): unknown =>
      createSharedState(memoryMap([usable(0, gib * GIB)]), configOf({ bitmapMaxAddr: 0n }));
    expect(() => shared(6 * 1024)).toThrowError(
      new RangeError('state: expected at most 2147483648 words, which are 8 GiB, found 2466250771'),
    );
  });

  test('a bitmap zone of 64 GiB finds, and refuses, runs of any length', () => {
    const frames = allocatorOf(64 * GIB, usable(0, 64 * GIB));
    expect(frames.allocBitmap(1, 2 ** 40, 1)).toBe(0);
    expect(frames.allocBitmap(32 * GIB, 2 ** 40, GIB)).toBe(GIB);
    expect(frames.allocBitmap(32 * GIB, 2 ** 40, 1)).toBe(null);
    frames.freeRegion(GIB, 32 * GIB);
    expect(frames.allocBitmap(64 * GIB - 1, 2 ** 40, 1)).toBe(1);
    expect(frames.freeInBitmap).toBe(0);
  });
});

describe('a RISC-V, whose physical addresses have 56 bits', () => {
  const END = 2n ** 56n;
  const settings = configOf({
    higherHalf: HIGHER_HALF_57,
    physicalLimit: END,
    bitmapMaxAddr: END - 4n * PAGE_BYTES,
  });
  const map = memoryMap([{ type: 'conventional', start: END - 8n * PAGE_BYTES, pages: 8 }]);

  test('has its last page frames allocated and freed, by exact addresses', () => {
    const pmm = createPmm(map, {
      config: settings,
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    });
    expect(pmm.alloc()).toBe(2n ** 64n - PAGE_BYTES);
    // One byte short of four page frames: a number of 53 bits would round it up.
    const short = END - 4n * PAGE_BYTES - 1n;
    expect(pmm.allocBitmap(4, short, PAGE_BYTES)).toBeNull();
    expect(pmm.allocBitmap(3, short, PAGE_BYTES)).toBe(HIGHER_HALF_57 + END - 8n * PAGE_BYTES);
    pmm.freeRegion(HIGHER_HALF_57 + END - 8n * PAGE_BYTES, 3);
    pmm.free(2n ** 64n - 1n);
    expect(pmm.freeAmount()).toBe(8);
  });
});
