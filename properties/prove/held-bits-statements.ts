/**
 * Statements of what `impl/held-bits.ts` does to bits: of a window of some words, wherever it lies in the buffer, and of each
 * ordinal n in it. Of ranges of more words nothing is proved here; the searches of that file are not proved at all.
 */
import { bit, type Words } from './bits.ts';
import { BOOLEAN, indexes, integers, ordinals, type Statement, WORD, window } from './statement.ts';

/** Words of a window, and its bits. */
const WORDS = 7;
const BITS = 32 * WORDS;
const [ORDINAL, INDEX] = [ordinals(0, BITS - 1), indexes(0, WORDS - 1)];

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
  domain: [window(WORDS), indexes(0, WORDS), indexes(0, WORDS), WORD, ORDINAL],
  given: (_: Words, from: number, end: number) => from <= end,
  holds: (result: Words, words: Words, from: number, end: number, value: number, n: number) =>
    result.bit(n) === (from <= indexOf(words, n) && indexOf(words, n) < end ? bit(value, n) : words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};

export const markRange: Statement = {
  domain: [window(WORDS), ORDINAL, integers(1, BITS), BOOLEAN, ORDINAL],
  given: (words: Words, first: number, count: number) => first + count <= words.origin + BITS,
  holds: (result: Words, words: Words, first: number, count: number, held: boolean, n: number) =>
    result.bit(n) === (first <= n && n < first + count ? held : words.bit(n)),
  rounds: WORDS,
  within: `${WORDS} words`,
};
