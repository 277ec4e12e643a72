import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { factoryTarget, OURS, type Target, wrapPmm } from '../../runner/index.ts';
import {
  addressesOf,
  config,
  formatSteps,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  pfnEnd,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';
import { shrink } from './index.ts';

/**
 * A target that loses a page frame at the `size`-th call of a kind in a row, where the memory map has that many page frames; or at a
 * batch of that many addresses.
 */
function losing(size: number, kind: 'alloc' | 'allocBitmap' | 'free' = 'alloc', pages = 0): Target {
  return factoryTarget({
    name: 'losing',
    policies: OURS.policies,
    create: (map, options) => {
      const inner = createPmm(map, options);
      let row = 0;
      let lost = 0;
      const note = (called: typeof kind): void => {
        row = called === kind ? row + 1 : 0;
        if (row === size && inner.totalAmount() >= pages) lost = 1;
      };
      return wrapPmm(inner, {
        alloc: () => {
          note('alloc');
          return inner.alloc();
        },
        allocBitmap: (...passed) => {
          note('allocBitmap');
          return inner.allocBitmap(...passed);
        },
        free: (address) => {
          inner.free(address);
          note('free');
        },
        freePages: (addresses, count) => {
          inner.freePages(addresses, count);
          if (Number(count) >= size) lost = 1;
        },
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
  it('shrinks to one burst, repeated as often as it must be', () => {
    const size = 777;
    const { trace, verdict, exhausted } = shrunk(size);
    expect([verdict, exhausted]).toEqual(['shrunk', false]);
    expect(trace.scenario.operations).toHaveLength(size);
    expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
      expect.stringMatching(new RegExp(`^a = alloc\\(\\) … [a-z]+ = alloc\\(\\) {2}×${size}$`)),
    ]);
    expect(trace.scenario.map.descriptors).toHaveLength(1);
  });

  it('gets plain arguments, in a world without gaps', () => {
    const run: Operation<Reference> = {
      call: 'allocBitmap',
      count: 5n,
      maxAddr: 2n ** 40n,
      alignment: 3n * PAGE_BYTES,
    };
    const map = memoryMap([
      { type: 'reserved', start: 0n, pages: 9 },
      { type: 'conventional', start: 0x200_0000n, pages: 1000 },
    ]);
    const operations = Array.from({ length: 120 }, () => run);
    const { trace } = shrink(losing(100, 'allocBitmap'), {
      scenario: {
        map,
        config: config({ bitmapMaxAddr: 0x1000_0000n }),
        policies: OURS.policies,
        operations,
      },
    });
    expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^a = allocBitmap\(count 1, maxAddr 0xf{16}, alignment 4096\) … .*×100$/),
    ]);
    expect(trace.scenario.map.descriptors).toEqual([{ type: 'conventional', start: 0n, pages: 100 }]);
  });

  it('becomes bursts of plain calls, whatever calls the defect was found by', () => {
    const batches = Array.from(
      { length: 110 },
      (): Operation<Reference> => ({ call: 'allocPages', count: 3n }),
    );
    const frees = batches.flatMap((_, result) =>
      [2, 0, 1].map(
        (page): Operation<Reference> => ({ call: 'free', address: { result, page, offset: 0n } }),
      ),
    );
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 1000 }]);
    const operations = [...batches, ...frees];
    const { trace } = shrink(losing(300, 'free'), {
      scenario: { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations },
    });
    expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
      'free(0xffff800000000000) … free(0xffff80000012b000)  ×300',
    ]);
  });

  it('comes from a long program without any, too', () => {
    const batches = Array.from(
      { length: 90 },
      (_, i): Operation<Reference> => ({ call: 'allocPages', count: BigInt(1 + ((i * i) % 3)) }),
    );
    const scattered = batches.map((_, i) => i).sort((i, j) => ((i * i * 31) % 97) - ((j * j * 31) % 97));
    const frees = scattered.map(
      (result): Operation<Reference> => ({
        call: 'free',
        address: { result, page: (result * result) % 3, offset: 0n },
      }),
    );
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 1000 }]);
    const operations = [...batches, ...frees];
    const { trace, executions } = shrink(losing(70, 'free'), {
      scenario: { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations },
    });
    expect(formatSteps(trace.scenario.operations).map(({ text }) => text)).toEqual([
      'free(0xffff800000000000) … free(0xffff800000045000)  ×70',
    ]);
    expect(executions).toBeLessThan(100);
  });

  it('becomes a free of boot memory between page frames that callers were given, where that is enough', () => {
    const target = factoryTarget({
      name: 'forgetful',
      policies: OURS.policies,
      create: (map, options) => {
        const inner = createPmm(map, options);
        const given = new Set<bigint>();
        let lost = 0;
        return wrapPmm(inner, {
          alloc: () => {
            const page = inner.alloc();
            if (page !== null) given.add(BigInt(page));
            return page;
          },
          allocPages: (addresses, count) => {
            const isGranted = inner.allocPages(addresses, count);
            for (let i = 0; isGranted && i < count; i += 1) given.add(addresses[i] ?? 0n);
            return isGranted;
          },
          freeRegion: (address, count) => {
            inner.freeRegion(address, count);
            const [first, end] = [BigInt(address), BigInt(address) + BigInt(count) * PAGE_BYTES];
            if (count >= 40 && given.has(first - PAGE_BYTES) && given.has(end)) lost = 1;
          },
          freeAmount: () => inner.freeAmount() - lost,
          reservedAmount: () => inner.reservedAmount() + lost,
        });
      },
    });
    const boot = { absolute: HIGHER_HALF_48 };
    const operations: readonly Operation<Reference>[] = [
      { call: 'freeRegion', address: boot, count: 100n },
      ...Array.from({ length: 100 }, () => alloc),
      { call: 'freeRegion', address: { absolute: HIGHER_HALF_48 + 0x5000n }, count: 60n },
    ];
    const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 100 }]);
    const scenario = { map, config: config({ bitmapMaxAddr: 0n }), policies: OURS.policies, operations };
    expect(
      formatSteps(shrink(target, { scenario }).trace.scenario.operations).map(({ text }) => text),
    ).toEqual(['a = allocPages(count 2)', 'freeRegion(0xffff800000001000, count 40)']);
  });

  it('leaves a long batch as many addresses as it must have', () => {
    const first = HIGHER_HALF_48 + 0x10_0000n;
    const addresses = Array.from({ length: 400 }, (_, i) => ({ absolute: first + 8192n * BigInt(i) }));
    const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 2000 }]);
    const { trace, executions } = shrink(losing(101), {
      scenario: {
        map,
        config: config({ bitmapMaxAddr: 0n }),
        policies: OURS.policies,
        operations: [{ call: 'freePages', addresses }],
      },
    });
    expect(trace.scenario.operations.map((operation) => addressesOf(operation).length)).toEqual([101]);
    expect(executions).toBeLessThan(6000);
  });

  it('has the lowest limit that it needs, found by bisection', () => {
    const run: Operation<Reference> = { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: 1n };
    const operations = Array.from({ length: 400 }, () => run);
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 4096 }]);
    const scenario = {
      map,
      config: config({ bitmapMaxAddr: 0x80_0000n }),
      policies: OURS.policies,
      operations,
    };
    const { trace, executions } = shrink(losing(350, 'allocBitmap', 2000), { scenario });
    expect(trace.scenario.operations).toHaveLength(350);
    expect(trace.scenario.config.bitmapMaxAddr).toBe(350n * PAGE_BYTES);
    expect(pfnEnd(trace.scenario.map)).toBe(2000);
    expect(executions).toBeLessThan(200);
  });
});

describe('small programs', () => {
  it('are tried one by one where they break a clause only together', () => {
    const target = factoryTarget({
      name: 'forgiving',
      policies: OURS.policies,
      create: (map, options) => {
        const inner = createPmm(map, options);
        let misuses = 0;
        return wrapPmm(inner, {
          free: (address) => {
            if (misuses === 2) return;
            misuses += 1;
            inner.free(address);
            misuses = 0;
          },
        });
      },
    });
    const bad: Operation<Reference> = { call: 'free', address: { absolute: HIGHER_HALF_48 + 0x1000n } };
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 9 }]);
    const operations = [alloc, alloc, bad, alloc, bad, bad, alloc];
    const scenario = { map, config: config({ bitmapMaxAddr: 0x8000n }), policies: OURS.policies, operations };
    expect(shrink(target, { scenario }).trace.scenario.operations.map(({ call }) => call)).toEqual([
      'free',
      'free',
      'free',
    ]);
  });
});
