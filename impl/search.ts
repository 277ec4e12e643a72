/**
 * Search: the lowest run of free ordinals of the bitmap zone that fits a request.
 *
 * Goes from leaf to leaf of the summary in which a run of the wanted length begins, and looks there for a start that is a
 * multiple of the alignment. A position is *refused* when the run from it on is too short:
 *
 *          from          start    held              count 8, alignment 4
 *     1 1 · · · 1 · · ·│ · · · · · 1 · · · │
 *                                   └ the search resumes here, in this leaf or a later one
 *
 * Cost: a refusal because of length reads 8 nodes at most. Otherwise O(8 levels) a leaf in which a run is long enough, and
 * its 8 words; a request above 2 MiB reads the words of each run of 2 MiB and more once.
 */
import { broken } from './assert.ts';
import { firstFree, firstHeld } from './held-bits.ts';
import type { Layout } from './layout.ts';
import * as layoutWords from './layout.ts';
import { type Section, type Sections, sectionOfOrdinal } from './sections.ts';
import { correctLeaf, nextLeaf } from './summary.ts';
import { lowestFit as lowestFitInWords, multiplesOf } from './word.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { HELD_AT, LEAF_SHIFT, LEAF_SPAN } = layoutWords;

/** Returns the lowest multiple of the alignment at or after the page frame of an ordinal, as an ordinal. */
function alignUp(ordinal: number, section: Section, alignment: number): number {
  const excess = alignment === 1 ? 0 : (ordinal - section.first + section.base) % alignment;
  return excess === 0 ? ordinal : ordinal + (alignment - excess);
}

/** Looks for a start in [from, end) of one section a word at a time. `count` and `alignment` are at most 32. */
function denseFit(
  words: Int32Array,
  section: Section,
  from: number,
  end: number,
  count: number,
  alignment: number,
): number {
  const comb = alignment === 1 ? -1 : multiplesOf(alignment);
  const rest = alignment === 1 ? 0 : 32 % alignment; // a division costs as much as a word of search
  const base = from - (from & 31);
  let phase = alignUp(base, section, alignment) - base; // the first multiple in the word, 0 to alignment - 1
  let usable = -1 << from;
  for (let ordinal = base; ordinal < end; ordinal += 32) {
    const at = HELD_AT + (ordinal >>> 5);
    const free = ~words[at];
    if (free !== 0) {
      const bit = lowestFitInWords(free, ~words[at + 1], count, (comb << phase) & usable);
      if (bit < 32) return ordinal + bit;
    }
    phase = phase < rest ? phase + alignment - rest : phase - rest;
    usable = -1;
  }
  return end;
}

/**
 * Looks for a start in [from, end) of one section, a multiple of the alignment at a time. For any shape. Where there is none, it
 * returns the next multiple, or the end of the section.
 */
function sparseFit(
  words: Int32Array,
  section: Section,
  from: number,
  end: number,
  count: number,
  alignment: number,
): number {
  let start = alignUp(from, section, alignment);
  while (start < end) {
    const held = firstHeld(words, start, start + count);
    if (held === start + count) return start;
    if (held + 1 >= end) return held + 1;
    start = alignUp(firstFree(words, held + 1, end), section, alignment);
  }
  return Math.min(start, section.first + section.count);
}

/**
 * Returns the lowest start of a fitting run in [from, end), or where to go on, at or after `end`. The extent may touch
 * several sections.
 */
function fitBetween(
  words: Int32Array,
  sections: Sections,
  from: number,
  end: number,
  count: number,
  alignment: number,
): number {
  const isDense = count <= 32 && alignment <= 32;
  let next = from;
  const first = sections.bitmapSections === 1 ? 0 : Math.max(0, sectionOfOrdinal(sections, from));
  for (let k = first; k < sections.bitmapSections && next < end; k += 1) {
    const section = sections.list[k];
    const low = section.first > next ? section.first : next;
    const roof = section.first + section.count;
    const high = roof < end ? roof : end;
    if (low >= high) continue;
    next = isDense
      ? denseFit(words, section, low, high, count, alignment)
      : sparseFit(words, section, low, high, count, alignment);
    if (!(next >= low)) throw broken('search: goes upwards', 'ordinal', next);
    if (next < high) return next;
  }
  return next < end ? end : next;
}

/**
 * Returns the ordinal of the lowest fitting run of the bitmap zone that starts below `limit`, or null. Whether the run also ends
 * below it is for the caller to see: where the lowest one does not, none does. No ordinal below `lowest` is free; `count` and
 * `alignment` are at least 1.
 */
export function lowestFit(
  words: Int32Array,
  layout: Layout,
  sections: Sections,
  lowest: number,
  limit: number,
  count: number,
  alignment: number,
): number | null {
  if (count === 1 && alignment === 1 && lowest < limit) {
    const end = lowest - (lowest & 31) + 32; // one word: a single page frame is mostly found where the last one was
    const free = firstFree(words, lowest, end);
    if (free < end) return free;
  }
  let from = lowest;
  while (from < limit) {
    const leaf = nextLeaf(words, layout, from >>> LEAF_SHIFT, count);
    const base = leaf * LEAF_SPAN;
    if (base >= limit) return null;
    const low = base > from ? base : from;
    const start = fitBetween(words, sections, low, base + LEAF_SPAN, count, alignment);
    if (start < base + LEAF_SPAN) return start;
    correctLeaf(words, layout, leaf);
    from = start;
  }
  return null;
}
