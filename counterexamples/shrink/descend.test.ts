import { expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, wrapPmm } from '../../runner/index.ts';
import { config, formatProgram, HIGHER_HALF_48, memoryMap, PAGE_BYTES, U64_MAX } from '../../spec/index.ts';
import { shrink } from './index.ts';

const LEAST = 12_345n;
const RUN = { call: 'allocBitmap', count: 2n ** 20n, maxAddr: U64_MAX, alignment: PAGE_BYTES } as const;

it('what goes down by one page frame at a time goes down by halves in between', () => {
  const target = factoryTarget({
    name: 'losing a page frame at a region of boot memory that a caller has from a run',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      const isBoot = map.descriptors[0]?.type === 'loaderData';
      let [run, end, lost] = [0n, 0n, 0];
      return wrapPmm(inner, {
        allocBitmap: (count, ...rest) => {
          const found = inner.allocBitmap(count, ...rest);
          if (found !== null) [run, end] = [found, found + BigInt(count) * PAGE_BYTES];
          return found;
        },
        freeRegion: (address, count) => {
          inner.freeRegion(address, count);
          const regionEnd = address + BigInt(count) * PAGE_BYTES;
          const both = (end < regionEnd ? end : regionEnd) - (run > address ? run : address);
          if (isBoot && both >= LEAST * PAGE_BYTES) lost = 1;
        },
        freeAmount: () => inner.freeAmount() - lost,
        reservedAmount: () => inner.reservedAmount() + lost,
      });
    },
  });
  const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 2 ** 22 }]);
  const boot = { absolute: HIGHER_HALF_48 };
  const operations = [
    { call: 'freeRegion', address: boot, count: 2n ** 21n } as const,
    RUN,
    { call: 'freeRegion', address: { result: 0, page: 346_424, offset: 0n }, count: 2n ** 19n } as const,
  ];
  const scenario = { map, config: config({ bitmapMaxAddr: 2n ** 34n }), policies: OURS.policies, operations };
  const { trace, executions, exhausted } = shrink(target, { scenario });
  expect(formatProgram(trace.scenario.operations)).toEqual([
    `freeRegion(0xffff800000000000, count ${LEAST})`,
    `a = allocBitmap(count ${LEAST}, maxAddr 0xffffffffffffffff, alignment 4096)`,
    `freeRegion(a, count ${LEAST})`,
  ]);
  expect({ exhausted, isSoon: executions < 20_000 }).toEqual({ exhausted: false, isSoon: true });
});

it('counts, memory and the limit go down together in few executions, past what fails on the way', () => {
  const target = factoryTarget({
    name: 'losing a page frame at a long region behind the first page frame of a run',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      let [run, lost] = [U64_MAX, 0];
      return wrapPmm(inner, {
        allocBitmap: (...passed) => {
          const found = inner.allocBitmap(...passed);
          run = found ?? run;
          return found;
        },
        freeRegion: (address, count) => {
          inner.freeRegion(address, count);
          if (address > run && BigInt(count) >= LEAST) lost = 1;
        },
        freeAmount: () => inner.freeAmount() - lost,
        reservedAmount: () => inner.reservedAmount() + lost,
      });
    },
  });
  const map = memoryMap([{ type: 'conventional', start: 0x100_0000n, pages: 2 ** 22 }]);
  const address = { absolute: HIGHER_HALF_48 + 0x4000_0000n };
  const operations = [RUN, { call: 'freeRegion', address, count: 2n ** 18n } as const];
  const scenario = { map, config: config({ bitmapMaxAddr: 2n ** 33n }), policies: OURS.policies, operations };
  const { trace, executions } = shrink(target, { scenario });
  expect(formatProgram(trace.scenario.operations)).toEqual([
    `a = allocBitmap(count ${LEAST + 1n}, maxAddr 0xffffffffffffffff, alignment 4096)`,
    `freeRegion(a[1], count ${LEAST})`,
  ]);
  expect(executions).toBeLessThan(5000);
});
