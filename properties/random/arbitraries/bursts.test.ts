/** Bursts make as many calls as do something, and each way of them does what it is named after. */
import { expect, test } from 'vitest';
import { DryRun } from '../../../runner/index.ts';
import {
  type Call,
  config,
  type DescriptorInput,
  isAllocation,
  memoryMap,
  type Operation,
  PAGE_BYTES,
  PAGE_SIZE,
  type Profile,
  type Reference,
  WHOLE,
} from '../../../spec/index.ts';
import { OperationCommand } from '../commands.ts';
import { drawsFrom } from '../draws.ts';
import type { Repertoire } from './operations.ts';

type Operations = readonly Operation<Reference>[];

const free = (pages: number): DescriptorInput => ({ type: 'conventional', start: 0n, pages });

/** Returns the operations of bursts of the first of some calls, each on a new map whose zones meet at a page frame. */
function burstsOf(
  calls: Repertoire,
  map: readonly DescriptorInput[],
  limit = 0n,
  bursts = 400,
): readonly Operations[] {
  const draws = drawsFrom(3);
  const number = (): number => draws.below(2 ** 31 - 1);
  return Array.from({ length: bursts }, () => {
    const world = { map: memoryMap(map), config: config({ bitmapMaxAddr: limit * PAGE_BYTES }) };
    const run = new DryRun(world, { policies: [], profile: WHOLE });
    const first = calls.length * Math.floor(number() / calls.length);
    const burst = new OperationCommand([first, number(), number(), number()]);
    burst.run({ execution: run, calls, bursts: { longest: 512, sweep: 2 ** 12, every: 1 } });
    return run.operations;
  });
}

const lengths = (bursts: readonly Operations[]): ReadonlySet<number> =>
  new Set(bursts.map((operations) => operations.length));

/** Returns the calls of a burst, each once where it comes again and again. */
const phasesOf = (operations: Operations): readonly Call[] =>
  operations.map(({ call }) => call).filter((call, i, all) => call !== all[i - 1]);

const countsOf = (operations: Operations): readonly unknown[] =>
  operations.flatMap((each) => (each.call === 'allocBitmap' ? [each.count] : []));

test('a burst of allocations goes on for as long as they are granted, and mostly ends at 257 refusals', () => {
  expect(lengths(burstsOf(['alloc'], [free(512)]))).toContain(512);
  const refused = burstsOf(['alloc'], [free(1)]).filter(
    (operations) => operations.length >= 257 && operations.every(({ call }) => call === 'alloc'),
  );
  const short = refused.filter(({ length }) => length <= 258);
  expect(short.length).toBeGreaterThan(refused.length / 2);
  expect(lengths(refused)).toContain(512);
});

test('a sweep makes runs of each count once, up to one more than fits', () => {
  const every = Array.from({ length: 41 }, (_, i) => BigInt(i + 1));
  const sweeps = burstsOf(['allocBitmap'], [free(40), { ...free(9), start: 0x10_0000n }], 512n)
    .map((operations) => countsOf(operations).toSorted((a, b) => Number(a) - Number(b)))
    .filter((counts) => counts.length === every.length && new Set(counts).size > 1);
  expect(sweeps.length).toBeGreaterThan(20);
  expect(sweeps).toContainEqual(every);
});

test('phases fill, free what was handed out, and fill again', () => {
  const phases = burstsOf(['alloc', 'free'], [free(300)]).filter(
    (operations) => phasesOf(operations).length === 3 && operations.length > 500,
  );
  expect(phases.length).toBeGreaterThan(10);
  for (const operations of phases) expect(phasesOf(operations)).toEqual(['alloc', 'free', 'alloc']);
});

test('phases may free what was held before too', () => {
  const world = { map: memoryMap([free(300)]), config: config({ bitmapMaxAddr: 0n }) };
  const draws = drawsFrom(7);
  const number = (): number => draws.below(2 ** 31 - 1);
  const frees = Array.from({ length: 200 }, () => {
    const run = new DryRun(world, { policies: [], profile: WHOLE });
    for (let i = 0; i < 9; i += 1) run.perform({ call: 'alloc' });
    const burst = new OperationCommand([2 * Math.floor(number() / 2), number(), number(), number()]);
    burst.run({ execution: run, calls: ['alloc', 'free'], bursts: { longest: 512, sweep: 9, every: 1 } });
    const [, freed, again] = phasesOf(run.operations);
    const last = run.operations.findLastIndex(({ call }) => call === 'free');
    const allocated = run.operations.slice(0, last).filter(({ call }) => call === 'alloc').length;
    const isPhased = freed === 'free' && again === 'alloc' && allocated > 99;
    return isPhased ? allocated - run.operations.filter(({ call }) => call === 'free').length : null;
  });
  expect(frees).toContain(0);
  expect(frees).toContain(9);
});

test('another call is made whenever a power of two are held', () => {
  const probed = burstsOf(['alloc', 'totalAmount'], [free(512)]).filter((operations) =>
    operations.some(({ call }) => call === 'totalAmount'),
  );
  expect(probed.length).toBeGreaterThan(20);
  for (const operations of probed)
    for (const [i, { call }] of operations.entries())
      if (call === 'totalAmount') {
        const held = operations.slice(0, i).filter((each) => isAllocation(each.call)).length;
        expect(Math.log2(held) % 1).toBe(0);
      }
});

test('the first other call is made where any power of two are held', () => {
  const firsts = burstsOf(['alloc', 'totalAmount'], [free(512)])
    .map((operations) => operations.findIndex(({ call }) => call === 'totalAmount'))
    .filter((at) => at > 0);
  expect(firsts.filter((at) => Math.log2(at) % 1 !== 0)).toEqual([]);
  expect(new Set(firsts).size).toBeGreaterThan(6);
});

test('a sweep tries each alignment of the zone once too, in pages, and larger ones of every magnitude', () => {
  const alignments = burstsOf(['allocBitmap'], [free(40)], 40n).map((operations) => [
    ...new Set(operations.flatMap((each) => (each.call === 'allocBitmap' ? [Number(each.alignment)] : []))),
  ]);
  const every = Array.from({ length: 41 }, (_, i) => (i + 1) * PAGE_SIZE);
  const [swept = []] = alignments.filter((some) => every.every((each) => some.includes(each)));
  const larger = swept.filter((each) => each > 41 * PAGE_SIZE);
  expect(larger.at(-1)).toBeGreaterThan(2 ** 40);
  for (const [i, each] of larger.entries())
    expect(each / (larger[i - 1] ?? 41 * PAGE_SIZE)).toBeLessThanOrEqual(9 / 8);
});

test('a burst of long runs ends where 2^32 page frames have been handed out', () => {
  const pages = 2 ** 31;
  const freed = burstsOf(['allocBitmap', 'freeRegion'], [free(pages)], BigInt(pages), 60).map((operations) =>
    operations
      .flatMap((each) => (each.call === 'freeRegion' ? [Number(each.count)] : []))
      .filter((count) => count <= pages)
      .reduce((sum, count) => sum + count, 0),
  );
  expect(Math.max(...freed)).toBeGreaterThan(pages);
  expect(Math.max(...freed)).toBeLessThanOrEqual(2 ** 32 + pages);
});

test('references are added as often as a counter of 16 bits counts, and all taken away, the first too', () => {
  const profile: Profile = { ...WHOLE, calls: [...WHOLE.calls, 'retain', 'release'] };
  const world = { map: memoryMap([free(1)]), config: config({ bitmapMaxAddr: 0n }), profile };
  const draws = drawsFrom(5);
  const number = (): number => draws.below(2 ** 31 - 1);
  const shares = Array.from({ length: 12 }, () => {
    const run = new DryRun(world, { policies: [], profile });
    run.perform({ call: 'alloc' });
    const burst = new OperationCommand([number(), number(), number(), number()]);
    burst.run({ execution: run, calls: ['retain'], bursts: { longest: 64, sweep: 2 ** 16, every: 1 } });
    const added = run.operations.filter(({ call }) => call === 'retain').length;
    return { added, left: 1 + added - run.operations.filter(({ call }) => call === 'release').length };
  });
  expect(shares).toContainEqual({ added: 2 ** 16, left: 0 });
  expect(shares).toContainEqual({ added: 2 ** 16, left: 1 + 2 ** 16 });
  expect(new Set(shares.map(({ left, added }) => left === 0 || left === added + 1))).toEqual(new Set([true]));
});
