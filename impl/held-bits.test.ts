/** Held bits against an array with one boolean an ordinal. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstFree, firstHeld, freeSince, isHeld, markRange } from './held-bits.ts';
import { HELD_AT } from './layout.ts';

/** Ordinals that the tests use: more words than the engine's own fill is used from, and than are read four at a time. */
const ORDINALS = 48 * 32;

type Bits = readonly boolean[];

function fresh(): Int32Array {
  return new Int32Array(HELD_AT + ORDINALS / 32 + 1);
}

/** Returns bits as text: a failed comparison of text is quick, one of long arrays is not. */
function drawn(bits: Bits): string {
  return bits.map((held) => (held ? '1' : '.')).join('');
}

function bitsOf(words: Int32Array): Bits {
  return Array.from({ length: ORDINALS }, (_, i) => isHeld(words, i));
}

/** Lengths on both sides of a word, of four words, of the fill. */
const anyLength = fc.oneof(
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(31, 32, 33, 127, 128, 129, 160, 161, 192, 1023, 1024, 1025, 1087, 1088, 1120),
);
const anyRange = fc
  .record({ from: fc.nat({ max: ORDINALS - 1 }), length: anyLength, isOnWord: fc.boolean() })
  .map(({ from, length, isOnWord }) => {
    const first = isOnWord ? from - (from % 32) : from;
    return { first, end: Math.min(first + length, ORDINALS) };
  });
const anyChanges = fc.array(fc.record({ range: anyRange, held: fc.boolean() }), { maxLength: 12 });

type Changes = readonly {
  readonly range: { readonly first: number; readonly end: number };
  readonly held: boolean;
}[];

/** Marks ranges, in the words and in an array. */
function marked(start: boolean, changes: Changes): { readonly words: Int32Array; readonly bits: Bits } {
  const words = fresh();
  markRange(words, 0, ORDINALS, start);
  const bits = new Array<boolean>(ORDINALS).fill(start);
  for (const { range, held } of changes) {
    markRange(words, range.first, range.end - range.first, held);
    bits.fill(held, range.first, range.end);
  }
  return { words, bits };
}

/** Runs a claim about words and the array that they stand for, on a range of them. */
function check(claim: (words: Int32Array, bits: Bits, first: number, end: number) => void): void {
  fc.assert(
    fc.property(fc.boolean(), anyChanges, fc.array(anyRange, { minLength: 1 }), (start, changes, ranges) => {
      const { words, bits } = marked(start, changes);
      for (const { first, end } of ranges) claim(words, bits, first, end);
    }),
    { numRuns: 300 },
  );
}

/** Returns the first index of [from, end) with a value, or `end`. */
function firstWith(bits: Bits, value: boolean, from: number, end: number): number {
  const found = bits.indexOf(value, from);
  return found < 0 ? end : Math.min(found, end);
}

describe('held bits', () => {
  test('of fresh words say that all is free', () => {
    expect(bitsOf(fresh()).includes(true)).toBe(false);
    expect(firstHeld(fresh(), 0, ORDINALS)).toBe(ORDINALS);
  });

  test('are one bit an ordinal, the lowest first, behind the header', () => {
    const words = fresh();
    markRange(words, 33, 2, true);
    expect([...words.subarray(HELD_AT, HELD_AT + 3)]).toEqual([0, 0b110, 0]);
    expect([32, 33, 34, 35].map((ordinal) => isHeld(words, ordinal))).toEqual([false, true, true, false]);
  });

  test('equal the array after any ranges were marked, and nothing around them is written', () => {
    fc.assert(
      fc.property(fc.boolean(), anyChanges, (start, changes) => {
        const { words, bits } = marked(start, changes);
        expect(drawn(bitsOf(words))).toBe(drawn(bits));
        expect([...words.subarray(0, HELD_AT), words.at(-1)].every((word) => word === 0)).toBe(true);
      }),
    );
  });

  test('a range of many words is filled as one of few is', () => {
    for (const count of [31, 32, 33, 34].map((words) => words * 32)) {
      for (const from of [0, 5, 32]) {
        const words = fresh();
        markRange(words, from, count, true);
        expect([firstHeld(words, 0, ORDINALS), firstFree(words, from, ORDINALS)]).toEqual([
          from,
          from + count,
        ]);
        markRange(words, from, count, false);
        expect(firstHeld(words, 0, ORDINALS)).toBe(ORDINALS);
      }
    }
  });

  test('the first held ordinal of a range is that of the array, or its end', () => {
    check((words, bits, first, end) => {
      expect(firstHeld(words, first, end)).toBe(firstWith(bits, true, first, end));
    });
  });

  test('the first free ordinal of a range is that of the array, or its end', () => {
    check((words, bits, first, end) => {
      expect(firstFree(words, first, end)).toBe(firstWith(bits, false, first, end));
    });
  });

  test('what is free up to an end begins where the array says, and not before the limit', () => {
    check((words, bits, first, end) => {
      const low = first - (first % 32);
      const held = bits.slice(low, end).lastIndexOf(true);
      expect(freeSince(words, low, end)).toBe(low + held + 1);
      expect(freeSince(words, low, low)).toBe(low);
    });
  });

  test.each([
    ['held', firstFree, -1],
    ['free', firstHeld, 0],
  ] as const)(
    'a range in which all is %s is read from its first word to its last, and nothing else',
    (_, search, all) => {
      for (const words of [1, 2, 5, 6, 9, 14])
        for (const [from, end] of [
          [64, 64 + words * 32],
          [64, 64 + words * 32 - 1],
          [95, 64 + words * 32],
          [64, 64 + words * 32 - 31],
        ] as const) {
          const seen = new Set<number>();
          const watched = new Proxy(fresh().fill(all), {
            get(target, key) {
              seen.add(Number(key) - HELD_AT);
              return Reflect.get(target, key, target);
            },
          });
          expect(search(watched, from, end)).toBe(end);
          expect([...seen]).toEqual(Array.from({ length: words }, (__, i) => i + 2));
        }
    },
  );
});
