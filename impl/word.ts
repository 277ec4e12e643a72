/**
 * Word kernels: questions about runs of ones within one or two 32-bit words, answered without a loop over bits.
 *
 * A word is a signed 32-bit integer, as JavaScript's bit operators make it; bit 0 is the lowest page frame and is drawn
 * on the left. A run is a maximal or given number of consecutive ones. The functions are pure, use integer operators
 * and bounded loops only, and each states the identity that it satisfies for all words.
 */

/**
 * Returns the word whose ones are the bits [from, until); 0 <= from <= until <= 32.
 *
 *     from 3, until 7:   · · · 1 1 1 1 · · …
 *
 * Identity: bit i is 1 exactly when from <= i < until.
 */
export function maskOf(from: number, until: number): number {
  if (from === until) return 0;
  return (-1 >>> (32 - (until - from))) << from; // a shift by 32 would be one by 0: the empty mask left above
}

/**
 * Returns how many zeros precede the lowest one; 32 for the word 0.
 *
 *     · · · 1 · 1 · …   → 3
 *
 * Identity: bits [0, n) are 0, and bit n is 1 or n is 32. The word with only its lowest one is `word & -word`.
 */
export function zerosBelow(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & (0 - word));
}

/**
 * Returns the number of ones. Sums pairs, then fours, then bytes; the multiplication adds the bytes in its top byte.
 *
 * Identity: the sum over i of bit i.
 */
export function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const bytes = (fours + (fours >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bytes, 0x01010101) >>> 24;
}

/**
 * Returns the starts of all runs of `length` ones within the word; 1 <= length <= 32.
 *
 * Shift-and-AND doubling: ones that start a run of 2 are those followed by a one; that start a run of 4, those
 * followed two places on by the start of a run of 2; at most five steps.
 *
 *     word       1 1 1 1 · 1 1 1 · …
 *     have 2     1 1 1 · · 1 1 · · …     word & word shifted by 1
 *     have 3     1 1 · · · 1 · · · …     the above & itself shifted by 1 (3 - 2)
 *
 * Identity: bit i is 1 exactly when i + length <= 32 and bits [i, i + length) of the word are 1.
 */
export function runStarts(word: number, length: number): number {
  let starts = word;
  let have = 1;
  while (have < length) {
    const step = have < length - have ? have : length - have;
    starts = starts & (starts >>> step);
    have = have + step;
  }
  return starts;
}

/**
 * Returns the starts, in `low`, of all runs of `length` ones within the two words `low`, `high`; 1 <= length <= 32.
 * As {@link runStarts}, over 64 bits: what a shift moves out of `high` comes into `low`.
 *
 *           low             high
 *     … 1 · · 1 1 1 │ 1 1 · 1 1 1 …     length 4: starts at the second and the third last bit of `low`
 *
 * Identity: bit i is 1 exactly when bits [i, i + length) of low + 2^32 high are 1.
 */
export function runStartsAcross(low: number, high: number, length: number): number {
  let starts = low;
  let above = high;
  let have = 1;
  while (have < length) {
    const step = have < length - have ? have : length - have; // 1 <= step <= 16: neither shift below is by 32
    starts = starts & ((starts >>> step) | (above << (32 - step)));
    above = above & (above >>> step);
    have = have + step;
  }
  return starts;
}

/**
 * Returns the length of the longest run of ones within the word, or `floor` where that is larger; 0 <= floor.
 * A word without a run longer than `floor` costs one {@link runStarts}.
 *
 * Identity: the largest n such that n = floor, or n <= 32 and some n consecutive bits are 1.
 */
export function longestRun(word: number, floor: number): number {
  if (floor >= 32) return floor;
  let longest = floor;
  let starts = runStarts(word, floor + 1);
  while (starts !== 0) {
    longest = longest + 1;
    starts = starts & (starts >>> 1);
  }
  return longest;
}

/**
 * Returns the word whose ones are the multiples of `stride`; stride >= 1.
 *
 *     stride 3:   1 · · 1 · · 1 · · 1 …
 *
 * Identity: bit i is 1 exactly when i is a multiple of stride.
 */
export function multiplesOf(stride: number): number {
  let comb = 1;
  let reach = stride;
  while (reach < 32) {
    comb = comb | (comb << reach);
    reach = reach + reach;
  }
  return comb;
}

/**
 * Returns where in `low` the lowest run of `length` ones of `low`, `high` starts that `allowed` permits, or 32 where
 * there is none; 1 <= length <= 32.
 *
 * Identity: the least i < 32 such that bit i of `allowed` and bits [i, i + length) of low + 2^32 high are 1; else 32.
 */
export function lowestFit(low: number, high: number, length: number, allowed: number): number {
  return zerosBelow(runStartsAcross(low, high, length) & allowed);
}
