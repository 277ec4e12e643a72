/**
 * Free stack: the free page frames of the stack zone in the order in which they will be allocated, as runs.
 *
 * An entry is (next, length): the ordinal that pops first, and how many follow. A run may go either way, so that what was
 * allocated from a run and is freed in the order of allocation is a run again:
 *
 *     push 4 5 7 8 9       ┌──────┐ ┌──────┐       pop → 9, 8, 7, 5, 4     length > 0: pops downwards
 *                          │ 5, 2 │ │ 9, 3 │ top
 *                          └──────┘ └──────┘
 *     push 4 5 9 8 7       ┌──────┐ ┌──────┐       pop → 7, 8, 9, 5, 4     length < 0: pops upwards
 *                          │ 5, 2 │ │ 7,-3 │ top
 *                          └──────┘ └──────┘
 *
 * The order is exactly that of a stack of single pages. A run of any length is pushed and popped in O(1); memory grows with
 * fragmentation only: at worst one entry a page frame. An ordinal joins the top run where it can, and a run of one has
 * length 1: so the entries follow from the order alone, and equal stacks have equal words.
 *
 * Ordinals are unsigned 32-bit numbers in signed words. What is only compared or used as a bit position is computed modulo
 * 2^32 (`| 0`), which the engine does in one instruction; `>>> 0` makes a number of it where one is due. Entries are fewer
 * than 2^31: a buffer cannot hold more.
 */
import * as layoutWords from './layout.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { DEPTH_AT, FREE_BELOW_AT } = layoutWords;

const LONGEST = 2 ** 30;
/** A run is no longer than this, so that its length fits a signed word. */
export const LONGEST_RUN = LONGEST; // an exported constant is loaded at each use, too

/**
 * Writes the floor of the stack that begins at word `at`: an entry below all others, which is never popped. Its length keeps
 * ordinals from joining it, so a push need not ask whether the stack is empty.
 */
export function writeFloor(words: Int32Array, at: number): void {
  words[at + 1] = LONGEST;
  words[FREE_BELOW_AT] = -LONGEST;
}

/** Returns the word of the top entry of the stack that begins at word `at`; that of the floor where it is empty. */
export function topEntry(words: Int32Array, at: number): number {
  return at + (words[DEPTH_AT] << 1);
}

/** Returns how many ordinals are on the stack: those of the top entry, and those that are counted below it. */
export function sizeOf(words: Int32Array, at: number): number {
  return (words[FREE_BELOW_AT] + Math.abs(words[topEntry(words, at) + 1])) >>> 0;
}

/**
 * Returns the length of a top run of this length once the ordinal that is `step` further than its next has joined it; 0 where
 * that cannot join: it is no neighbour on the side where the run grows, or the run is as long as runs get (so is the floor).
 */
export function lengthJoined(length: number, step: number): number {
  if (step === ((length >> 31) | 1)) return length === LONGEST || length === -LONGEST ? 0 : length + step;
  return step === -1 && length === 1 ? -2 : 0;
}

/** Pushes one ordinal (modulo 2^32). The caller has made room for one more entry. */
function push(words: Int32Array, at: number, ordinal: number): void {
  const top = topEntry(words, at);
  const joined = lengthJoined(words[top + 1], (ordinal - words[top]) | 0);
  if (joined !== 0) {
    words[top] = ordinal;
    words[top + 1] = joined;
    return;
  }
  words[FREE_BELOW_AT] += Math.abs(words[top + 1]);
  words[top + 2] = ordinal;
  words[top + 3] = 1;
  words[DEPTH_AT] += 1;
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
    const top = topEntry(words, at);
    const length = Math.abs(words[top + 1]);
    const more = Math.min(left - 1, LONGEST - length);
    if (more > 0) {
      words[top] = next + step * more;
      words[top + 1] = step * (length + more);
    }
    next += step * (more + 1);
    left -= more + 1;
  }
}

/** Takes the top entry, which has one ordinal left, off the stack. */
function dropTop(words: Int32Array, at: number): void {
  const depth = words[DEPTH_AT] - 1;
  words[FREE_BELOW_AT] -= Math.abs(words[at + (depth << 1) + 1]);
  words[DEPTH_AT] = depth;
}

/** Returns the next ordinal to pop, as a number. The stack is not empty. */
export function nextOf(words: Int32Array, at: number): number {
  return words[topEntry(words, at)] >>> 0;
}

/** Returns the signed length of the top run: how many pop from the next on, downwards if positive, else upwards. */
export function lengthOf(words: Int32Array, at: number): number {
  return words[topEntry(words, at) + 1];
}

/** Pops `count` ordinals of the top run, which has as many. */
export function popRun(words: Int32Array, at: number, count: number): void {
  const top = topEntry(words, at);
  const length = words[top + 1];
  const step = (length >> 31) | 1;
  const left = length - step * count;
  if (left === 0) {
    dropTop(words, at);
    return;
  }
  words[top] -= step * count;
  words[top + 1] = left === -1 ? 1 : left;
}

/** What a reset needs to know of a stack: nothing is popped between the two. */
export interface StackMark {
  readonly depth: number;
  readonly below: number;
  readonly next: number;
  readonly length: number;
}

/** Returns the present state of the stack, to be put back after pushes. */
export function markStack(words: Int32Array, at: number): StackMark {
  const top = topEntry(words, at);
  return { depth: words[DEPTH_AT], below: words[FREE_BELOW_AT], next: words[top], length: words[top + 1] };
}

/** Undoes all pushes since the mark. */
export function resetStack(words: Int32Array, at: number, mark: StackMark): void {
  words[DEPTH_AT] = mark.depth;
  words[FREE_BELOW_AT] = mark.below;
  const top = topEntry(words, at);
  words[top] = mark.next;
  words[top + 1] = mark.length;
}

/** Consecutive ordinals [first, end). */
export interface FreeRun {
  readonly first: number;
  readonly end: number;
}

/** Returns what is on the stack as maximal runs, ascending. O(entries · log entries). */
export function freeRuns(words: Int32Array, at: number): readonly FreeRun[] {
  const runs: FreeRun[] = [];
  for (let entry = topEntry(words, at); entry > at; entry -= 2) {
    const [next, length] = [words[entry] >>> 0, words[entry + 1]];
    runs.push(length > 0 ? { first: next - length + 1, end: next + 1 } : { first: next, end: next - length });
  }
  runs.sort((a, b) => a.first - b.first);
  const merged: FreeRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last?.end === run.first) merged[merged.length - 1] = { first: last.first, end: run.end };
    else merged.push(run);
  }
  return merged;
}
