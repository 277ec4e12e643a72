import { describe, expect, it } from 'vitest';
import { hashOf, WordLists } from './word-tables.ts';

/** More than the tables hold before they grow. */
const MANY = 2000;

describe('lists of words', () => {
  it('are numbered in the order in which they are first met, from 0', () => {
    const lists = new WordLists();
    const numbers = [[], [5], [5, 5], [5], []].map((words) =>
      lists.numberOf(Int32Array.of(...words), 0, words.length),
    );
    expect(numbers).toEqual([0, 1, 2, 1, 0]);
  });

  it('are a part of an array', () => {
    const lists = new WordLists();
    const words = Int32Array.of(9, 1, 2, 9, 1, 2);
    expect([lists.numberOf(words, 1, 3), lists.numberOf(words, 4, 6), lists.numberOf(words, 0, 3)]).toEqual([
      0, 0, 1,
    ]);
  });

  it('keep their numbers and their words while the table grows', () => {
    const lists = new WordLists();
    const listed = Array.from({ length: MANY }, (_, n) => Int32Array.of(n % 7, n, -n));
    const numbers = (): readonly number[] => listed.map((words) => lists.numberOf(words, 0, words.length));
    expect(numbers()).toEqual(listed.map((_, n) => n));
    expect(numbers()).toEqual(listed.map((_, n) => n));
    expect(listed.every((words, n) => lists.toArray(n).join() === words.join())).toBe(true);
    expect([lists.lengthOf(MANY - 1), lists.wordAt(MANY - 1, 2)]).toEqual([3, 1 - MANY]);
  });

  it('are copied to a place of another array', () => {
    const lists = new WordLists();
    const list = lists.numberOf(Int32Array.of(7, 8), 0, 2);
    const into = new Int32Array(4);
    expect(lists.copyTo(list, into, 1)).toBe(3);
    expect([...into]).toEqual([0, 7, 8, 0]);
  });

  it('have a hash of the words alone, which few others have', () => {
    expect(hashOf(Int32Array.of(1, 2), 0, 2)).toBe(hashOf(Int32Array.of(0, 1, 2, 3), 1, 3));
    const pairs = Array.from({ length: 10_000 }, (_, n) => Int32Array.of(n % 100, Math.floor(n / 100)));
    expect(new Set(pairs.map((pair) => hashOf(pair, 0, 2))).size).toBeGreaterThan(9_000);
  });
});
