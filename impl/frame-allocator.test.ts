/** The frame-level face by example: batches, snapshots, sparse and huge machines. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { createPmm, FrameAllocator } from './index.ts';

const PAGE = 4096n;
const GIB = 0x40000;

const usable = (base: number, pages: number): DescriptorInput => ({
  type: 'conventional',
  start: BigInt(base) * PAGE,
  pages,
});

function allocatorOf(limit: number, ...descriptors: DescriptorInput[]): FrameAllocator {
  return new FrameAllocator(memoryMap(descriptors), configOf({ bitmapMaxAddr: BigInt(limit) * PAGE }));
}

describe('batches', () => {
  test('come in the order in which single pages would', () => {
    const frames = allocatorOf(0, usable(0, 8));
    const batch = new Uint32Array(5);
    expect(frames.allocPages(batch, 5)).toBe(true);
    expect([...batch]).toEqual([7, 6, 5, 4, 3]);
    frames.freePages(Uint32Array.of(5, 3, 4, 7, 6), 5);
    expect(Array.from({ length: 6 }, () => frames.alloc())).toEqual([6, 7, 4, 3, 5, 2]);
  });

  test('that are refused leave the order of the free stack as it was', () => {
    const frames = allocatorOf(0, usable(0, 8));
    frames.allocPages(new Uint32Array(5), 5);
    const before = frames.snapshot();
    expect(() => frames.freePages(Uint32Array.of(3, 4, 5, 0), 4)).toThrowError(
      expect.objectContaining({ call: 'freePages', pfn: 0, owner: 'pmm' }),
    );
    expect(() => frames.freePages(Uint32Array.of(3, 6, 3), 3)).toThrowError(/page frame 3 is named twice/);
    expect(frames.snapshot()).toEqual(before);
  });

  test('need a Float64Array where page frame numbers pass 2^32', () => {
    const frames = allocatorOf(0, usable(2 ** 32, 4));
    expect(() => frames.allocPages(new Uint32Array(1), 1)).toThrowError(/need a Float64Array/);
    const batch = new Float64Array(2);
    expect(frames.allocPages(batch, 2)).toBe(true);
    expect([...batch]).toEqual([2 ** 32 + 3, 2 ** 32 + 2]);
  });

  test('blame the first of the batch that may not be freed, be it an address that is none', () => {
    const options = {
      config: configOf({ bitmapMaxAddr: 0n }),
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    };
    const pmm = createPmm(memoryMap([usable(0, 8)]), options);
    const free = options.config.higherHalf;
    expect(() => pmm.freePages(BigUint64Array.of(free, 1n), 2)).toThrowError(
      expect.objectContaining({ pfn: 0 }),
    );
    const held = pmm.alloc() ?? 0n;
    expect(() => pmm.freePages(BigUint64Array.of(held, 1n), 2)).toThrowError(
      expect.objectContaining({ pfn: null }),
    );
  });
});

describe('snapshots', () => {
  test('are equal exactly where the states are, the order of the free stack included', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const fresh = frames.snapshot();
    const [a, b] = [frames.alloc() ?? 0, frames.alloc() ?? 0];
    frames.free(a);
    frames.free(b);
    expect(frames.snapshot()).not.toEqual(fresh);
    frames.alloc();
    frames.alloc();
    frames.freeRegion(b, 2);
    expect(frames.snapshot()).toEqual(fresh);
  });

  test('of another machine, or cut short, are refused', () => {
    const frames = allocatorOf(4, usable(0, 8));
    const fresh = frames.snapshot();
    expect(() => allocatorOf(4, usable(0, 9)).restore(fresh)).toThrowError(RangeError);
    expect(() => frames.restore(fresh.subarray(0, fresh.length - 8))).toThrowError(RangeError);
    expect(() => frames.restore(new Uint8Array(3))).toThrowError(RangeError);
    expect(frames.snapshot()).toEqual(fresh);
  });
});

describe('large machines', () => {
  test('12 TiB start in milliseconds, and hand out page frames above 2^31', () => {
    const start = performance.now();
    const frames = allocatorOf(0x4000, usable(0, 0x80000), usable(0x100000, 12 * 1024 * GIB - 0x100000));
    expect(performance.now() - start).toBeLessThan(1000);
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

  test('a region may be longer than the longest run of the free stack', () => {
    const pages = 2 ** 31 + 5;
    const frames = allocatorOf(0, { ...usable(8, pages), type: 'loaderData' });
    frames.freeRegion(8, pages);
    expect([frames.freeInStack, frames.alloc(), frames.alloc()]).toEqual([pages, pages + 7, pages + 6]);
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
