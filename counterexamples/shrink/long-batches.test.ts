import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, wrapPmm } from '../../runner/index.ts';
import { config, formatSteps, memoryMap } from '../../spec/index.ts';
import { shrink } from './index.ts';

const PAGES = 2 ** 17;

it('a draft of a refused batch is never granted more page frames than campaigns draw', () => {
  let longest = 0n;
  const target = factoryTarget({
    name: 'losing a page frame at a refused batch in a large world',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      let lost = 0;
      return wrapPmm(inner, {
        allocPages: (addresses, count) => {
          const isGranted = inner.allocPages(addresses, count);
          if (!isGranted && inner.totalAmount() >= PAGES) lost = 1;
          if (isGranted && count > longest) longest = BigInt(count);
          return isGranted;
        },
        freeAmount: () => inner.freeAmount() - lost,
        reservedAmount: () => inner.reservedAmount() + lost,
      });
    },
  });
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 3 * PAGES }]);
  const operations = [{ call: 'allocPages', count: 2n ** 40n }] as const;
  const scenario = { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations };
  const { trace } = shrink(target, { scenario });
  expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
    `a = allocPages(count ${PAGES + 1})`,
  ]);
  expect(longest).toBeLessThanOrEqual(2n ** 16n + 1n);
});
