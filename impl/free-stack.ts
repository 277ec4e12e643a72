/**
 * Free stack: the free page frames of the stack zone in the order in which they will be allocated. A single one takes a word,
 * its ordinal; a run of consecutive ones takes three, however long it is. A run may go either way, so that what was allocated
 * from a run and is freed in the order of allocation is a run again:
 *
 *     push 4 7 8 9   ┌───────────┬───┬─────────────┐   pop → 9, 8, 7, 4
 *                    │ NONE NONE │ 4 │ 7    9 NONE │
 *     push 4 9 8 7   ├───────────┼───┼─────────────┤   pop → 7, 8, 9, 4
 *                    │ NONE NONE │ 4 │ 9    7 NONE │
 *                    └───────────┴───┴─────────────┘
 *                        floor      last next    ▲ TOP_AT
 *
 * So the words of a stack are at most one and a half for each page frame (runs of two), and a push or pop of a single page frame
 * reads and writes two words: the top, and its place.
 *
 * The order is exactly that of a stack of single pages. An ordinal joins what is on top where it is the neighbour of the next to
 * pop (the neighbour inside a run is free already, so nobody frees it). The words therefore follow from the order, and equal
 * stacks have equal words.
 *
 * Ordinals are unsigned 32-bit numbers in signed words. What is only compared or used as a bit position is computed modulo 2^32
 * (`| 0`), which the engine does in one instruction; `>>> 0` makes a number of it where one is due.
 */
import { broken } from './assert.ts';
import * as layoutWords from './layout.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { MORE_AT, TOP_AT } = layoutWords;

/** Stands where no ordinal is: above the two words of a run, and in the floor. 2^32 - 1 is padding, if it is an ordinal at all. */
const NONE = -1;
/** The same, to be imported. */
export const NO_ORDINAL = NONE;

/** The floor lies below everything else: as the upper words of a run that has no next. */
export const FLOOR: readonly number[] = [NONE, NONE];
/** The words of a run. */
export const RUN_WORDS = 3;

/** Returns how many words the largest stack of `frames` page frames takes. */
export function wordsOfStack(frames: number): number {
  return FLOOR.length + Math.ceil((RUN_WORDS / 2) * frames);
}

/** Writes the floor at the word `at`, which makes the stack empty. There is room for it. */
export function writeFloor(words: Int32Array, at: number): void {
  words.set(FLOOR, at);
  words[TOP_AT] = at + 1;
  words[MORE_AT] = 0;
}

/** Returns how many ordinals are on the stack: one for each word above the floor, and what exceeds that. */
export function sizeOf(words: Int32Array, at: number): number {
  return (words[TOP_AT] - (at + 1) + words[MORE_AT]) >>> 0;
}

/**
 * Pushes an ordinal (modulo 2^32) that is not on the stack. Returns false, and changes nothing, where it joins no run and there is
 * no room for two words.
 * One function: a call that the engine does not inline, rare as it may be, makes it keep all values in memory and check the words again.
 */
export function push(words: Int32Array, ordinal: number): boolean {
  const top = words[TOP_AT];
  let at = words[top] === NONE ? top - 1 : top;
  const next = words[at];
  const step = (ordinal - next) | 0;
  const joins = (step === 1 || step === -1) && next !== NONE;
  if (joins && at < top) {
    // A run takes no more words, and whoever frees a region has made room for one run.
    words[at] = ordinal;
    words[MORE_AT] += 1;
    return true;
  }
  if (top + 2 >= words.length) return false;
  at = top + 1;
  words[at] = ordinal;
  if (joins) {
    at += 1;
    words[at] = NONE;
    words[MORE_AT] -= 1;
  }
  words[TOP_AT] = at;
  return true;
}

/** Pops an ordinal (modulo 2^32); {@link NO_ORDINAL} where the stack is empty. */
export function pop(words: Int32Array): number {
  const top = words[TOP_AT];
  const ordinal = words[top];
  if (ordinal === NONE) return popFromRun(words, top);
  words[TOP_AT] = top - 1;
  return ordinal;
}

/** Pops from the run on top, or from the floor. A constant, which the engine folds into {@link pop}. */
const popFromRun = (words: Int32Array, top: number): number => {
  const next = words[top - 1];
  if (next === NONE) return NONE;
  const last = words[top - 2];
  const after = (next + (last >>> 0 > next >>> 0 ? 1 : -1)) | 0;
  let more = -1;
  if (after === last) {
    words[TOP_AT] = top - 2;
    more = 1;
  } else {
    words[top - 1] = after;
  }
  words[MORE_AT] += more;
  return next;
};

/**
 * Pushes `count` ordinals: `first`, then each `step` (1 or -1) further. None of them is on the stack, so after the first all
 * others join it. The caller has made room for a run.
 */
export function pushRun(words: Int32Array, first: number, count: number, step: number): void {
  for (let i = 0; i < Math.min(count, 2); i += 1) {
    if (!push(words, (first + step * i) | 0))
      throw broken('free stack: there is room for what is pushed', 'ordinal', first);
  }
  const last = first + step * (count - 1);
  if (count > 1) {
    words[words[TOP_AT] - 1] = last;
    words[MORE_AT] += count - 2;
  }
  const isLastOnTop = count > 0 && nextOf(words) === last;
  if (!isLastOnTop) throw broken('free stack: what was pushed last pops next', 'ordinal', first);
}

/** Returns the place of the next ordinal to pop. */
function nextAt(words: Int32Array): number {
  const top = words[TOP_AT];
  return words[top] === NONE ? top - 1 : top;
}

/** Returns the next ordinal to pop, as a number. The stack is not empty. */
export function nextOf(words: Int32Array): number {
  return words[nextAt(words)] >>> 0;
}

/** Returns the ordinal of what is on top that pops last, as a number. The stack is not empty. */
function lastOf(words: Int32Array): number {
  const top = words[TOP_AT];
  return words[words[top] === NONE ? top - 2 : top] >>> 0;
}

/** Returns how many ordinals the run on top has. The stack is not empty. */
export function lengthOf(words: Int32Array): number {
  return Math.abs(lastOf(words) - nextOf(words)) + 1;
}

/** Returns which way the run on top pops: 1 upwards, -1 downwards. */
export function stepOf(words: Int32Array): number {
  return lastOf(words) > nextOf(words) ? 1 : -1;
}

/** Pops `count` ordinals of the run on top. */
export function popRun(words: Int32Array, count: number): void {
  if (words[nextAt(words)] === NONE) throw broken('free stack: the floor is not popped', 'count', count);
  const length = lengthOf(words);
  if (!(count > 0 && count <= length))
    throw broken('free stack: the top run has what is popped', 'count', count);
  const left = length - count;
  if (left > 1) {
    words[words[TOP_AT] - 1] += stepOf(words) * count;
    words[MORE_AT] -= count;
  } else {
    const dropped = (length > 1 ? RUN_WORDS : 1) - left;
    words[TOP_AT] -= dropped;
    words[MORE_AT] += dropped - count;
  }
}

/** A mark: the state of a stack to which a reset goes back. Nothing may be popped between the two. */
interface StackMark {
  readonly top: number;
  readonly more: number;
  readonly next: number;
}

/** Returns the present state of the stack, to be put back after pushes. */
export function markStack(words: Int32Array): StackMark {
  return { top: words[TOP_AT], more: words[MORE_AT], next: words[nextAt(words)] };
}

/** Undoes all pushes since the mark. */
export function resetStack(words: Int32Array, mark: StackMark): void {
  if (!(mark.top <= words[TOP_AT]))
    throw broken('free stack: nothing was popped since the mark', 'word', mark.top);
  words[TOP_AT] = mark.top;
  words[MORE_AT] = mark.more;
  words[nextAt(words)] = mark.next;
}

/** Consecutive ordinals [first, end). */
export interface FreeRun {
  readonly first: number;
  readonly end: number;
}

/** An entry of the stack: the ordinals that pop first and last, and the words that it takes. */
export interface Entry {
  readonly next: number;
  readonly last: number;
  readonly words: number;
}

/** Yields what is on the stack, whose floor is at `at`, the top first. */
export function* entriesOf(words: Int32Array, at: number): Generator<Entry> {
  for (let top = words[TOP_AT]; top > at + 1; ) {
    const isRun = words[top] === NONE;
    const entry = isRun
      ? { next: words[top - 1] >>> 0, last: words[top - 2] >>> 0, words: RUN_WORDS }
      : { next: words[top] >>> 0, last: words[top] >>> 0, words: 1 };
    yield entry;
    top -= entry.words;
  }
}

/** Returns the ordinals of an entry. */
export function runOf({ next, last }: Entry): FreeRun {
  return { first: Math.min(next, last), end: Math.max(next, last) + 1 };
}

/** Returns what is on the stack as maximal runs, ascending. O(entries · log entries). */
export function freeRuns(words: Int32Array, at: number): readonly FreeRun[] {
  const runs = Array.from(entriesOf(words, at), runOf).sort((a, b) => a.first - b.first);
  const merged: FreeRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last?.end === run.first) merged[merged.length - 1] = { first: last.first, end: run.end };
    else merged.push(run);
  }
  return merged;
}
