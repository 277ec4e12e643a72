/**
 * Statements of `impl/held-bits.ts`: of a window of some words, wherever it lies in the buffer, and of each ordinal n in it. Of
 * ranges of more words nothing is proved here.
 */
import { bit, type Words } from './bits.ts';
import { BOOLEAN, indexes, integers, ordinals, type Statement, WORD, window } from './statement.ts';

/** Words of a window, and its bits: enough that searches go on by four words twice, and by single ones. */
const WORDS = 12;
const BITS = 32 * WORDS;
/** Words of a window in which words are set: from 32 words on, the engine fills them. */
const LONG = 36;
const [ORDINAL, END, INDEX] = [ordinals(0, BITS - 1), ordinals(1, BITS), indexes(0, WORDS - 1)];

/** Returns the index of the word that has the bit of an ordinal. */
function indexOf(words: Words, ordinal: number): number {
  return words.at + ((ordinal - words.origin) >>> 5);
}

export const isHeld: Statement = {
  domain: [window(WORDS), ORDINAL],
  holds: (result: boolean, words: Words, ordinal: number) => result === words.bit(ordinal),
};

export const markInWord: Statement = {
  domain: [window(WORDS), INDEX, WORD, BOOLEAN, ORDINAL],
  holds: (result: Words, words: Words, at: number, mask: number, held: boolean, n: number) =>
    result.bit(n) === (indexOf(words, n) === at && bit(mask, n) ? held : words.bit(n)),
};

export const setWords: Statement = {
  domain: [window(LONG), indexes(0, LONG), indexes(0, LONG), WORD, ordinals(0, 32 * LONG - 1)],
  given: (_: Words, from: number, end: number) => from <= end,
  holds: (result: Words, words: Words, from: number, end: number, value: number, n: number) =>
    result.bit(n) === (from <= indexOf(words, n) && indexOf(words, n) < end ? bit(value, n) : words.bit(n)),
  within: `${LONG} words`,
};

export const markRange: Statement = {
  domain: [window(WORDS), ORDINAL, integers(1, BITS), BOOLEAN, ORDINAL],
  given: (words: Words, first: number, count: number) => first + count <= words.origin + BITS,
  holds: (result: Words, words: Words, first: number, count: number, held: boolean, n: number) =>
    result.bit(n) === (first <= n && n < first + count ? held : words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const pastFree: Statement = {
  domain: [window(WORDS), INDEX, INDEX, ORDINAL],
  given: (_: Words, at: number, last: number) => at <= last,
  holds: (result: number, words: Words, at: number, last: number, n: number) =>
    (result === at || (at < result && result < last)) &&
    (indexOf(words, n) <= at || indexOf(words, n) > result || !words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const pastHeld: Statement = {
  domain: [window(WORDS), INDEX, INDEX, ORDINAL],
  given: (_: Words, at: number, last: number) => at <= last,
  holds: (result: number, words: Words, at: number, last: number, n: number) =>
    (result === at || (at < result && result < last)) &&
    (indexOf(words, n) <= at || indexOf(words, n) > result || words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const firstHeld: Statement = {
  domain: [window(WORDS), ORDINAL, END, ORDINAL],
  given: (_: Words, from: number, end: number) => from < end,
  holds: (result: number, words: Words, from: number, end: number, n: number) =>
    (result === end || (from <= result && result < end && words.bit(result))) &&
    (n < from || n >= result || !words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const firstFree: Statement = {
  domain: [window(WORDS), ORDINAL, END, ORDINAL],
  given: (_: Words, from: number, end: number) => from < end,
  holds: (result: number, words: Words, from: number, end: number, n: number) =>
    (result === end || (from <= result && result < end && !words.bit(result))) &&
    (n < from || n >= result || words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const freeSince: Statement = {
  domain: [window(WORDS), ordinals(0, BITS), [...ordinals(0, 0), ...END], ORDINAL],
  given: (_: Words, low: number, end: number) => low % 32 === 0 && low <= end,
  holds: (result: number, words: Words, low: number, end: number, n: number) =>
    (result === low || (low < result && result <= end && words.bit(result - 1))) &&
    (n < result || n >= end || !words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};
