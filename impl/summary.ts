/**
 * Summary: for each block of the bitmap zone, the longest run of free page frames that begins in it, so that a search
 * steps over what cannot fit and a refusal does not walk. A tree: a leaf covers 256 ordinals, an inner node 8 nodes of
 * the level below.
 *
 *     leaf            ├────────── 256 ──────────┤
 *     held bits        1 1 · · · 1 1 1 · 1 · · · · · · · 1 …       · free
 *                          └ 3 ┘       1   └── 7 ──────┘           longest: 7, though it ends in the next leaf
 *
 * Runs count up to 1024 page frames (4 MiB, the largest block of most kernels): a change has to look no further than that.
 * A node holds what the length falls *short* of 1024, so zeros say "all free" and a fresh buffer needs no work; a parent
 * has the least shortfall of its children. Exact after every call: equal states have equal summaries.
 *
 * Cost: a change of one page frame reads the 8 words of its leaf and what a run goes on behind it; a longer run updates
 * ancestors by one comparison each, a shorter one reads 8 siblings where it was the longest.
 */
import { firstHeld } from './held-bits.ts';
import type { Layout, Level } from './layout.ts';
import * as layoutWords from './layout.ts';
import { longestRun, zerosBelow } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { FANOUT, FANOUT_SHIFT, HELD_AT, LEAF_SHIFT, LEAF_WORDS, LONGEST_COUNTED } = layoutWords;
const LEAF_SPAN = LEAF_WORDS * 32;

/** Returns how many ordinals are free from word `at` on, counting on from `run` up to the longest that counts. */
function runOn(words: Int32Array, at: number, run: number): number {
  let length = run;
  let next = at;
  while (length < LONGEST_COUNTED && words[next] === 0) {
    length += 32;
    next += 1;
  }
  return length < LONGEST_COUNTED ? length + zerosBelow(words[next]) : length;
}

/** Returns the shortfall of a leaf whose held bits begin at word `bits`. */
function leafShortfall(words: Int32Array, bits: number): number {
  let longest = 0;
  let run = 0; // free ordinals just before the current word
  for (let at = bits; at < bits + LEAF_WORDS; at += 1) {
    const held = words[at];
    if (held === 0) {
      run += 32;
      continue;
    }
    run += zerosBelow(held);
    if (run > longest) longest = run;
    if (held !== -1) longest = longestRun(~held, longest);
    run = Math.clz32(held);
  }
  if (run > 0) run = runOn(words, bits + LEAF_WORDS, run);
  if (run > longest) longest = run;
  return longest < LONGEST_COUNTED ? LONGEST_COUNTED - longest : 0;
}

/** Returns the least shortfall of the children of a node. */
function leastOf(words: Int32Array, { at, nodes }: Level, parent: number): number {
  const first = parent * FANOUT;
  const end = first + FANOUT < nodes ? first + FANOUT : nodes;
  let least = words[at + first];
  for (let child = first + 1; child < end; child += 1) {
    const shortfall = words[at + child];
    if (shortfall < least) least = shortfall;
  }
  return least;
}

/** Tells the ancestors of a leaf that its shortfall was `before` and is `after`. */
function climb(
  words: Int32Array,
  levels: readonly Level[],
  leaf: number,
  before: number,
  after: number,
): void {
  let index = leaf;
  let [was, is] = [before, after];
  for (let k = 1; k < levels.length && was !== is; k += 1) {
    index >>>= FANOUT_SHIFT;
    const node = levels[k].at + index;
    const old = words[node];
    if (is >= old && was > old) return; // another child was and remains the least
    is = is < old ? is : leastOf(words, levels[k - 1], index);
    was = old;
    words[node] = is;
  }
}

function refreshLeaf(words: Int32Array, levels: readonly Level[], leaf: number): void {
  const node = levels[0].at + leaf;
  const before = words[node];
  const after = leafShortfall(words, HELD_AT + leaf * LEAF_WORDS);
  if (before === after) return;
  words[node] = after;
  climb(words, levels, leaf, before, after);
}

/** Refreshes the leaves before `leaf` from which a run reaches `first`, the first ordinal that changed. */
function refreshBefore(words: Int32Array, levels: readonly Level[], leaf: number, first: number): void {
  let next = leaf;
  const reach = first - LONGEST_COUNTED;
  while (next > 0 && next * LEAF_SPAN > reach) {
    const start = next * LEAF_SPAN;
    if (start < first && firstHeld(words, start, first) < first) return;
    if (words[HELD_AT + next * LEAF_WORDS - 1] < 0) return; // the last ordinal before the leaf is held
    next -= 1;
    refreshLeaf(words, levels, next);
  }
}

/** Brings the summary up to date after held bits of the ordinals [first, last] of the bitmap zone changed. */
export function refresh(words: Int32Array, { levels }: Layout, first: number, last: number): void {
  const low = first >>> LEAF_SHIFT;
  for (let leaf = last >>> LEAF_SHIFT; leaf >= low; leaf -= 1) refreshLeaf(words, levels, leaf);
  refreshBefore(words, levels, low, first);
}

/**
 * Returns the first leaf at or after `from` in which a run of `count` begins, or the number of leaves where there is none.
 * Runs longer than those that count are taken to be anywhere that the longest that counts is. O(8 levels).
 */
export function nextLeaf(words: Int32Array, { levels }: Layout, from: number, count: number): number {
  const slack = count < LONGEST_COUNTED ? LONGEST_COUNTED - count : 0;
  let level = from === 0 ? levels.length - 1 : 0;
  let index = from;
  for (;;) {
    const { at, nodes } = levels[level];
    const group = (index | (FANOUT - 1)) + 1;
    const end = group < nodes ? group : nodes;
    while (index < end && words[at + index] > slack) index += 1;
    if (index < end) {
      if (level === 0) return index;
      level -= 1;
      index <<= FANOUT_SHIFT;
    } else {
      if (index >= nodes) return levels[0].nodes;
      level += 1;
      index >>>= FANOUT_SHIFT;
    }
  }
}
