/** The free stack against an array of single ordinals. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  freeRuns,
  LONGEST_RUN,
  lengthOf,
  markStack,
  nextOf,
  popRun,
  pushRun,
  resetStack,
  sizeOf,
  stepOf,
  writeFloor,
} from './free-stack.ts';
import { DEPTH_AT, ENTRY_WORDS } from './layout.ts';

/** Where the entries begin, in the tests. */
const AT = 20;

function empty(entries: number): Int32Array {
  const words = new Int32Array(AT + (entries + 1) * ENTRY_WORDS);
  writeFloor(words);
  return words;
}

/** A run of ordinals: the first, how many, and which way. */
type Run = readonly [first: number, count: number, step: 1 | -1];

function stackOf(...runs: readonly Run[]): Int32Array {
  const words = empty(runs.length + 4);
  for (const [first, count, step] of runs) pushRun(words, AT, first, count, step);
  return words;
}

/** Takes everything off the stack, a page at a time. */
function popped(words: Int32Array): readonly number[] {
  const ordinals: number[] = [];
  while (sizeOf(words) > 0 && ordinals.length < 500) {
    ordinals.push(nextOf(words));
    popRun(words, AT, 1);
  }
  return ordinals;
}

describe('a free stack', () => {
  test('can be marked, reset and listed, empty or not', () => {
    for (const words of [empty(4), stackOf([4, 2, 1], [9, 3, -1], [20, 1, 1])]) {
      expect(() => freeRuns(words, AT)).not.toThrow();
      expect(() => resetStack(words, markStack(words))).not.toThrow();
    }
  });

  test('gives back the last ordinal first, whichever way its run goes', () => {
    expect(popped(stackOf([4, 2, 1], [7, 3, 1]))).toEqual([9, 8, 7, 5, 4]);
    expect(popped(stackOf([4, 2, 1], [9, 3, -1]))).toEqual([7, 8, 9, 5, 4]);
  });

  test('has its top run in the header, and one entry for each run below and the floor', () => {
    const words = stackOf([4, 2, 1], [9, 3, -1]);
    expect([nextOf(words), lengthOf(words), stepOf(words), words[DEPTH_AT]]).toEqual([7, 3, 1, 2]);
    popRun(words, AT, 2);
    expect([nextOf(words), lengthOf(words), stepOf(words), words[DEPTH_AT]]).toEqual([9, 1, -1, 2]);
    popRun(words, AT, 1);
    expect([nextOf(words), lengthOf(words), stepOf(words), words[DEPTH_AT]]).toEqual([5, 2, -1, 1]);
    popRun(words, AT, 2);
    expect([sizeOf(words), words[DEPTH_AT]]).toEqual([0, 0]);
  });

  test('is empty at first, and after everything was taken off', () => {
    expect([sizeOf(empty(0)), freeRuns(empty(0), AT)]).toEqual([0, []]);
    const words = stackOf([3, 1, 1]);
    expect(words).not.toEqual(empty(5));
    popRun(words, AT, 1);
    expect(sizeOf(words)).toBe(0);
    expect([...words.subarray(0, AT)]).toEqual([...empty(0).subarray(0, AT)]);
  });

  test('takes what continues its top run into it, on whose next it borders, from either side', () => {
    for (const [ordinal, depth] of [
      [6, 1],
      [4, 1],
      [7, 2],
      [3, 2],
    ] as const)
      expect(stackOf([5, 1, 1], [ordinal, 1, 1])[DEPTH_AT]).toBe(depth);
    expect(stackOf([5, 2, 1], [7, 1, 1])[DEPTH_AT]).toBe(1);
    expect(stackOf([5, 2, 1], [4, 1, 1])[DEPTH_AT]).toBe(2);
  });

  test('knows ordinals up to 2^32, and joins none across the ends of that range', () => {
    const high = 2 ** 32 - 3;
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
      { first: high, end: 2 ** 32 },
    ]);
  });

  test.each([1, -1] as const)('breaks a run into two where it would be longer than 2^30, step %i', (step) => {
    const first = 2 ** 31;
    const words = stackOf([first, LONGEST_RUN - 1, step]);
    expect([sizeOf(words), words[DEPTH_AT]]).toEqual([LONGEST_RUN - 1, 1]);
    pushRun(words, AT, first + step * (LONGEST_RUN - 1), 1, step);
    expect([sizeOf(words), words[DEPTH_AT], lengthOf(words)]).toEqual([LONGEST_RUN, 1, LONGEST_RUN]);
    pushRun(words, AT, first + step * LONGEST_RUN, 1, step);
    expect([sizeOf(words), words[DEPTH_AT], lengthOf(words)]).toEqual([LONGEST_RUN + 1, 2, 1]);
  });

  test('pushes a run beyond 2^30 in as many entries as it takes, and counts beyond 2^31', () => {
    const pages = 2 * LONGEST_RUN + 7;
    const words = stackOf([100, pages, 1]);
    expect([sizeOf(words), words[DEPTH_AT], lengthOf(words)]).toEqual([pages, 3, 7]);
    expect(nextOf(words)).toBe(100 + pages - 1);
    expect(freeRuns(words, AT)).toEqual([{ first: 100, end: 100 + pages }]);
    popRun(words, AT, 7);
    expect([nextOf(words), lengthOf(words)]).toEqual([100 + 2 * LONGEST_RUN - 1, LONGEST_RUN]);
  });

  test('is put back as it was by a reset, the floor included', () => {
    for (const words of [empty(3), stackOf([4, 2, 1]), stackOf([4, 2, 1], [9, 1, 1])]) {
      const [before, mark] = [words.slice(0, AT), markStack(words)];
      pushRun(words, AT, 30, 3, 1);
      pushRun(words, AT, 40, 1, 1);
      resetStack(words, mark);
      expect(words.subarray(0, AT)).toEqual(before);
    }
    const words = stackOf([4, 2, 1], [9, 1, 1]);
    const mark = markStack(words);
    pushRun(words, AT, 30, 3, 1);
    resetStack(words, mark);
    expect(popped(words)).toEqual([9, 5, 4]);
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
          pushRun(words, AT, pushed[0], pushed.length, change.step);
          stack = [...stack, ...pushed];
        } else if (stack.length > 0) {
          const count = Math.min(change.count, lengthOf(words));
          popRun(words, AT, count);
          stack = stack.slice(0, -count);
        }
        expect(sizeOf(words)).toBe(stack.length);
      }
      const kept = words.slice();
      const afresh = empty(ORDINALS);
      for (const ordinal of stack) pushRun(afresh, AT, ordinal, 1, 1);
      expect(words.subarray(0, AT)).toEqual(afresh.subarray(0, AT)); // the words follow from the order, and from nothing else
      expect(popped(kept)).toEqual(stack.toReversed());
      const listed = freeRuns(words, AT).flatMap(({ first, end }) =>
        Array.from({ length: end - first }, (_, i) => first + i),
      );
      expect(listed).toEqual(stack.toSorted((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});
