import { describe, expect, it } from 'vitest';
import { ArrayMemory, CallerArray } from './caller-array.ts';

/** Returns an array for three page frames, ready for a call. */
function arrayForThree(memory?: ArrayMemory): CallerArray {
  const array = CallerArray.toWrite(3n, 100, { memory });
  array.reset();
  return array;
}

describe('an array that a call writes', () => {
  it('has the entries asked for, and guards behind them', () => {
    const { writable, entries } = arrayForThree();
    expect([writable, entries.length]).toEqual([3, 5]);
  });

  it('lets a success write the entries asked for, and a failure none', () => {
    const array = arrayForThree();
    array.entries.set([1n, 2n, 3n]);
    expect([array.isStray(true), array.isStray(false)]).toEqual([false, true]);
    expect(array.written()).toEqual([1n, 2n, 3n]);
  });

  it.each([3, 4])('detects a write to guard %i, whichever half of it changes', (guard) => {
    for (const value of [0x5555_5555_0000_0000n, 0x5555_5555n]) {
      const array = arrayForThree();
      array.entries[guard] = value;
      expect(array.isStray(true)).toBe(true);
    }
  });

  it('is as it was before each call', () => {
    const array = arrayForThree();
    const before = array.entries.slice();
    array.entries.fill(7n);
    array.isStray(true);
    array.reset();
    expect(array.entries).toEqual(before);
  });

  it('is short for a request that must be refused, and whole for one that may be granted by mistake', () => {
    const lengths = [-1n, 0.5, 4096n, 4097n, 2n ** 64n - 1n].map(
      (count) => CallerArray.toWrite(count, 100).writable,
    );
    expect(lengths).toEqual([16, 16, 4096, 16, 16]);
    expect(CallerArray.toWrite(5000n, 5000).writable).toBe(5000);
  });

  it('lies in the memory that it is given, which grows with need', () => {
    const memory = new ArrayMemory(4);
    const array = arrayForThree(memory);
    expect(array.entries).toHaveLength(5);
    array.entries[4] = 0n;
    expect(array.isStray(true)).toBe(true);
  });
});

describe('an array that a call reads', () => {
  it('holds the addresses, and no entry may change', () => {
    const array = CallerArray.toRead([1n, 2n]);
    array.reset();
    expect([...array.entries]).toEqual([1n, 2n]);
    expect(array.isStray(false)).toBe(false);
    array.entries[1] = 0n;
    expect(array.isStray(false)).toBe(true);
  });
});
