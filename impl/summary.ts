/**
 * Summary: for blocks of the bitmap zone, how long the free runs in them are, so that a search skips what cannot fit and
 * a refusal does not walk. A tree: a leaf covers 256 ordinals, an inner node 8 nodes of the level below.
 *
 *                       start 3      longest 5      end 2
 *     held bits         · · · 1 1 1 · · · · · 1 1 1 · ·          · free
 *                       └───┘       └───────┘       └─┘
 *
 * A node holds these three lengths as what they fall short of its span, so zeros say "all free" and a fresh buffer needs
 * no work. They are exact after every call: equal states have equal summaries. What a level's last node covers beyond the
 * zone counts as held.
 *
 * Cost: a change of one page frame reads the 8 words of its leaf, then 8 nodes a level for as long as a node changes.
 * The idea is that of the page allocator of Go's runtime (mpagealloc.go); there the three lengths share a word.
 */

import type { Layout, Level } from './layout.ts';
import * as layoutWords from './layout.ts';
import { longestRun, zerosBelow } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { FANOUT, FANOUT_SHIFT, HELD_AT, LEAF_SHIFT, LEAF_WORDS, NODE_WORDS } = layoutWords;

/** Stores the three lengths of a node as shortfalls of `span`. Returns whether one of them changed. */
function store(words: Int32Array, node: number, start: number, longest: number, end: number): boolean {
  if (words[node] === start && words[node + 1] === longest && words[node + 2] === end) return false;
  words[node] = start;
  words[node + 1] = longest;
  words[node + 2] = end;
  return true;
}

/** Computes a leaf from its words of held bits, which begin at `bits`. Returns whether it changed. */
function refreshLeaf(words: Int32Array, bits: number, node: number): boolean {
  let start = -1; // none yet: no word held anything so far
  let longest = 0;
  let run = 0; // free ordinals just before the current word
  for (let at = bits; at < bits + LEAF_WORDS; at += 1) {
    const held = words[at];
    if (held === 0) {
      run += 32;
      continue;
    }
    run += zerosBelow(held);
    if (start < 0) start = run;
    if (run > longest) longest = run;
    if (held !== -1) longest = longestRun(~held, longest);
    run = Math.clz32(held);
  }
  const span = LEAF_WORDS * 32;
  if (run > longest) longest = run;
  return store(words, node, start < 0 ? 0 : span - start, span - longest, span - run);
}

/** Computes an inner node from the `count` children that exist of it. Returns whether it changed. */
function refreshNode(words: Int32Array, child: number, count: number, span: number, node: number): boolean {
  let start = -1;
  let longest = 0;
  let run = 0;
  for (let at = child; at < child + count * NODE_WORDS; at += NODE_WORDS) {
    const joined = run + span - words[at];
    const best = span - words[at + 1];
    if (joined > longest) longest = joined;
    if (best > longest) longest = best;
    if (words[at] === 0) {
      run = joined;
      continue;
    }
    if (start < 0) start = joined;
    run = span - words[at + 2];
  }
  if (start < 0) start = run;
  if (count < FANOUT) run = 0;
  const whole = span * FANOUT;
  return store(words, node, whole - start, whole - longest, whole - run);
}

function refreshLeaves(words: Int32Array, { at }: Level, low: number, high: number): boolean {
  let hasChanged = false;
  for (let leaf = low; leaf <= high; leaf += 1) {
    const bits = HELD_AT + leaf * LEAF_WORDS;
    if (refreshLeaf(words, bits, at + leaf * NODE_WORDS)) hasChanged = true;
  }
  return hasChanged;
}

function refreshNodes(words: Int32Array, level: Level, below: Level, low: number, high: number): boolean {
  let hasChanged = false;
  for (let index = low; index <= high; index += 1) {
    const child = index * FANOUT;
    const from = below.at + child * NODE_WORDS;
    const count = below.nodes - child < FANOUT ? below.nodes - child : FANOUT;
    if (refreshNode(words, from, count, below.span, level.at + index * NODE_WORDS)) hasChanged = true;
  }
  return hasChanged;
}

/** Brings the summary up to date after held bits of the ordinals [first, last] of the bitmap zone changed. */
export function refresh(words: Int32Array, { levels }: Layout, first: number, last: number): void {
  let low = first >>> LEAF_SHIFT;
  let high = last >>> LEAF_SHIFT;
  let hasChanged = refreshLeaves(words, levels[0], low, high);
  for (let k = 1; hasChanged && k < levels.length; k += 1) {
    low >>>= FANOUT_SHIFT;
    high >>>= FANOUT_SHIFT;
    hasChanged = refreshNodes(words, levels[k], levels[k - 1], low, high);
  }
}

/** Marks what the last node of each level covers beyond the zone as held; zeros are true of all others at init. */
export function closeSummary(words: Int32Array, { levels }: Layout): void {
  for (let k = 1; k < levels.length; k += 1) {
    const last = levels[k].nodes - 1;
    refreshNodes(words, levels[k], levels[k - 1], last, last);
  }
}
