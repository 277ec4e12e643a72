/**
 * Search: the lowest run of free ordinals of the bitmap zone that fits a request.
 *
 * Goes through the zone in ascending order. The summary lets it step over every block in which no run fits, as large a
 * block as it can; in a leaf where a run of the wanted length exists it looks at the held bits. `open` is where the
 * free run begins that reaches up to the current position, so that a run may cross any number of blocks:
 *
 *       ──── skipped ────┐ open             position
 *       1 1 · 1 · · 1 · 1 · · · · · · · · · ┊ · · · 1 …
 *                        └──── free run ────┴─────┘
 *
 * Cost: a refusal by length alone reads the topmost nodes, 8 at most. Otherwise O(8 log zone) for each leaf in which a
 * run is long enough but starts at no multiple of the alignment, and 8 words for each of these.
 */
import { firstFree, firstHeld } from './held-bits.ts';
import type { Layout, Level } from './layout.ts';
import * as layoutWords from './layout.ts';
import { type Section, type Sections, sectionOfOrdinal } from './sections.ts';
import { lowestFit as lowestFitInWords, multiplesOf, zerosBelow } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { FANOUT_SHIFT, HELD_AT, LEAF_SHIFT, NODE_WORDS } = layoutWords;

/** Ordinals of a leaf. */
const LEAF_SPAN = 2 ** LEAF_SHIFT;

/** What is searched for, in page frames: `count` of them from a multiple of `alignment` on; both at least 1. */
export interface Shape {
  readonly count: number;
  readonly alignment: number;
}

/** Whether no run of `count` ends or lies in a node at whose first ordinal `ahead` free ones end. */
function canSkip(words: Int32Array, node: number, span: number, ahead: number, count: number): boolean {
  return span - words[node + 1] < count && ahead + span - words[node] < count;
}

/** Returns the level of the largest block that starts at a leaf. */
function levelAt(leaf: number, top: number): number {
  if (leaf === 0) return top;
  const level = Math.floor(zerosBelow(leaf) / FANOUT_SHIFT);
  return level < top ? level : top;
}

/** Returns the level of the largest block that starts at a leaf and can be skipped, or -1 where not even the leaf can. */
function levelToSkip(
  words: Int32Array,
  levels: readonly Level[],
  leaf: number,
  ahead: number,
  count: number,
): number {
  let level = levelAt(leaf, levels.length - 1);
  while (level >= 0) {
    const { at, span } = levels[level];
    const node = at + (leaf >>> (level * FANOUT_SHIFT)) * NODE_WORDS;
    if (canSkip(words, node, span, ahead, count)) return level;
    level -= 1;
  }
  return -1;
}

/** Returns where the free run begins that reaches up to the end of a node, where `open` is that of its start. */
function openAfter(words: Int32Array, node: number, end: number, span: number, open: number): number {
  return words[node] === 0 ? open : end - (span - words[node + 2]);
}

/** Returns the lowest multiple of the alignment at or after the page frame of an ordinal, as an ordinal. */
function alignUp(ordinal: number, { base, first }: Section, alignment: number): number {
  const excess = (ordinal - first + base) % alignment;
  return excess === 0 ? ordinal : ordinal + (alignment - excess);
}

/** Looks for starts in [from, end) of one section a word at a time. `count` and `alignment` are at most 32. */
function denseFit(
  words: Int32Array,
  section: Section,
  from: number,
  end: number,
  { count, alignment }: Shape,
): number {
  const comb = multiplesOf(alignment);
  const rest = 32 % alignment;
  const base = from - (from & 31);
  let phase = alignUp(base, section, alignment) - base; // the first multiple in the word, 0 to alignment - 1
  let usable = -1 << from;
  for (let ordinal = base; ordinal < end; ordinal += 32) {
    const at = HELD_AT + (ordinal >>> 5);
    const bit = lowestFitInWords(~words[at], ~words[at + 1], count, (comb << phase) & usable);
    if (bit < 32) return ordinal + bit;
    phase = phase < rest ? phase + alignment - rest : phase - rest;
    usable = -1;
  }
  return end;
}

/** Looks for starts in [from, end) of one section, a multiple of the alignment at a time. For any shape. */
function sparseFit(
  words: Int32Array,
  section: Section,
  from: number,
  end: number,
  { count, alignment }: Shape,
): number {
  const roof = Math.min(end, section.first + section.count - count + 1);
  let start = alignUp(from, section, alignment);
  while (start < roof) {
    const held = firstHeld(words, start, start + count);
    if (held === start + count) return start;
    if (held + 1 >= roof) break;
    start = alignUp(firstFree(words, held + 1, roof), section, alignment);
  }
  return end;
}

/** Returns the lowest start of a fitting run in [from, end), or `end` where none is. No start before `from` fits. */
function fitBetween(words: Int32Array, sections: Sections, from: number, end: number, shape: Shape): number {
  const search = shape.count <= 32 && shape.alignment <= 32 ? denseFit : sparseFit;
  for (let k = Math.max(0, sectionOfOrdinal(sections, from)); k < sections.bitmapSections; k += 1) {
    const section = sections.list[k];
    if (section.first >= end) break;
    const low = Math.max(from, section.first);
    const high = Math.min(end, section.first + section.count);
    const start = low < high ? search(words, section, low, high, shape) : high;
    if (start < high) return start;
  }
  return end;
}

/**
 * Returns the ordinal of the lowest fitting run of the bitmap zone, or null. The run starts below `limit`; whether it
 * also ends there is for the caller to see: where the lowest one does not, none does.
 */
export function lowestFit(
  words: Int32Array,
  layout: Layout,
  sections: Sections,
  limit: number,
  shape: Shape,
): number | null {
  const { levels } = layout;
  const { count } = shape;
  let open = 0;
  for (let leaf = 0; leaf * LEAF_SPAN < limit; ) {
    const position = leaf * LEAF_SPAN;
    const level = levelToSkip(words, levels, leaf, position - open, count);
    const { at, span } = levels[Math.max(0, level)];
    if (level < 0) {
      const start = fitBetween(words, sections, open, position + span, shape);
      if (start < position + span) return start;
    }
    const index = leaf >>> (Math.max(0, level) * FANOUT_SHIFT);
    open = openAfter(words, at + index * NODE_WORDS, position + span, span, open);
    leaf += span / LEAF_SPAN;
  }
  return null;
}
