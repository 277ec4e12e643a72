/**
 * Free stack: the free page frames of the stack zone in the order in which they will be allocated, as runs.
 *
 * An entry is (next, last): the ordinals of its run that pop first and last. A run may go either way, so that what was
 * allocated from a run and is freed in the order of allocation is a run again:
 *
 *     push 4 5 7 8 9       ┌──────┐ ┌──────┐       pop → 9, 8, 7, 5, 4     next > last: pops downwards
 *                          │ 5, 4 │ │ 9, 7 │ top
 *                          └──────┘ └──────┘
 *     push 4 5 9 8 7       ┌──────┐ ┌──────┐       pop → 7, 8, 9, 5, 4     next < last: pops upwards
 *                          │ 5, 4 │ │ 7, 9 │ top
 *                          └──────┘ └──────┘
 *
 * The top entry lies in the header, at words that are the same for every map; those below it lie in the stack area. So a push
 * or pop within the top run writes one word, its next. A run of any length is pushed and popped in O(1); memory grows with
 * fragmentation only: at worst one entry a page frame.
 *
 * The order is exactly that of a stack of single pages. An ordinal joins the top run where it is the neighbour of its next
 * (the neighbour inside the run is free already, so nobody frees it). The entries therefore follow from the order, and equal
 * stacks have equal words.
 *
 * *Ahead* is last - next, what pops after the next: its sign is the way the run pops, and 0 is a run of one. Ordinals are
 * unsigned 32-bit numbers in signed words. What is only compared or used as a bit position is computed modulo 2^32 (`| 0`),
 * which the engine does in one instruction; `>>> 0` makes a number of it where one is due.
 */
import { broken } from './assert.ts';
import * as layoutWords from './layout.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { DEPTH_AT, MORE_BELOW_AT, TOP_LAST_AT, TOP_NEXT_AT } = layoutWords;

const LONGEST = 2 ** 30;
/** The longest run: its ahead fits a signed word, and falls short of the floor's. */
export const LONGEST_RUN = LONGEST; // an exported constant is loaded at each use, too
/** Runs with more ahead, upwards or downwards, are as long as runs get. */
const MOST_AHEAD = LONGEST - 2;

/**
 * The floor is the entry below all others. It is longer than any run, so nothing joins it and it is never taken for a run of
 * one: a push need not ask whether the stack is empty, and a pop asks only where a run of one ends.
 */
const FLOOR_AHEAD = -(2 ** 31);
/** The words of the floor. */
export const FLOOR = { next: 0, last: FLOOR_AHEAD } as const;

/** Writes the floor, which makes the stack empty. */
export function writeFloor(words: Int32Array): void {
  words[TOP_NEXT_AT] = 0;
  words[TOP_LAST_AT] = FLOOR_AHEAD;
  words[MORE_BELOW_AT] = FLOOR_AHEAD; // takes the floor out of the count
}

/** Returns ahead of the top entry. */
function topAhead(words: Int32Array): number {
  return (words[TOP_LAST_AT] - words[TOP_NEXT_AT]) | 0;
}

/**
 * Returns how many ordinals are on the stack: one for each entry above the floor, which are as many as lie below the top one,
 * and what exceeds that.
 */
export function sizeOf(words: Int32Array): number {
  return (words[DEPTH_AT] + words[MORE_BELOW_AT] + Math.abs(topAhead(words))) >>> 0;
}

/**
 * Whether an ordinal that is not on the stack, `step` further than the next of the top run, joins it. One comparison each:
 * step is 1 or -1, and |ahead| <= MOST_AHEAD.
 */
function joins(ahead: number, step: number): boolean {
  return ((step + 1) & ~2) === 0 && (ahead + MOST_AHEAD) >>> 0 <= 2 * MOST_AHEAD;
}

/** Pushes one ordinal (modulo 2^32). The caller has made room for one more entry. */
function push(words: Int32Array, at: number, ordinal: number): void {
  const next = words[TOP_NEXT_AT];
  const last = words[TOP_LAST_AT];
  const ahead = (last - next) | 0;
  if (!joins(ahead, (ordinal - next) | 0)) {
    const below = at + (words[DEPTH_AT] << 1);
    if (!(below + 1 < words.length))
      throw broken('free stack: there is room for one more entry', 'word', below);
    words[below] = next;
    words[below + 1] = last;
    words[MORE_BELOW_AT] += Math.abs(ahead);
    words[DEPTH_AT] += 1;
    words[TOP_LAST_AT] = ordinal;
  }
  words[TOP_NEXT_AT] = ordinal;
}

/**
 * Pushes `count` ordinals: `first`, then each `step` (1 or -1) further. None of them is on the stack, so after the first all
 * others join its run. The caller has made room for one more entry, and for one each 2^30 ordinals.
 */
export function pushRun(words: Int32Array, at: number, first: number, count: number, step: number): void {
  let next = first;
  let left = count;
  while (left > 0) {
    push(words, at, next | 0);
    const more = Math.min(left - 1, LONGEST - lengthOf(words));
    next += step * more;
    words[TOP_NEXT_AT] = next;
    next += step;
    left -= more + 1;
  }
  const isLastOnTop = count > 0 && nextOf(words) === next - step;
  if (!isLastOnTop) throw broken('free stack: what was pushed last pops next', 'ordinal', first);
}

/** Takes the top entry off the stack. It is not the floor. */
function dropTop(words: Int32Array, at: number): void {
  const depth = words[DEPTH_AT] - 1;
  if (!(depth >= 0)) throw broken('free stack: the top entry is not the floor', 'depth', depth);
  const top = at + (depth << 1);
  words[DEPTH_AT] = depth;
  words[TOP_NEXT_AT] = words[top];
  words[TOP_LAST_AT] = words[top + 1];
  words[MORE_BELOW_AT] -= Math.abs(topAhead(words));
}

/** Returns the next ordinal to pop, as a number. The stack is not empty. */
export function nextOf(words: Int32Array): number {
  return words[TOP_NEXT_AT] >>> 0;
}

/** Returns the length of the top run. The stack is not empty. */
export function lengthOf(words: Int32Array): number {
  return Math.abs(topAhead(words)) + 1;
}

/** Returns 1 where the top run pops upwards, -1 where it pops downwards or is a run of one. */
export function stepOf(words: Int32Array): number {
  return topAhead(words) > 0 ? 1 : -1;
}

/** Pops `count` ordinals of the top run, which has as many. */
export function popRun(words: Int32Array, at: number, count: number): void {
  const length = lengthOf(words);
  if (!(count > 0 && count <= length))
    throw broken('free stack: the top run has what is popped', 'count', count);
  if (count === length) dropTop(words, at);
  else words[TOP_NEXT_AT] += stepOf(words) * count;
}

/** A mark: the state of a stack to which a reset goes back. Nothing may be popped between the two. */
interface StackMark {
  readonly depth: number;
  readonly moreBelow: number;
  readonly next: number;
  readonly last: number;
}

/** Returns the present state of the stack, to be put back after pushes. */
export function markStack(words: Int32Array): StackMark {
  return {
    depth: words[DEPTH_AT],
    moreBelow: words[MORE_BELOW_AT],
    next: words[TOP_NEXT_AT],
    last: words[TOP_LAST_AT],
  };
}

/** Undoes all pushes since the mark. */
export function resetStack(words: Int32Array, mark: StackMark): void {
  if (!(mark.depth <= words[DEPTH_AT]))
    throw broken('free stack: nothing was popped since the mark', 'depth', mark.depth);
  words[DEPTH_AT] = mark.depth;
  words[MORE_BELOW_AT] = mark.moreBelow;
  words[TOP_NEXT_AT] = mark.next;
  words[TOP_LAST_AT] = mark.last;
}

/** Consecutive ordinals [first, end). */
export interface FreeRun {
  readonly first: number;
  readonly end: number;
}

/** An entry: the ordinals of its run that pop first and last. */
export interface Entry {
  readonly next: number;
  readonly last: number;
}

/** Yields the entries above the floor, the top one first. */
export function* entriesOf(words: Int32Array, at: number): Generator<Entry> {
  const depth = words[DEPTH_AT];
  if (depth > 0) yield { next: words[TOP_NEXT_AT] >>> 0, last: words[TOP_LAST_AT] >>> 0 };
  // The lowest entry is the floor.
  for (let entry = at + 2 * (depth - 1); entry > at; entry -= 2) {
    yield { next: words[entry] >>> 0, last: words[entry + 1] >>> 0 };
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
