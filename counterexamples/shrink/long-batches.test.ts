import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, wrapPmm } from '../../runner/index.ts';
import {
  config,
  formatSteps,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  type Reference,
} from '../../spec/index.ts';
import { type ShrinkResult, shrink } from './index.ts';

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

/** Shrinks a program that allocates page frames and frees them as one batch, on a target that loses a page frame at some. */
function shrunk(
  isLost: (frames: BigUint64Array) => boolean,
  allocations: readonly Operation<Reference>[],
  addresses: readonly Reference[],
): ShrinkResult {
  const target = factoryTarget({
    name: 'losing a page frame at a batch',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      let lost = 0;
      return wrapPmm(inner, {
        freePages: (frames, count) => {
          inner.freePages(frames, count);
          if (isLost(frames.subarray(0, Number(count)))) lost = 1;
        },
        freeAmount: () => inner.freeAmount() - lost,
        reservedAmount: () => inner.reservedAmount() + lost,
      });
    },
  });
  const map = memoryMap([{ type: 'conventional', start: 0n, pages: 4000 }]);
  const operations = [...allocations, { call: 'freePages', addresses } as const];
  const scenario = { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations };
  return shrink(target, { scenario });
}

/** Returns the length of each batch of a program, null for other calls. */
const lengths = ({ trace }: ShrinkResult): readonly (number | null)[] =>
  trace.scenario.operations.map((each) => (each.call === 'freePages' ? each.addresses.length : null));

it('a batch of which most is needed is shortened to that', () => {
  const addresses = Array.from({ length: 700 }, (_, page) => ({ result: 0, page, offset: 0n }));
  const found = shrunk(({ length }) => length >= 500, [{ call: 'allocPages', count: 700n }], addresses);
  expect(lengths(found)).toEqual([500]);
  expect(found.executions).toBeLessThan(900);
});

it('a batch whose length must leave a remainder is shortened by twos and threes', () => {
  const addresses = Array.from({ length: 64 }, (_, page) => ({ result: 0, page, offset: 0n }));
  for (const [step, least] of [
    [2, 26],
    [3, 25],
  ] as const)
    expect(
      lengths(
        shrunk(
          ({ length }) => length >= least && length % step === 64 % step,
          [{ call: 'allocPages', count: 64n }],
          addresses,
        ),
      ),
    ).toEqual([least]);
});

it('of thousands of single pages freed as one batch, the page is left that matters', () => {
  const singles = Array.from({ length: 2100 }, () => ({ call: 'alloc' }) as const);
  const addresses = singles.map((_, result) => ({ result, page: 0, offset: 0n }));
  const page = HIGHER_HALF_48 + 2500n * PAGE_BYTES;
  expect(lengths(shrunk((frames) => frames.includes(page), singles, addresses))).toEqual([1]);
});
