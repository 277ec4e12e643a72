/** Statements of the word kernels, `impl/word.ts`: one line each, said of bits. */
import { all, bit, bitOfTwo, count, greatest, least, some } from './bits.ts';
import { each, integers, type Statement, WORD } from './statement.ts';

const LENGTH = each(1, 32);
const [FAR, MOST] = [32, 2 ** 53 - 1];

/** Whether some n consecutive bits of a word are 1. */
function hasRun(word: number, n: number): boolean {
  return some(33 - n, (i) => all(n, (j) => bit(word, i + j)));
}

export const maskOf: Statement = {
  domain: [each(0, 32), each(0, 32)],
  given: (from: number, until: number) => from <= until,
  holds: (result: number, from: number, until: number) =>
    all(32, (i) => bit(result, i) === (from <= i && i < until)),
};

export const zerosBelow: Statement = {
  domain: [WORD],
  holds: (result: number, word: number) => result === least(32, (i) => bit(word, i)),
};

export const countOnes: Statement = {
  domain: [WORD],
  holds: (result: number, word: number) => result === count(32, (i) => bit(word, i)),
};

export const runStarts: Statement = {
  domain: [WORD, LENGTH],
  holds: (result: number, word: number, length: number) =>
    all(32, (i) => bit(result, i) === (i + length <= 32 && all(length, (j) => bit(word, i + j)))),
};

export const runStartsAcross: Statement = {
  domain: [WORD, WORD, LENGTH],
  holds: (result: number, low: number, high: number, length: number) =>
    all(32, (i) => bit(result, i) === all(length, (j) => bitOfTwo(low, high, i + j))),
};

export const longestRun: Statement = {
  domain: [WORD, [...each(0, 31), ...integers(FAR, MOST)]],
  holds: (result: number, word: number, floor: number) =>
    result ===
    Math.max(
      floor,
      greatest(33, (n) => hasRun(word, n)),
    ),
};

export const multiplesOf: Statement = {
  domain: [[...each(1, 31), ...integers(FAR, MOST)]],
  holds: (result: number, stride: number) => all(32, (i) => bit(result, i) === (i % stride === 0)),
};

export const lowestFit: Statement = {
  domain: [WORD, WORD, LENGTH, WORD],
  holds: (result: number, low: number, high: number, length: number, allowed: number) =>
    result === least(32, (i) => bit(allowed, i) && all(length, (j) => bitOfTwo(low, high, i + j))),
};
