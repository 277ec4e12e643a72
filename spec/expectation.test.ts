/** "Succeeds exactly when", call by call, on a machine of 32 page frames. */
import { describe, expect, test } from 'vitest';
import { ModelState } from '../model/index.ts';
import { config } from './config.ts';
import { type Expectation, expectation, isU64 } from './expectation.ts';
import { type DescriptorInput, memoryMap } from './memory-map.ts';
import type { Argument, Operation } from './operation.ts';
import { pageCount, pfn, U64_MAX } from './units.ts';

const higherHalf = config().higherHalf;
const page = (frame: number, byte = 0n): bigint => higherHalf + BigInt(frame) * 4096n + byte;
const piece = (type: DescriptorInput['type'], base: number, pages: number): DescriptorInput => ({
  type,
  start: BigInt(base) * 4096n,
  pages,
});

/**
 *   0      4      6    7    8        12         16              26     28    29    30       31    32
 *   ├ pmm ─┼caller┼boot┼firm┼─ pmm ──┼─ caller ─┼───── pmm ─────┼caller┼boot─┼firm─┼ absent ┼ pmm ┤
 *   └───────────── bitmap zone ─────────────────┴──────────────── stack zone ─────────────────────┘
 */
const state = ModelState.init(
  memoryMap([
    piece('conventional', 0, 6),
    piece('loaderData', 6, 1),
    piece('acpiNvs', 7, 1),
    piece('conventional', 8, 20),
    piece('acpiReclaim', 28, 1),
    piece('runtimeServicesData', 29, 1),
    piece('mmio', 30, 1),
    piece('conventional', 31, 1),
  ]),
  config({ bitmapMaxAddr: 16n * 4096n }),
  [],
).allocated(
  [
    [4, 2],
    [12, 4],
    [26, 2],
  ].map(([base = 0, count = 0]) => ({ base: pfn(base), count: pageCount(count) })),
);
const full = state.allocated([
  { base: pfn(16), count: pageCount(10) },
  { base: pfn(31), count: pageCount(1) },
]);

/** Returns an expectation in one word, with the page frame and owner of a misuse that blames one. */
function shown(expected: Expectation): string {
  if (expected.kind !== 'misused' || expected.frame === null) return expected.kind;
  return `${expected.kind} ${expected.frame} ${expected.owner}${expected.duplicate ? ' twice' : ''}`;
}

function expected(operation: Operation, on = state): string {
  return shown(expectation(on, operation));
}

const NO_U64: readonly Argument[] = [-1n, 2n ** 64n, 0.5, -0.5];

describe('alloc', () => {
  test('is granted while the stack zone has a free page frame, whatever the bitmap zone has', () => {
    expect(expected({ call: 'alloc' })).toBe('granted');
    expect(full.freeIn('bitmap')).toBe(8);
    expect(expected({ call: 'alloc' }, full)).toBe('refused');
  });
});

describe('allocPages', () => {
  test.each<[Argument, string]>([
    [0n, 'granted'],
    [1n, 'granted'],
    [11n, 'granted'],
    [12n, 'refused'],
    [2n ** 53n + 1n, 'refused'],
    [U64_MAX, 'refused'],
    ...NO_U64.map((count): [Argument, string] => [count, 'misused']),
  ])('of %s page frames, where 11 are free, is %s', (count, outcome) => {
    expect(expected({ call: 'allocPages', count })).toBe(outcome);
  });

  test('of none is granted even where nothing is free', () => {
    expect(expected({ call: 'allocPages', count: 0n }, full)).toBe('granted');
  });
});

describe('allocBitmap', () => {
  type Case = readonly [
    what: string,
    count: Argument,
    maxAddr: Argument,
    alignment: Argument,
    outcome: string,
  ];

  test.each<Case>([
    ['a run of none', 0n, U64_MAX, 1n, 'refused'],
    ['a run that fills a gap', 4n, U64_MAX, 1n, 'granted'],
    ['a run longer than any gap', 5n, U64_MAX, 1n, 'refused'],
    ['a run longer than memory', U64_MAX, U64_MAX, 1n, 'refused'],
    ['a run as long as numbers are exact', 2n ** 53n, U64_MAX, 1n, 'refused'],
    ['everything at its widest', U64_MAX, U64_MAX, U64_MAX, 'refused'],
    ['below address 0', 1n, 0n, 1n, 'refused'],
    ['below a byte short of a page frame', 1n, 4095n, 1n, 'refused'],
    ['below the end of the first page frame', 1n, 4096n, 1n, 'granted'],
    ['a run that ends exactly at maxAddr', 4n, 4n * 4096n, 1n, 'granted'],
    ['a run that ends one byte past maxAddr', 4n, 4n * 4096n - 1n, 1n, 'refused'],
    ['maxAddr rounded down, not up', 2n, 2n * 4096n + 4095n, 1n, 'granted'],
    ['maxAddr not rounded up', 3n, 2n * 4096n + 4095n, 1n, 'refused'],
    ['maxAddr far beyond the zone', 4n, U64_MAX, 1n, 'granted'],
    ['alignment 0, which is a page frame', 4n, U64_MAX, 0n, 'granted'],
    ['alignment 1, which is a page frame', 4n, U64_MAX, 1n, 'granted'],
    ['alignment 4096', 4n, U64_MAX, 4096n, 'granted'],
    ['alignment 4097, which is two page frames', 4n, U64_MAX, 4097n, 'granted'],
    ['two page frames at a multiple of 8, from 8 up', 4n, U64_MAX, 8n * 4096n, 'granted'],
    ['an alignment that is not a power of two', 3n, U64_MAX, 9n * 4096n, 'granted'],
    ['an alignment of 2^64 - 1, which only address 0 is a multiple of', 4n, U64_MAX, U64_MAX, 'granted'],
    ['an alignment of 2^56', 1n, U64_MAX, 2n ** 56n, 'granted'],
    ...NO_U64.flatMap((bad): Case[] => [
      [`a count of ${bad}`, bad, U64_MAX, 1n, 'misused'],
      [`a maxAddr of ${bad}`, 1n, bad, 1n, 'misused'],
      [`an alignment of ${bad}`, 1n, U64_MAX, bad, 'misused'],
    ]),
    ['a bad alignment beside a count of 0', 0n, U64_MAX, -1n, 'misused'],
  ])('%s (count %s, maxAddr %s, alignment %s) is %s', (_, count, maxAddr, alignment, outcome) => {
    expect(expected({ call: 'allocBitmap', count, maxAddr, alignment })).toBe(outcome);
  });

  test('looks at the alignment of the run and not of what is free', () => {
    // Page frame 0 taken: the multiples of three below 16 are 3 (one page frame), 6 (boot), 9 and 12 (a caller's).
    const taken = state.allocated([{ base: pfn(0), count: pageCount(1) }]);
    const alignment = 3n * 4096n;
    const run = (count: bigint, maxAddr: bigint): string =>
      expected({ call: 'allocBitmap', count, maxAddr, alignment }, taken);
    expect(run(1n, 4n * 4096n)).toBe('granted');
    expect(run(2n, 11n * 4096n)).toBe('granted');
    expect(run(2n, 10n * 4096n)).toBe('refused');
    expect(run(4n, U64_MAX)).toBe('refused');
    expect(expected({ call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: U64_MAX }, taken)).toBe(
      'refused',
    );
  });

  test('never reaches into the stack zone', () => {
    const free = state.freed([{ base: pfn(12), count: pageCount(4) }]);
    expect(expected({ call: 'allocBitmap', count: 8n, maxAddr: U64_MAX, alignment: 1n }, free)).toBe(
      'granted',
    );
    expect(expected({ call: 'allocBitmap', count: 9n, maxAddr: U64_MAX, alignment: 1n }, free)).toBe(
      'refused',
    );
  });
});

/** The outcome of freeing one address, by any call. */
const ADDRESSES: readonly (readonly [what: string, address: bigint, outcome: string])[] = [
  ["a caller's page frame", page(4), 'granted'],
  ['its last byte', page(4, 4095n), 'granted'],
  ['boot memory', page(6), 'granted'],
  ["a caller's page frame of the stack zone", page(26), 'granted'],
  ['boot memory of the stack zone', page(28), 'granted'],
  ['a free page frame', page(0), 'misused 0 pmm'],
  ['a free page frame of the stack zone', page(16, 1n), 'misused 16 pmm'],
  ['memory of firmware', page(7), 'misused 7 firmware'],
  ['MMIO', page(30), 'misused 30 absent'],
  ['the end of the map', page(32), 'misused 32 absent'],
  ['the last byte of the address space', U64_MAX, `misused ${2 ** 35 - 1} absent`],
  ['NULL', 0n, 'misused'],
  ['a physical address', 4n * 4096n, 'misused'],
  ['a byte below the higher half', higherHalf - 1n, 'misused'],
  ['a negative integer', -1n, 'misused'],
  ['an integer of 65 bits', 2n ** 64n, 'misused'],
];

describe('free', () => {
  test.each(ADDRESSES)('of %s (%s) is %s', (_, address, outcome) => {
    expect(expected({ call: 'free', address })).toBe(outcome);
  });
});

describe('freePages', () => {
  test.each(ADDRESSES)('of %s (%s) after one that may be freed is %s', (_, address, outcome) => {
    expect(expected({ call: 'freePages', addresses: [page(27), address] })).toBe(outcome);
  });

  test('of nothing is granted', () => {
    expect(expected({ call: 'freePages', addresses: [] })).toBe('granted');
  });

  test('of a page frame named twice blames it, though the bytes differ', () => {
    expect(expected({ call: 'freePages', addresses: [page(4), page(5), page(4, 8n)] })).toBe(
      'misused 4 caller twice',
    );
  });

  test('blames the first in the order of the array', () => {
    expect(expected({ call: 'freePages', addresses: [page(4), page(4), page(0)] })).toBe(
      'misused 4 caller twice',
    );
    expect(expected({ call: 'freePages', addresses: [page(4), page(0), page(4)] })).toBe('misused 0 pmm');
    expect(expected({ call: 'freePages', addresses: [0n, page(0)] })).toBe('misused');
  });
});

describe('freeRegion', () => {
  test.each(ADDRESSES)('of one page frame at %s (%s) is %s', (_, address, outcome) => {
    expect(expected({ call: 'freeRegion', address, count: 1n })).toBe(outcome);
  });

  test.each<[string, bigint, Argument, string]>([
    ['a caller’s and boot memory together', page(4), 3n, 'granted'],
    ['one too many', page(4), 4n, 'misused 7 firmware'],
    ['from the middle of a page frame, rounded down', page(4, 4000n), 3n, 'granted'],
    ['across the two zones, into free memory', page(12), 5n, 'misused 16 pmm'],
    ['up to the end of what is counted', page(26), U64_MAX, 'misused 29 firmware'],
    ['from the last byte there is', U64_MAX, U64_MAX, `misused ${2 ** 35 - 1} absent`],
    ['no page frame of a caller’s', page(4), 0n, 'granted'],
    ['no page frame of free memory', page(0), 0n, 'granted'],
    ['no page frame at NULL', 0n, 0n, 'granted'],
    ['no page frame at 2^64 - 1', U64_MAX, 0n, 'granted'],
    ['no page frame at a negative address', -1n, 0n, 'misused'],
    ['no page frame at 2^64', 2n ** 64n, 0n, 'misused'],
    ...NO_U64.map((count): [string, bigint, Argument, string] => ['a bad count', page(4), count, 'misused']),
  ])('of %s (%s, count %s) is %s', (_, address, count, outcome) => {
    expect(expected({ call: 'freeRegion', address, count })).toBe(outcome);
  });

  test('may straddle the two zones', () => {
    const held = state.allocated([{ base: pfn(16), count: pageCount(2) }]);
    expect(expected({ call: 'freeRegion', address: page(12), count: 6n }, held)).toBe('granted');
  });

  test('past the last page frame that there can be is a misuse, though all before may be freed', () => {
    const last = 2 ** 40 - 1;
    const chosen = config({ higherHalf: 0xff00_0000_0000_0000n });
    const top = ModelState.init(memoryMap([piece('loaderData', last, 1)]), chosen, []);
    const address = chosen.higherHalf + BigInt(last) * 4096n;
    expect(expected({ call: 'freeRegion', address, count: 1n }, top)).toBe('granted');
    expect(expected({ call: 'freeRegion', address, count: 2n }, top)).toBe('misused');
    expect(expected({ call: 'freeRegion', address, count: U64_MAX }, top)).toBe('misused');
  });
});

describe('the amounts', () => {
  test.each(['totalAmount', 'freeAmount', 'reservedAmount'] as const)('%s is always granted', (call) => {
    expect(expected({ call })).toBe('granted');
    expect(expected({ call }, full)).toBe('granted');
  });
});

describe('an unsigned 64-bit integer', () => {
  test('is an integer from 0 to 2^64 - 1', () => {
    expect([0n, 1n, U64_MAX].every(isU64)).toBe(true);
    expect(NO_U64.some(isU64)).toBe(false);
  });
});
