import { describe, expect, test } from 'vitest';
import { CALLS, isAllocation } from './calls.ts';
import { addressesOf, argumentsOf, mapAddresses, type Operation } from './operation.ts';
import { formatArgument, formatProgram } from './program.ts';
import { parseReference, type Reference } from './reference.ts';

function at(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new Error(`${text} is not a reference`);
  return reference;
}

describe('a program in words', () => {
  test('names the results of allocations in order, whether or not they succeed', () => {
    expect(
      formatProgram([
        { call: 'alloc' },
        { call: 'free', address: at('a') },
        { call: 'allocPages', count: 3n },
        { call: 'allocBitmap', count: 2n, maxAddr: 0x8000n, alignment: 4096n },
        { call: 'freePages', addresses: [at('b[2]'), at('b')] },
        { call: 'freeRegion', address: at('c+0x10'), count: 2n },
        { call: 'freeAmount' },
      ]),
    ).toEqual([
      'a = alloc()',
      'free(a)',
      'b = allocPages(count 3)',
      'c = allocBitmap(count 2, maxAddr 0x8000, alignment 4096)',
      'freePages(b[2], b)',
      'freeRegion(c+0x10, count 2)',
      'freeAmount()',
    ]);
  });

  test('shows small numbers in decimal, wide ones in hex, and fractions as they are', () => {
    expect([0n, 999_999n, 1_000_000n, -1n, 2n ** 64n - 1n, 0.5].map(formatArgument)).toEqual([
      '0',
      '999999',
      '0xf4240',
      '-1',
      '0xffffffffffffffff',
      '0.5',
    ]);
  });
});

describe('operations', () => {
  const batch: Operation = { call: 'freePages', addresses: [1n, 2n] };

  test('that allocate are three of the nine', () => {
    expect(CALLS.filter(isAllocation)).toEqual([
      'alloc',
      'allocPages',
      'allocBitmap',
      'allocAt',
      'allocWithin',
    ]);
  });

  test('give up their addresses and their other arguments', () => {
    expect(addressesOf(batch)).toEqual([1n, 2n]);
    expect(addressesOf({ call: 'freeRegion', address: 3n, count: 4n })).toEqual([3n]);
    expect(argumentsOf({ call: 'freeRegion', address: 3n, count: 4n })).toEqual([4n]);
    expect(argumentsOf({ call: 'allocBitmap', count: 1n, maxAddr: 2n, alignment: 0.5 })).toEqual([
      1n,
      2n,
      0.5,
    ]);
    expect(argumentsOf(batch)).toEqual([]);
  });

  test('have all their addresses replaced, or none where one has nothing to be replaced by', () => {
    expect(mapAddresses(batch, (a) => `at ${a}`)).toEqual({ call: 'freePages', addresses: ['at 1', 'at 2'] });
    expect(mapAddresses(batch, (a) => (a === 2n ? null : a))).toBeNull();
    expect(mapAddresses({ call: 'freeRegion', address: 3n, count: 4n }, () => null)).toBeNull();
    expect(mapAddresses({ call: 'alloc' }, () => null)).toEqual({ call: 'alloc' });
  });
});
