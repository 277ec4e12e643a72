/** The frame-level face by example: batches, snapshots, sparse and huge machines. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { createPmm, FrameAllocator } from './index.ts';

const PAGE = 4096n;

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

test('a page frame number below 0 is misuse, and changes nothing', () => {
  const frames = allocatorOf(4, usable(0, 8));
  const before = frames.snapshot();
  const none = expect.objectContaining({ name: 'PmmPanic', pfn: null, owner: null });
  expect(() => frames.free(-1)).toThrowError(none);
  expect(() => frames.freeRegion(-1, 1)).toThrowError(none);
  expect(() => frames.freePages(Float64Array.of(-1), 1)).toThrowError(none);
  expect(frames.snapshot()).toEqual(before);
});
