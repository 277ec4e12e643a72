/** The lean judge rounds as the specification does, and knows a page frame that is named twice. */
import { describe, expect, it, test } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { callPlace, config, memoryMap, U64_MAX } from '../../spec/index.ts';
import { OURS } from '../ours.ts';
import { areDistinct, KindCounts, LeanRun } from './index.ts';

test.each([
  [2 ** 40, 2 ** 28],
  [2 ** 52 + 1, 2 ** 40 + 1],
  [2n ** 53n + 1n, 2 ** 41 + 1],
])('an alignment of %s bytes is one of %i page frames', (alignment, frames) => {
  const seen: number[] = [];
  const world = {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 8 }]),
    config: config({ bitmapMaxAddr: 0x8000n }),
  };
  const run = new LeanRun(createPmm, OURS, world, {
    kinds: new KindCounts(),
    tally: () => {},
    onFacts: ({ fitAlignment }) => seen.push(fitAlignment),
    onStep: () => {},
  });
  run.call.start(callPlace('allocBitmap'));
  Object.assign(run.call, { count: 1, maxAddr: U64_MAX, alignment });
  expect(run.perform()).toBe(true);
  expect(run.finish()).toBe(true);
  expect(seen).toEqual([frames]);
});

describe('the page frames of a batch', () => {
  const runs = (count: number): number[] => Array.from({ length: count }, (_, i) => 10 * ((7 * i) % count));

  it.each([
    ['none', [], true],
    ['an ascending run and a descending one beside it', [4, 5, 6, 3, 2, 1], true],
    ['runs that share their ends', [1, 2, 3, 5, 4, 3], false],
    ['a run within another', [10, 11, 12, 13, 12, 11], false],
    ['one twice, far apart', [9, 1, 2, 9], false],
    ['more runs than are compared one by one', runs(100), true],
    ['so many runs, the last of which was there before', [...runs(100), 70], false],
  ])('are distinct or not: %s', (_, frames, isSo) => {
    expect(areDistinct(Float64Array.from(frames), frames.length)).toBe(isSo);
  });
});
