import { expect, it } from 'vitest';
import { config, memoryMap, type Operation, type Reference } from '../../spec/index.ts';
import { execute } from '../limited-execution.ts';
import { nativeBuilder } from '../testing/built-native.ts';

const built = nativeBuilder();
const [CALLS, RUN] = [40_000, 8n];

it('what a program of many calls holds is not painted until its memory limit is reached', async () => {
  const target = await built('process', ['examples/next_fit.c']);
  // 40,000 × 8 page frames are 1.2 GiB.
  const operations: readonly Operation<Reference>[] = Array.from({ length: CALLS }, () => ({
    call: 'allocBitmap',
    count: RUN,
    maxAddr: 2n ** 64n - 1n,
    alignment: 4096n,
  }));
  const { violation, performed } = execute(target, {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: CALLS * Number(RUN) }]),
    config: config({ bitmapMaxAddr: 0n }),
    policies: [],
    operations,
  });
  expect(violation).toBe(null);
  expect(performed).toBe(CALLS);
  expect(target.peakKib).toBeLessThan(400 * 1024);
  await target.close();
});

it('a batch of more page frames than there are may be granted in part, whatever its length', async () => {
  const target = await built('process', ['testing/callers.c']);
  const { violation } = execute(target, {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 2 ** 16 }]),
    config: config({ bitmapMaxAddr: 0n }),
    policies: [],
    operations: [{ call: 'allocPages', count: 2n ** 40n }],
  });
  expect(violation).toBe(null);
  await target.close();
});
