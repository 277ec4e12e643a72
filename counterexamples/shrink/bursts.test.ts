import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import { config, formatSteps, memoryMap, type Operation, type Reference } from '../../spec/index.ts';
import { shrink } from './index.ts';

/** A target that loses a page frame at the `size`-th single page in a row. */
function losing(size: number): Target {
  return factoryTarget({
    name: 'losing',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      let row = 0;
      let lost = 0;
      const alloc = (): bigint | null => {
        row += 1;
        if (row === size) lost = 1;
        return inner.alloc();
      };
      const free = (address: bigint): void => {
        row = 0;
        inner.free(address);
      };
      return wrapPmm(inner, {
        alloc,
        free,
        freeAmount: () => inner.freeAmount() - lost,
        reservedAmount: () => inner.reservedAmount() + lost,
      });
    },
  });
}

const alloc: Operation<Reference> = { call: 'alloc' };
const free: Operation<Reference> = { call: 'free', address: { result: 0, page: 0, offset: 0n } };

function shrunk(size: number): ReturnType<typeof shrink> {
  const map = memoryMap([
    { type: 'conventional', start: 0n, pages: 5000 },
    { type: 'loaderData', start: 0x200_0000n, pages: 3 },
  ]);
  const before = Array.from({ length: 40 }, (): Operation<Reference> => ({ call: 'allocPages', count: 2n }));
  const operations = [alloc, ...before, free, ...Array.from({ length: 2 * size }, () => alloc)];
  const scenario = { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations };
  return shrink(losing(size), { scenario });
}

describe('a program of bursts', () => {
  it.each([100, 777])('shrinks to one burst, repeated as often as it must be: %i times', (size) => {
    const { trace, verdict, exhausted } = shrunk(size);
    expect([verdict, exhausted]).toEqual(['shrunk', false]);
    expect(trace.scenario.operations).toHaveLength(size);
    expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
      expect.stringMatching(new RegExp(`^a = alloc\\(\\) … [a-z]+ = alloc\\(\\) {2}×${size}$`)),
    ]);
    expect(trace.scenario.map.descriptors).toHaveLength(1);
  });
});
