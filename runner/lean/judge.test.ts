/** The lean judge rounds as the specification does. */
import { expect, test } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { callPlace, config, memoryMap, U64_MAX } from '../../spec/index.ts';
import { OURS } from '../ours.ts';
import { KindCounts, LeanRun } from './index.ts';

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
