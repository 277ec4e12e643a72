/** The free stack against an array of single ordinals. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  freeRuns,
  lengthOf,
  markStack,
  NO_ORDINAL,
  nextOf,
  pop,
  popRun,
  push,
  pushRun,
  resetStack,
  sizeOf,
  stepOf,
  wordsOfStack,
  writeFloor,
} from './free-stack.ts';
import { MORE_AT, TOP_AT } from './layout.ts';

/** Where the floor lies, in the tests. */
const AT = 20;

/** Returns an empty stack with room for `frames` page frames. */
function empty(frames: number): Int32Array {
  const words = new Int32Array(AT + wordsOfStack(frames));
  writeFloor(words, AT);
  return words;
}

/** Returns the words above the floor. */
function above(words: Int32Array): readonly number[] {
  return [...words.subarray(AT + 2, (words[TOP_AT] ?? 0) + 1)];
}

/** A run of ordinals: the first, how many, and which way. */
type Run = readonly [first: number, count: number, step: 1 | -1];

function stackOf(...runs: readonly Run[]): Int32Array {
  const words = empty(2 * runs.length + 4);
  for (const [first, count, step] of runs) pushRun(words, first, count, step);
  return words;
}

/** Takes everything off the stack, a page at a time. */
function popped(words: Int32Array): readonly number[] {
  const ordinals: number[] = [];
  while (sizeOf(words, AT) > 0 && ordinals.length < 500) {
    ordinals.push(nextOf(words));
    popRun(words, 1);
  }
  return ordinals;
}

describe('a free stack', () => {
  test('can be marked, reset and listed, empty or not', () => {
    const stacks = (): readonly Int32Array[] => [empty(4), stackOf([4, 2, 1], [9, 3, -1], [20, 1, 1])];
    expect(stacks).not.toThrow();
    for (const words of stacks()) {
      expect(() => freeRuns(words, AT)).not.toThrow();
      expect(() => resetStack(words, markStack(words))).not.toThrow();
    }
  });

  test('gives back the last ordinal first, whichever way its run goes', () => {
    expect(popped(stackOf([4, 2, 1], [7, 3, 1]))).toEqual([9, 8, 7, 5, 4]);
    expect(popped(stackOf([4, 2, 1], [9, 3, -1]))).toEqual([7, 8, 9, 5, 4]);
  });

  test('has a word for a single ordinal, and three for a run, which is one again when a single one is left', () => {
    const words = stackOf([4, 2, 1], [9, 3, -1], [20, 1, 1]);
    expect(above(words)).toEqual([4, 5, NO_ORDINAL, 9, 7, NO_ORDINAL, 20]);
    popRun(words, 1);
    expect([nextOf(words), lengthOf(words), stepOf(words)]).toEqual([7, 3, 1]);
    popRun(words, 2);
    expect(above(words)).toEqual([4, 5, NO_ORDINAL, 9]);
    expect([nextOf(words), lengthOf(words), stepOf(words)]).toEqual([9, 1, -1]);
    popRun(words, 1);
    expect([nextOf(words), lengthOf(words), stepOf(words)]).toEqual([5, 2, -1]);
    popRun(words, 2);
    expect([above(words), sizeOf(words, AT)]).toEqual([[], 0]);
  });

  test.each([1, -1] as const)('counts what a run has beyond its words, step %i', (step) => {
    const words = stackOf([40, 10, step]);
    expect([words[MORE_AT], sizeOf(words, AT)]).toEqual([7, 10]);
    popRun(words, 3);
    expect([words[MORE_AT], sizeOf(words, AT)]).toEqual([4, 7]);
    popRun(words, 5);
    expect([words[MORE_AT], sizeOf(words, AT)]).toEqual([-1, 2]);
    popRun(words, 2);
    expect([words[MORE_AT], sizeOf(words, AT)]).toEqual([0, 0]);
  });

  test('is empty at first, and after everything was taken off', () => {
    expect([sizeOf(empty(0), AT), freeRuns(empty(0), AT)]).toEqual([0, []]);
    const words = stackOf([3, 1, 1]);
    expect(words).not.toEqual(empty(5));
    popRun(words, 1);
    expect(sizeOf(words, AT)).toBe(0);
    expect([...words.subarray(0, AT)]).toEqual([...empty(0).subarray(0, AT)]);
  });

  test('takes what continues its top run into it, on whose next it borders, from either side', () => {
    for (const [ordinal, words] of [
      [6, [5, 6, NO_ORDINAL]],
      [4, [5, 4, NO_ORDINAL]],
      [7, [5, 7]],
      [3, [5, 3]],
    ] as const)
      expect(above(stackOf([5, 1, 1], [ordinal, 1, 1]))).toEqual(words);
    expect(above(stackOf([5, 2, 1], [7, 1, 1]))).toEqual([5, 7, NO_ORDINAL]);
    expect(above(stackOf([5, 2, 1], [4, 1, 1]))).toEqual([5, 6, NO_ORDINAL, 4]);
  });

  test('has room for what is pushed, in any order, and refuses a push for which there is none', () => {
    for (const order of [
      [0, 2, 4, 6, 8],
      [0, 1, 4, 5, 8, 9],
      [0, 1, 2, 3, 4],
    ]) {
      const words = empty(order.length);
      expect(order.map((ordinal) => push(words, ordinal))).not.toContain(false);
    }
    const short = empty(4).subarray(0, AT + 5);
    expect([push(short, 9), push(short, 12), push(short, 13), push(short, 7)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([above(short), sizeOf(short, AT)]).toEqual([[9, 12], 2]);
  });

  test('joins no ordinal to its floor, whichever', () => {
    for (const ordinal of [0, 1, 2 ** 32 - 2]) expect(above(stackOf([ordinal, 1, 1]))).toEqual([ordinal | 0]);
    expect(above(stackOf([5, 2, 1], [0, 1, 1]))).toEqual([5, 6, NO_ORDINAL, 0]);
  });

  test('pops nothing where it is empty', () => {
    const words = stackOf([5, 2, 1]);
    expect([pop(words), pop(words), pop(words), pop(words)]).toEqual([6, 5, NO_ORDINAL, NO_ORDINAL]);
    expect(words.subarray(0, AT + 2)).toEqual(empty(0).subarray(0, AT + 2));
  });

  test('knows ordinals up to 2^32, and joins none across the ends of that range', () => {
    const high = 2 ** 32 - 4; // the last one that a page frame can have is 2^32 - 2
    expect(popped(stackOf([2 ** 31 - 1, 2, 1], [high, 3, 1]))).toEqual([
      high + 2,
      high + 1,
      high,
      2 ** 31,
      2 ** 31 - 1,
    ]);
    expect(freeRuns(stackOf([high, 3, 1], [2 ** 31 - 2, 4, 1], [0, 2, 1]), AT)).toEqual([
      { first: 0, end: 2 },
      { first: 2 ** 31 - 2, end: 2 ** 31 + 2 },
      { first: high, end: 2 ** 32 - 1 },
    ]);
  });

  test('has runs of any length', () => {
    const pages = 2 ** 31 + 7;
    const words = stackOf([100, pages, 1]);
    expect([sizeOf(words, AT), lengthOf(words), nextOf(words), stepOf(words)]).toEqual([
      pages,
      pages,
      100 + pages - 1,
      -1,
    ]);
    expect(freeRuns(words, AT)).toEqual([{ first: 100, end: 100 + pages }]);
    expect([pop(words) >>> 0, pop(words) >>> 0, sizeOf(words, AT)]).toEqual([
      100 + pages - 1,
      100 + pages - 2,
      pages - 2,
    ]);
    popRun(words, pages - 3);
    expect([above(words), sizeOf(words, AT)]).toEqual([[100], 1]);
  });

  test('is put back as it was by a reset, the floor included', () => {
    for (const runs of [
      [],
      [[4, 2, 1]],
      [
        [4, 2, 1],
        [9, 1, 1],
      ],
      [
        [4, 2, 1],
        [9, 2, 1],
      ],
    ] as readonly (readonly Run[])[])
      for (const pushed of [30, 11, 10, 8, 6]) {
        const words = stackOf(...runs);
        const [header, stack, mark] = [words.slice(0, AT), above(words), markStack(words)];
        pushRun(words, pushed, 3, 1);
        pushRun(words, 40, 1, 1);
        resetStack(words, mark);
        expect([words.subarray(0, AT), above(words)]).toEqual([header, stack]);
      }
  });

  test('lists what is on it as maximal runs, ascending', () => {
    expect(freeRuns(stackOf([20, 2, 1], [4, 2, 1], [9, 3, -1], [6, 1, 1]), AT)).toEqual([
      { first: 4, end: 10 },
      { first: 20, end: 22 },
    ]);
    expect(freeRuns(stackOf([3, 1, 1]), AT)).toEqual([{ first: 3, end: 4 }]);
  });
});

/** A push of a run of ordinals that are not on the stack, or a pop. */
interface Change {
  readonly at: number;
  readonly count: number;
  readonly step: 1 | -1;
  readonly isPush: boolean;
}

const ORDINALS = 40;

const anyChanges: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({
    at: fc.nat({ max: ORDINALS - 1 }),
    count: fc.integer({ min: 1, max: 6 }),
    step: fc.constantFrom<1 | -1>(1, -1),
    isPush: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** Returns the ordinals that a push can put on top of the array: those that go on from the first and are not in it. */
function pushable(stack: readonly number[], { at, count, step }: Change): readonly number[] {
  const wanted = Array.from({ length: count }, (_, i) => at + step * i);
  const end = wanted.findIndex((ordinal) => ordinal < 0 || ordinal >= ORDINALS || stack.includes(ordinal));
  return end < 0 ? wanted : wanted.slice(0, end);
}

test('a free stack is an array of ordinals, whatever is pushed and popped', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const words = empty(ORDINALS);
      let stack: readonly number[] = [];
      for (const change of changes) {
        const pushed = pushable(stack, change);
        if (change.isPush && pushed[0] !== undefined) {
          pushRun(words, pushed[0], pushed.length, change.step);
          stack = [...stack, ...pushed];
        } else if (change.count === 1) {
          expect(pop(words)).toBe(stack.at(-1) ?? NO_ORDINAL);
          stack = stack.slice(0, -1);
        } else if (stack.length > 0) {
          const count = Math.min(change.count, lengthOf(words));
          popRun(words, count);
          stack = stack.slice(0, -count);
        }
        expect(sizeOf(words, AT)).toBe(stack.length);
      }
      const kept = words.slice();
      const afresh = empty(ORDINALS);
      for (const ordinal of stack) pushRun(afresh, ordinal, 1, 1);
      expect([words.subarray(0, AT), above(words)]).toEqual([afresh.subarray(0, AT), above(afresh)]); // the words follow from the order, and from nothing else
      expect(popped(kept)).toEqual(stack.toReversed());
      const listed = freeRuns(words, AT).flatMap(({ first, end }) =>
        Array.from({ length: end - first }, (_, i) => first + i),
      );
      expect(listed).toEqual(stack.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});
