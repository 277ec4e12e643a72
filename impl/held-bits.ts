/**
 * Held bits: one bit an ordinal, 1 = held (allocated, or boot memory not yet handed over, or padding), 0 = free.
 * In the bitmap zone these bits are the bitmap. Everything here works a word at a time.
 *
 * `npm run prove` shows for all inputs that these functions return what they say. Their assertions guard what that relies on.
 *
 * Ordinals may exceed 2^31: `>>> 5` and `1 <<` read them modulo 2^32 as unsigned and modulo 32, as they should.
 */
import { broken } from './assert.ts';
import * as layoutWords from './layout.ts';
import { maskOf, zerosBelow } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { HELD_AT } = layoutWords;

/** Whether an ordinal is held. */
export function isHeld(words: Int32Array, ordinal: number): boolean {
  return (words[HELD_AT + (ordinal >>> 5)] & (1 << ordinal)) !== 0;
}

/** Marks the ordinals [first, end) of one word. */
function markInWord(words: Int32Array, at: number, mask: number, held: boolean): void {
  words[at] = held ? words[at] | mask : words[at] & ~mask;
}

/** From this many words on, the engine's own fill is quicker than a loop. */
const FILL_FROM_WORDS = 32;

function setWords(words: Int32Array, from: number, end: number, value: number): void {
  if (end - from >= FILL_FROM_WORDS) {
    words.fill(value, from, end);
    return;
  }
  for (let at = from; at < end; at += 1) words[at] = value;
}

/** Marks the ordinals [first, first + count) as held or free; count > 0. O(count / 32). */
export function markRange(words: Int32Array, first: number, count: number, held: boolean): void {
  if (!(count > 0)) throw broken('held bits: what is marked has ordinals', 'count', count);
  const last = first + count - 1;
  const head = HELD_AT + (first >>> 5);
  const tail = HELD_AT + (last >>> 5);
  if (head === tail) {
    markInWord(words, head, maskOf(first & 31, (last & 31) + 1), held);
    return;
  }
  markInWord(words, head, maskOf(first & 31, 32), held);
  setWords(words, head + 1, tail, held ? -1 : 0);
  markInWord(words, tail, maskOf(0, (last & 31) + 1), held);
}

/** Returns a word before `last` such that those behind `at` up to it are all free: goes on while the next four are. */
function pastFree(words: Int32Array, at: number, last: number): number {
  let next = at;
  while (next + 4 < last && (words[next + 1] | words[next + 2] | words[next + 3] | words[next + 4]) === 0)
    next += 4;
  return next;
}

/** As {@link pastFree}, for held words. */
function pastHeld(words: Int32Array, at: number, last: number): number {
  let next = at;
  while (next + 4 < last && (words[next + 1] & words[next + 2] & words[next + 3] & words[next + 4]) === -1)
    next += 4;
  return next;
}

/** Returns the first held ordinal of [from, end), or `end` where all are free; from < end. O((end - from) / 32). */
export function firstHeld(words: Int32Array, from: number, end: number): number {
  if (!(from < end)) throw broken('held bits: what is searched has ordinals', 'ordinal', from);
  const last = HELD_AT + ((end - 1) >>> 5);
  let at = HELD_AT + (from >>> 5);
  let found = words[at] & (-1 << from);
  if (found === 0) at = pastFree(words, at, last);
  while (found === 0 && at < last) found = words[++at];
  return Math.min(end, (at - HELD_AT) * 32 + zerosBelow(found));
}

/** Returns the first free ordinal of [from, end), or `end` where all are held; from < end. O((end - from) / 32). */
export function firstFree(words: Int32Array, from: number, end: number): number {
  if (!(from < end)) throw broken('held bits: what is searched has ordinals', 'ordinal', from);
  const last = HELD_AT + ((end - 1) >>> 5);
  let at = HELD_AT + (from >>> 5);
  let found = ~words[at] & (-1 << from);
  if (found === 0) at = pastHeld(words, at, last);
  while (found === 0 && at < last) found = ~words[++at];
  return Math.min(end, (at - HELD_AT) * 32 + zerosBelow(found));
}

/** Returns the least s >= low such that [s, end) is free; low is a multiple of 32 and low <= end. O((end - s) / 32). */
export function freeSince(words: Int32Array, low: number, end: number): number {
  if (!(low <= end && (low & 31) === 0))
    throw broken('held bits: a search goes back to the first bit of a word', 'ordinal', low);
  if (low === end) return end;
  let word = end - 1 - ((end - 1) & 31);
  let held = words[HELD_AT + (word >>> 5)] << (31 - ((end - 1) & 31)); // what lies from `end` on is shifted out
  let free = end;
  while (held === 0 && word > low) {
    free = word;
    word -= 32;
    held = words[HELD_AT + (word >>> 5)];
  }
  return held === 0 ? low : free - Math.clz32(held);
}
