/**
 * Summary: for each block of the bitmap zone, how long a run of free page frames can be that begins in it, so that a search
 * steps over what cannot fit and a refusal does not walk. A tree: a leaf covers 256 ordinals, an inner node 8 nodes of
 * the level below.
 *
 *     leaf            ├────────── 256 ──────────┤
 *     held bits        1 1 · · · 1 1 1 · 1 · · · · · · · 1 …       · free
 *                          └ 3 ┘       1   └── 7 ──────┘           longest: 7, though it ends in the next leaf
 *
 * Runs count up to 512 page frames (2 MiB, a huge page): a change has to look no further than that. A node holds what the
 * longest run falls *short* of 512, so zeros say "all free" and a fresh buffer needs no work; a parent has the least
 * shortfall of its children.
 *
 * A node never claims less than there is. It may claim more: an allocation within one leaf does not touch the summary, and a
 * search that looks into the leaf in vain corrects it then. So each correction is paid for by an allocation. The summary
 * follows from the held bits and is left out of snapshots.
 *
 * Cost of freeing one page frame: the words that its run spans, and one comparison a level; of a correction: the 8 words
 * of the leaf, and 8 siblings a level where it was the longest. Of a long run only the leaves at its ends are read.
 */
import { broken } from './assert.ts';
import { firstHeld, freeSince, isHeld } from './held-bits.ts';
import type { Layout, Level } from './layout.ts';
import * as layoutWords from './layout.ts';
import { longestRun, zerosBelow } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { FANOUT, FANOUT_SHIFT, HELD_AT, LEAF_SHIFT, LEAF_SPAN, LEAF_WORDS, LONGEST_COUNTED } = layoutWords;

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
  let was = before;
  let is = after;
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

function setLeaf(words: Int32Array, levels: readonly Level[], leaf: number, after: number): void {
  const isWithin = leaf >>> 0 < levels[0].nodes && after >>> 0 <= LONGEST_COUNTED; // both bounds: below 0 is large unsigned
  if (!isWithin) throw broken('summary: a leaf claims a run that counts', 'leaf', leaf);
  const node = levels[0].at + leaf;
  const before = words[node];
  if (before === after) return;
  words[node] = after;
  climb(words, levels, leaf, before, after);
}

/** Makes the leaves [first, end) claim the same, and their ancestors what follows. O(leaves). */
function setLeaves(
  words: Int32Array,
  levels: readonly Level[],
  first: number,
  end: number,
  after: number,
): void {
  if (!(first < end && end <= levels[0].nodes))
    throw broken('summary: a run has leaves of the zone', 'leaf', first);
  words.fill(after, levels[0].at + first, levels[0].at + end);
  let low = first;
  let high = end - 1;
  for (let k = 1; k < levels.length; k += 1) {
    low >>>= FANOUT_SHIFT;
    high >>>= FANOUT_SHIFT;
    for (let node = low; node <= high; node += 1)
      words[levels[k].at + node] = leastOf(words, levels[k - 1], node);
  }
}

/** Makes a leaf claim exactly what there is. */
export function correctLeaf(words: Int32Array, { levels }: Layout, leaf: number): void {
  setLeaf(words, levels, leaf, leafShortfall(words, HELD_AT + leaf * LEAF_WORDS));
}

/** Makes a leaf, and its ancestors, claim at least a run of `length`. */
function raise(words: Int32Array, levels: readonly Level[], leaf: number, length: number): void {
  if (!(length > 0)) throw broken('summary: a run that was freed is one', 'leaf', leaf);
  const shortfall = length < LONGEST_COUNTED ? LONGEST_COUNTED - length : 0;
  let index = leaf;
  for (let k = 0; k < levels.length; k += 1) {
    const node = levels[k].at + index;
    if (words[node] <= shortfall) return;
    words[node] = shortfall;
    index >>>= FANOUT_SHIFT;
  }
}

/** Raises the leaves in which the free run begins, or goes on, that holds the page frames [first, last]. */
function raiseRun(words: Int32Array, levels: readonly Level[], first: number, last: number): void {
  let leaf = first >>> LEAF_SHIFT;
  let end = first;
  const until = firstHeld(words, last + 1, last + 1 + LONGEST_COUNTED);
  for (;;) {
    const start = leaf * LEAF_SPAN;
    const from = freeSince(words, start, end);
    raise(words, levels, leaf, until - from);
    const goesOnBefore = from === start && leaf > 0 && !isHeld(words, start - 1);
    if (!goesOnBefore || start + LONGEST_COUNTED <= first) return; // from further back, the run was as long as counts
    end = start;
    leaf -= 1;
  }
}

/** Makes the leaves of a range exact, where all of [first, last] has just become free. */
function correctFreed(words: Int32Array, layout: Layout, first: number, last: number): void {
  if (!(first < last)) throw broken('summary: what was freed is a run', 'ordinal', first);
  const low = first >>> LEAF_SHIFT;
  const high = last >>> LEAF_SHIFT;
  // Leaves in which the longest run that counts begins and ends.
  const whole = low * LEAF_SPAN < first ? low + 1 : low;
  const end = high + 1 - LONGEST_COUNTED / LEAF_SPAN;
  if (whole < end) setLeaves(words, layout.levels, whole, end, 0);
  if (low < whole) correctLeaf(words, layout, low);
  for (let leaf = Math.max(whole, end); leaf <= high; leaf += 1) correctLeaf(words, layout, leaf);
}

/** Tells the summary that [first, last] of the bitmap zone became free. */
export function noteFreed(words: Int32Array, layout: Layout, first: number, last: number): void {
  if (first >>> LEAF_SHIFT !== last >>> LEAF_SHIFT) correctFreed(words, layout, first, last);
  raiseRun(words, layout.levels, first, last);
}

/** Tells the summary that [first, last] of the bitmap zone became held. A search corrects a single leaf when it looks there. */
export function noteHeld(words: Int32Array, layout: Layout, first: number, last: number): void {
  const low = first >>> LEAF_SHIFT;
  const high = last >>> LEAF_SHIFT;
  if (low === high) return;
  if (!(low < high)) throw broken('summary: what was taken is a run', 'ordinal', first);
  correctLeaf(words, layout, low);
  if (low + 1 < high) setLeaves(words, layout.levels, low + 1, high, LONGEST_COUNTED);
  correctLeaf(words, layout, high);
}

/** Makes the whole summary exact. O(zone / 32). */
export function rebuild(words: Int32Array, layout: Layout): void {
  const { nodes } = layout.levels[0];
  for (let leaf = 0; leaf < nodes; leaf += 1) correctLeaf(words, layout, leaf);
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
