import { describe, expect, it } from 'vitest';
import {
  type Call,
  config,
  HIGHER_HALF_48,
  memoryMap,
  type Operation,
  SpecError,
  STANDARD_CALLS,
  U64_MAX,
} from '../../spec/index.ts';
import { costOf, operationInstances } from './instances.ts';
import { framesOfWorld, smallWorld } from './world.ts';

/** Page frames 0 and 1 are the bitmap zone (1 is boot's), 2 to 4 the stack zone (3 is firmware's), 5 is not RAM, 6 is beyond the end. */
const WORLD = smallWorld({ stack: 3, bitmap: 2 });
const INSTANCES = operationInstances(WORLD);
const PAGE = 4096n;

function page(frame: number): bigint {
  return HIGHER_HALF_48 + PAGE * BigInt(frame);
}

/** Returns an operation as text. */
function text(operation: Operation): string {
  return JSON.stringify(operation, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function ofCall<C extends Call>(call: C, instances = INSTANCES): readonly Extract<Operation, { call: C }>[] {
  return instances.filter((each): each is Extract<Operation, { call: C }> => each.call === call);
}

function counted(operations: readonly { readonly count: unknown }[]): ReadonlySet<unknown> {
  return new Set(operations.map(({ count }) => count));
}

describe('the world of a search', () => {
  it('has page frames that can change hands, and of others the first, the last and the first beyond the end', () => {
    expect(framesOfWorld(WORLD)).toEqual({
      manageable: [0, 1, 2, 4],
      named: [0, 1, 2, 3, 4, 5, 6],
      limit: 2,
    });
  });

  it('names both ends of a long extent that cannot change hands, and a hole', () => {
    const map = memoryMap([
      { type: 'conventional', start: 0n, pages: 1 },
      { type: 'mmio', start: 0x1000n, pages: 9 },
      { type: 'conventional', start: 0x10000n, pages: 2 },
    ]);
    const { manageable, named } = framesOfWorld({ map, config: config({ bitmapMaxAddr: 0n }) });
    expect(manageable).toEqual([0, 16, 17]);
    expect(named).toEqual([0, 1, 9, 10, 15, 16, 17, 18]);
  });

  it('has at most 64 page frames that can change hands', () => {
    const most = smallWorld({ stack: 32, bitmap: 32, allFree: true });
    expect(framesOfWorld(most).manageable).toHaveLength(64);
    const larger = smallWorld({ stack: 33, bitmap: 32, allFree: true });
    expect(() => framesOfWorld(larger)).toThrow(SpecError);
    expect(() => operationInstances(larger)).toThrow(/at most 64 page frames .*found 65/);
  });
});

describe('the operations of a search', () => {
  it('are each there once, simplest first', () => {
    expect(new Set(INSTANCES.map(text)).size).toBe(INSTANCES.length);
    const costs = INSTANCES.map((each) => costOf(each, HIGHER_HALF_48));
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
    expect(INSTANCES[0]).toEqual({ call: 'alloc' });
  });

  it('are of every call', () => {
    expect(new Set(INSTANCES.map(({ call }) => call))).toEqual(new Set(STANDARD_CALLS));
  });

  it('take batches of every count up to one more than the stack zone has, and of counts that are wrong', () => {
    const wrong = [2n ** 32n + 1n, U64_MAX, -1n, U64_MAX + 1n, 1.5];
    expect(counted(ofCall('allocPages'))).toEqual(new Set([0n, 1n, 2n, 3n, ...wrong]));
  });

  it('take runs of every count below every limit at every alignment with different multiples', () => {
    const runs = new Set(ofCall('allocBitmap').map(text));
    const combined = [0n, 1n, 2n, 3n].flatMap((count) =>
      [U64_MAX, 0n, PAGE].flatMap((maxAddr) =>
        [PAGE, 2n * PAGE].map((alignment) => text({ call: 'allocBitmap', count, maxAddr, alignment })),
      ),
    );
    expect(combined.filter((each) => !runs.has(each))).toEqual([]);
  });

  it('free every page frame by its first byte and, if it can change hands, by its second', () => {
    const freed = new Set(ofCall('free').map(({ address }) => address));
    const first = [0, 1, 2, 3, 4, 5, 6].map(page);
    const second = [0, 1, 2, 4].map((frame) => page(frame) + 1n);
    const foreign = [0n, 4n * PAGE, HIGHER_HALF_48 - 1n, -1n, U64_MAX + 1n];
    expect(freed).toEqual(new Set([...first, ...second, ...foreign]));
  });

  it('free ordered batches, up to the length asked for', () => {
    const first = page(0);
    const batches = (batch?: number): readonly string[] =>
      ofCall('freePages', operationInstances(WORLD, batch === undefined ? {} : { batch })).map(
        ({ addresses }) => addresses.join(),
      );
    const pairs = batches();
    expect(pairs).toContain('');
    expect(pairs).toContain([page(1), first].join());
    expect(pairs).toContain([first, page(1)].join());
    expect(pairs).toContain([first, first].join());
    expect(pairs).not.toContain([first, first, first].join());
    expect(batches(3)).toContain([first, first, page(6)].join());
    expect(batches(3).length - pairs.length).toBe(7 ** 3);
    expect(pairs.length - batches(1).length).toBe(7 ** 2);
  });

  it('free regions from every page frame to every end, beyond the end of memory too', () => {
    const regions = ofCall('freeRegion');
    const from = (frame: number): ReadonlySet<unknown> =>
      counted(regions.filter(({ address }) => address === page(frame)));
    expect(from(1)).toEqual(new Set([1n, 2n, 3n, 4n, 5n, 6n]));
    expect(from(0)).toEqual(
      new Set([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 2n ** 32n + 1n, U64_MAX, -1n, U64_MAX + 1n, 1.5]),
    );
    expect(from(6)).toEqual(new Set([1n]));
  });
});
