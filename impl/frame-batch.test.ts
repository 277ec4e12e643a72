/** Batches: which arrays will do, and where page frames are consecutive in them. */
import { describe, expect, test } from 'vitest';
import { checkBatch, endOfRun } from './frame-batch.ts';

describe('an array for a batch', () => {
  test('has at least as many entries as pages are asked for', () => {
    expect(() => checkBatch('allocPages', new Uint32Array(3), 3, 10)).not.toThrow();
    expect(() => checkBatch('allocPages', new Float64Array(3), 4, 10)).toThrowError(
      expect.objectContaining({
        call: 'allocPages',
        message: 'allocPages: count 4 is more than the 3 entries of the array',
      }),
    );
  });

  test('is a Float64Array where page frame numbers of the map pass 2^32 - 1', () => {
    expect(() => checkBatch('freePages', new Uint32Array(1), 1, 2 ** 32)).not.toThrow();
    expect(() => checkBatch('freePages', new Float64Array(1), 1, 2 ** 40)).not.toThrow();
    expect(() => checkBatch('freePages', new Uint32Array(1), 1, 2 ** 32 + 1)).toThrowError(
      expect.objectContaining({
        call: 'freePages',
        message: 'freePages: page frame numbers up to 4294967296 need a Float64Array',
      }),
    );
  });
});

describe('consecutive page frames', () => {
  test.each<[frames: readonly number[], end: number]>([
    [[5], 1],
    [[5, 6], 2],
    [[5, 6, 7, 9], 3],
    [[7, 6, 5, 3], 3],
    [[5, 7, 9], 1],
    [[5, 5, 5], 1],
    [[5, 6, 5], 2],
    [[6, 5, 6], 2],
    [[5, 6, 7, 8], 4],
  ])('of %j end at %i', (frames, end) => {
    expect(endOfRun(Uint32Array.from(frames), 0, frames.length)).toBe(end);
  });

  test('are looked for from an index on, and no further than the limit', () => {
    const frames = Float64Array.of(4, 5, 6, 7, 8);
    expect([
      endOfRun(frames, 2, 5),
      endOfRun(frames, 0, 3),
      endOfRun(frames, 0, 1),
      endOfRun(frames, 4, 5),
    ]).toEqual([5, 3, 1, 5]);
  });
});
