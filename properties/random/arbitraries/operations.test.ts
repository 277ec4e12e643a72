import { describe, expect, it } from 'vitest';
import { DryRun } from '../../../runner/index.ts';
import {
  addressesOf,
  CALLS,
  type Call,
  config,
  decodeProfile,
  describedCall,
  HIGHER_HALF_48,
  memoryMap,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
  STANDARD_CALLS,
  U64_MAX,
  WHOLE,
} from '../../../spec/index.ts';
import { Digits, drawsFrom } from '../draws.ts';
import { operationFrom, type Repertoire, repertoire } from './operations.ts';

const MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 40 },
  { type: 'loaderData', start: 40n * PAGE_BYTES, pages: 20 },
]);
const WORLD = { map: MAP, config: config({ bitmapMaxAddr: 30n * PAGE_BYTES }) };
const EVERY = repertoire(0);

/** A run in which result 0 is 4 page frames of the bitmap zone, result 1 is two of the stack zone, and result 2 was freed. */
function begun(profile = WHOLE): DryRun {
  const run = new DryRun(WORLD, { policies: [], profile });
  run.perform({ call: 'allocBitmap', count: 4n, maxAddr: U64_MAX, alignment: PAGE_BYTES });
  run.perform({ call: 'allocPages', count: 2n });
  run.perform({ call: 'alloc' });
  run.perform({ call: 'free', address: { result: 2, page: 0, offset: 0n } });
  return run;
}

/** Returns operations that were drawn in a state, each from other numbers. */
function drawn(run: DryRun, calls: Repertoire = EVERY, times = 2000): readonly Operation<Reference>[] {
  const draws = drawsFrom(5);
  const number = (): number => draws.below(2 ** 31);
  return Array.from({ length: times }, () =>
    operationFrom([number(), number(), number(), number()], run, calls),
  );
}

function only(call: Call): Repertoire {
  return [call];
}

describe('a repertoire', () => {
  it('has every call as often as its weight', () => {
    const times = (call: Call): number => EVERY.filter((each) => each === call).length;
    expect(STANDARD_CALLS.map(times)).toEqual(STANDARD_CALLS.map((call) => describedCall(call).weight));
  });

  it('lacks the calls that are switched off; if all are, none is', () => {
    const off = (1 << CALLS.indexOf('free')) | (1 << CALLS.indexOf('alloc'));
    expect(new Set(repertoire(off))).toEqual(
      new Set(STANDARD_CALLS.filter((call) => call !== 'free' && call !== 'alloc')),
    );
    expect(repertoire(2 ** CALLS.length - 1)).toEqual(EVERY);
    expect(repertoire(1 << CALLS.indexOf('free'), ['free'])).toEqual(repertoire(0, ['free']));
  });

  it('has the calls of a profile alone', () => {
    expect(new Set(repertoire(0, ['alloc', 'free']))).toEqual(new Set(['alloc', 'free']));
  });
});

describe('an operation', () => {
  it.each<readonly [Call, Operation<Reference>]>([
    ['alloc', { call: 'alloc' }],
    ['allocPages', { call: 'allocPages', count: 1n }],
    ['allocBitmap', { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: PAGE_BYTES }],
    ['free', { call: 'free', address: { result: 0, page: 0, offset: 0n } }],
    [
      'freePages',
      { call: 'freePages', addresses: [0, 1, 2, 3].map((page) => ({ result: 0, page, offset: 0n })) },
    ],
    ['freeRegion', { call: 'freeRegion', address: { result: 0, page: 0, offset: 0n }, count: 4n }],
  ])('of %s that zeros stand for is the simplest', (call, simplest) => {
    expect(operationFrom([0, 0, 0, 0], begun(), only(call))).toEqual(simplest);
  });

  it('is of the call that its first number stands for, whatever the others are', () => {
    const calls = EVERY.map((_, n) => operationFrom([n + 3 * EVERY.length, 9, 9, 9], begun(), EVERY).call);
    expect(calls).toEqual(EVERY);
  });

  it('is the same of the same numbers in the same state', () => {
    expect(drawn(begun())).toEqual(drawn(begun()));
  });

  it('names page frames of results, each of which there is', () => {
    const run = begun();
    const named = drawn(run).flatMap(addressesOf).filter(namesResult);
    expect(named.filter(({ result, page }) => page >= run.results.pagesOf(result))).toEqual([]);
    expect(new Set(named.map(({ result }) => result))).toEqual(new Set([0, 1, 2]));
  });

  it('frees page frames that are held, mostly', () => {
    const run = begun();
    const freed = drawn(run, only('free')).flatMap(addressesOf);
    const held = freed.filter((each) => namesResult(each) && each.result < 2);
    expect(held.length / freed.length).toBeGreaterThan(0.6);
    expect(held.length).toBeLessThan(freed.length);
  });

  it('names addresses of the map before there are results', () => {
    const run = new DryRun(WORLD, { policies: [], profile: WHOLE });
    const freed = drawn(run, only('free')).flatMap(addressesOf);
    expect(freed.filter(namesResult)).toEqual([]);
    const boot = HIGHER_HALF_48 + 40n * PAGE_BYTES;
    expect(freed).toContainEqual({ absolute: boot });
    expect(freed).toContainEqual({ absolute: boot + 19n * PAGE_BYTES + 4095n });
  });

  it('frees regions of all that can be freed from their address on, of a part of it, and of one page frame more', () => {
    const run = begun();
    const regions = drawn(run, only('freeRegion'), 20_000).map((each) => {
      const { address, count } = each as Extract<Operation<Reference>, { call: 'freeRegion' }>;
      return JSON.stringify([namesResult(address) ? address.page : `${address.absolute}`, `${count}`]);
    });
    const boot = `${HIGHER_HALF_48 + 40n * PAGE_BYTES}`;
    expect(regions).toContain(JSON.stringify([boot, '20']));
    expect(regions).toContain(JSON.stringify([boot, '21']));
    expect(regions).toContain(JSON.stringify([boot, '10']));
  });

  it('frees regions across the limit of the zones, where both sides of it can be freed', () => {
    const map = memoryMap([
      { type: 'loaderData', start: 0n, pages: 40 },
      { type: 'conventional', start: 40n * PAGE_BYTES, pages: 1 },
    ]);
    const run = new DryRun({ map, config: WORLD.config }, { policies: [], profile: WHOLE });
    const below = [26n, 27n, 28n, 29n].map((frame) => HIGHER_HALF_48 + frame * PAGE_BYTES);
    const regions = drawn(run, only('freeRegion')).flatMap(addressesOf);
    const across = regions.filter((each) => !namesResult(each) && below.includes(each.absolute));
    expect(across.length / regions.length).toBeGreaterThan(0.2);
  });

  it('frees batches of all neighbours of an edge, many or few on each side, ascending and descending', () => {
    const map = memoryMap([{ type: 'loaderData', start: 0n, pages: 600 }]);
    const limit = 300n * PAGE_BYTES;
    const run = new DryRun(
      { map, config: config({ bitmapMaxAddr: limit }) },
      { policies: [], profile: WHOLE },
    );
    const sides = drawn(run, only('freePages')).flatMap((each) => {
      const offsets = addressesOf(each).map((address) =>
        namesResult(address) ? 0 : Number((address.absolute - HIGHER_HALF_48 - limit) / PAGE_BYTES),
      );
      const most = Math.min(Math.max(...offsets) + 1, 300);
      const ascending = Array.from({ length: 2 * most }, (_, i) => i - most);
      const sign = [1, -1].find(
        (one) => `${one === 1 ? ascending : ascending.toReversed()}` === `${offsets}`,
      );
      return sign === undefined ? [] : [sign * most];
    });
    expect(sides).toEqual(expect.arrayContaining([1, -1, 3, -3]));
    expect(sides.filter((most) => most > 60).length).toBeGreaterThan(3);
    expect(sides.filter((most) => most < -60).length).toBeGreaterThan(3);
  });

  it('takes as many page frames as there are free, one fewer and one more', () => {
    const run = begun();
    const counts = (call: 'allocPages' | 'allocBitmap'): readonly unknown[] =>
      drawn(run, only(call)).map((each) => ('count' in each ? each.count : null));
    const [inStack, inBitmap] = [run.state.freeIn('stack'), run.state.freeIn('bitmap')].map(BigInt);
    for (const [free, all] of [
      [inStack, counts('allocPages')],
      [inBitmap, counts('allocBitmap')],
    ] as const)
      expect(all).toEqual(expect.arrayContaining([free, (free ?? 0n) - 1n, (free ?? 0n) + 1n]));
  });

  it('of a manager that grants batches in part asks for no more in a large world than it would be granted whole', () => {
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 2 ** 30 }]);
    const profile = decodeProfile({ batches: 'partial' }, 'p.json');
    const world = { map, config: config({ bitmapMaxAddr: 0n }) };
    const run = new DryRun(world, { policies: [], profile });
    const counts = drawn(run, only('allocPages'), 500).map((each) => ('count' in each ? each.count : 0n));
    expect(counts.filter((count) => count > 2 ** 16 + 1)).toEqual([]);
    expect(counts.filter((count) => count > 1200).length).toBeGreaterThan(0);
  });

  it('of a manager of powers of two takes no other counts and alignments, but for those that are wrong anyway', () => {
    const run = begun(decodeProfile({ contiguous: 'powers-of-two' }, 'p.json'));
    const numbers = drawn(run, only('allocBitmap')).flatMap((each) =>
      'alignment' in each ? [each.count, each.alignment] : [],
    );
    const wrong = numbers.filter((n) => typeof n === 'number' || n <= 0n);
    const others = numbers.filter((n) => typeof n === 'bigint' && n > 0n && (n & (n - 1n)) !== 0n);
    expect(wrong.length).toBeGreaterThan(0);
    expect(others).toEqual([]);
  });
});

describe('digits', () => {
  it('are choices of one number, the lowest first', () => {
    const digits = new Digits(2 + 3 * (1 + 5 * 6));
    expect([digits.next(3), digits.next(5), digits.next(7), digits.next(9)]).toEqual([2, 1, 6, 0]);
  });

  it('are all the simplest choice for 0', () => {
    const digits = new Digits(0);
    expect([digits.of(['a', 'b']), digits.of(['c', 'd', 'e'])]).toEqual(['a', 'c']);
  });
});
