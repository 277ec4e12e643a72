/**
 * Free stack: the free page frames of the stack zone in the order in which they will be allocated, as runs.
 *
 * An entry is (first ordinal, length). Pushing the ordinal that follows the top run extends it, popping takes the run's
 * last one, so the order is exactly that of single pages:
 *
 *     push 7 8 9 4 5     ┌─────────┐ ┌─────────┐     pop → 5, 4, 9, 8, 7
 *                        │ 7, 3    │ │ 4, 2    │
 *                        └─────────┘ └─────────┘ top
 *
 * A run of any length is pushed and popped in O(1); memory grows with fragmentation only: at worst one entry a page
 * frame.
 *
 * Ordinals and lengths are unsigned 32-bit numbers in signed words. What is only compared or used as a bit position is
 * computed modulo 2^32 (`| 0`), which the engine does in one instruction; `>>> 0` makes a number of it where one is due.
 * Entries are fewer than 2^31: a buffer cannot hold more.
 */
import * as layoutWords from './layout.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { DEPTH_AT, ENTRY_WORDS, FREE_STACK_AT } = layoutWords;

/** Returns the word of the top entry of the stack that begins at word `at`; just below `at` where it is empty. */
export function topEntry(words: Int32Array, at: number): number {
  return at + words[DEPTH_AT] * ENTRY_WORDS - ENTRY_WORDS;
}

/** Pushes the ordinals [first, first + count), ascending; count > 0. The caller has made room for one more entry. */
export function pushRun(words: Int32Array, at: number, first: number, count: number): void {
  const top = topEntry(words, at);
  words[FREE_STACK_AT] += count;
  if (top >= at && ((words[top] + words[top + 1]) | 0) === (first | 0)) {
    words[top + 1] += count;
    return;
  }
  words[top + ENTRY_WORDS] = first;
  words[top + ENTRY_WORDS + 1] = count;
  words[DEPTH_AT] += 1;
}

/** Pops one ordinal, as a signed word. The stack is not empty. */
export function pop(words: Int32Array, at: number): number {
  const depth = words[DEPTH_AT];
  const top = at + depth * ENTRY_WORDS - ENTRY_WORDS;
  const left = (words[top + 1] - 1) | 0;
  words[top + 1] = left;
  if (left === 0) words[DEPTH_AT] = depth - 1;
  words[FREE_STACK_AT] -= 1;
  return (words[top] + left) | 0;
}

/** Returns the length of the top run. The stack is not empty. */
export function topLength(words: Int32Array, at: number): number {
  return words[topEntry(words, at) + 1] >>> 0;
}

/** Pops `count` ordinals of the top run, which has as many, and returns the lowest: they pop in descending order. */
export function popRun(words: Int32Array, at: number, count: number): number {
  const top = topEntry(words, at);
  const left = (words[top + 1] - count) | 0;
  words[top + 1] = left;
  if (left === 0) words[DEPTH_AT] -= 1;
  words[FREE_STACK_AT] -= count;
  return (words[top] + left) >>> 0;
}

/** What a reset needs to know of a stack: nothing is popped between the two. */
export interface StackMark {
  readonly depth: number;
  readonly topLength: number;
  readonly free: number;
}

/** Returns the present state of the stack, to be put back after pushes. */
export function markStack(words: Int32Array, at: number): StackMark {
  const depth = words[DEPTH_AT];
  return { depth, topLength: depth === 0 ? 0 : topLength(words, at), free: words[FREE_STACK_AT] };
}

/** Undoes all pushes since the mark. */
export function resetStack(words: Int32Array, at: number, mark: StackMark): void {
  words[DEPTH_AT] = mark.depth;
  words[FREE_STACK_AT] = mark.free;
  if (mark.depth !== 0) words[topEntry(words, at) + 1] = mark.topLength;
}
