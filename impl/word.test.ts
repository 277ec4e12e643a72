/** Each kernel against its identity, said of bits one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as word from './word.ts';

const INDEXES = Array.from({ length: 32 }, (_, i) => i);

/** Words that runs and gaps of every length occur in, besides the uniform ones. */
const words = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 1, -(2 ** 31), 0x7fffffff),
  fc.tuple(fc.integer(), fc.integer()).map(([a, b]) => a | b),
  fc
    .tuple(fc.nat({ max: 32 }), fc.nat({ max: 32 }))
    .map(([a, b]) => word.maskOf(Math.min(a, b), Math.max(a, b))),
);
const lengths = fc.integer({ min: 1, max: 32 });

const bit = (w: number, i: number): boolean => ((w >>> i) & 1) === 1;
const bits = (w: number): readonly boolean[] => INDEXES.map((i) => bit(w, i));
const wordOf = (test: (i: number) => boolean): number =>
  INDEXES.reduce((w, i) => (test(i) ? w | (1 << i) : w), 0);

function check(property: (low: number, high: number, length: number) => void): void {
  fc.assert(fc.property(words, words, lengths, property), { numRuns: 2000 });
}

describe('word kernels', () => {
  test('maskOf is ones from the first to before the last, for all pairs', () => {
    for (let until = 0; until <= 32; until += 1) {
      for (let from = 0; from <= until; from += 1) {
        expect(word.maskOf(from, until)).toBe(wordOf((i) => from <= i && i < until));
      }
    }
  });

  test('multiplesOf is a one at each multiple, for all strides', () => {
    for (let stride = 1; stride <= 40; stride += 1) {
      expect(word.multiplesOf(stride)).toBe(wordOf((i) => i % stride === 0));
    }
  });

  test('zerosBelow stops at the first one', () => {
    check((w) => {
      const first = bits(w).indexOf(true);
      expect(word.zerosBelow(w)).toBe(first < 0 ? 32 : first);
    });
  });

  test('countOnes counts', () => {
    check((w) => {
      expect(word.countOnes(w)).toBe(bits(w).filter(Boolean).length);
    });
  });

  test('runStarts marks where runs that end in the word start', () => {
    check((w, _, length) => {
      const starts = (i: number): boolean =>
        i + length <= 32 &&
        bits(w)
          .slice(i, i + length)
          .every(Boolean);
      expect(word.runStarts(w, length)).toBe(wordOf(starts));
    });
  });

  test('runStartsAcross marks where runs that may end in the next word start', () => {
    check((low, high, length) => {
      const both = [...bits(low), ...bits(high)];
      const starts = (i: number): boolean => both.slice(i, i + length).every(Boolean);
      expect(word.runStartsAcross(low, high, length)).toBe(wordOf(starts));
    });
  });

  test('longestRun is the longest, and at least the floor', () => {
    check((w, _, floor) => {
      const runs = bits(w).map(Number).join('').split('0');
      const longest = Math.max(...runs.map((run) => run.length));
      expect(word.longestRun(w, floor)).toBe(Math.max(floor, longest));
      expect(word.longestRun(w, 0)).toBe(longest);
      expect(word.longestRun(w, 32 + floor)).toBe(32 + floor);
    });
    expect([31, 32, 33, 63, 64].map((floor) => word.longestRun(-1, floor))).toEqual([32, 32, 33, 63, 64]);
  });

  test('lowestFit is the lowest start that is allowed', () => {
    fc.assert(
      fc.property(words, words, lengths, words, (low, high, length, allowed) => {
        const both = [...bits(low), ...bits(high)];
        const fits = INDEXES.filter((i) => bit(allowed, i) && both.slice(i, i + length).every(Boolean));
        expect(word.lowestFit(low, high, length, allowed)).toBe(fits[0] ?? 32);
      }),
      { numRuns: 2000 },
    );
  });
});
