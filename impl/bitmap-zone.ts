/**
 * The bitmap zone: contiguous page frames, found by first fit. Held bits say what is free, the summary where to look, and a
 * count in the header how many there are. In ordinals; the words are the caller's, who may move them to a larger buffer.
 *
 * For costs, see `search.ts` and `summary.ts`.
 */
import { broken } from './assert.ts';
import { isHeld, markRange } from './held-bits.ts';
import type { Layout } from './layout.ts';
import * as layoutWords from './layout.ts';
import { lowestFit } from './search.ts';
import { type Sections, sectionBelow } from './sections.ts';
import { noteFreed, noteHeld, rebuild } from './summary.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { FREE_BITMAP_AT, SEARCH_FROM_AT } = layoutWords;

export class BitmapZone {
  readonly #sections: Sections;
  readonly #layout: Layout;
  readonly #end: number;

  /** `end` is the first page frame past the zone. */
  constructor(sections: Sections, layout: Layout, end: number) {
    this.#sections = sections;
    this.#layout = layout;
    this.#end = end;
  }

  /**
   * Takes the lowest run of `count` that ends at or below page frame `limit` and starts at a multiple of `alignment`; returns
   * its first ordinal, or null where none fits.
   */
  take(words: Int32Array, count: number, limit: number, alignment: number): number | null {
    if (count === 0 || count > words[FREE_BITMAP_AT] >>> 0) return null;
    const below = this.#ordinalsBelow(limit);
    const from = words[SEARCH_FROM_AT] >>> 0;
    const first = lowestFit(words, this.#layout, this.#sections, from, below, count, alignment);
    if (first === null || first + count > below) return null;
    this.#hold(words, first, count);
    const isLowestFree = first === from || (count === 1 && alignment === 1);
    if (isLowestFree) words[SEARCH_FROM_AT] = first + count;
    return first;
  }

  /** Takes a run, which is free. Separate from {@link take}, so that a refusal stays small enough for the engine to inline. */
  #hold(words: Int32Array, first: number, count: number): void {
    const isFree = !isHeld(words, first) && !isHeld(words, first + count - 1);
    if (!isFree) throw broken('bitmap zone: what is taken is free', 'ordinal', first);
    markRange(words, first, count, true);
    words[FREE_BITMAP_AT] -= count;
    noteHeld(words, this.#layout, first, first + count - 1);
  }

  /** Gives back one ordinal, and tells whether it was held; changes nothing where not. {@link noteFreed} follows. */
  release(words: Int32Array, ordinal: number): boolean {
    if (!isHeld(words, ordinal)) return false;
    this.#give(words, ordinal, 1);
    return true;
  }

  /** Gives back the ordinals [first, first + count), all of which are held. */
  releaseRun(words: Int32Array, first: number, count: number): void {
    this.#give(words, first, count);
    this.noteFreed(words, first, first + count - 1);
  }

  /** Updates the summary and the start of searches after [first, last] became free. */
  noteFreed(words: Int32Array, first: number, last: number): void {
    if (first < words[SEARCH_FROM_AT] >>> 0) words[SEARCH_FROM_AT] = first;
    noteFreed(words, this.#layout, first, last);
  }

  #give(words: Int32Array, first: number, count: number): void {
    markRange(words, first, count, false);
    const free = (words[FREE_BITMAP_AT] >>> 0) + count;
    if (!(free <= this.#sections.bitmapFrames))
      throw broken('bitmap zone: no more is free than there is', 'ordinal', first);
    words[FREE_BITMAP_AT] = free;
  }

  /** Updates the summary and the start of searches after any held bit may have changed. O(zone / 32). */
  noteAll(words: Int32Array): void {
    words[SEARCH_FROM_AT] = 0;
    rebuild(words, this.#layout);
  }

  /** Returns the ordinal that the page frames of the zone below page frame `limit` lie below. */
  #ordinalsBelow(limit: number): number {
    if (limit >= this.#end) return this.#sections.bitmapOrdinals;
    const section = this.#sections.list[sectionBelow(this.#sections, limit - 1)];
    return section === undefined ? 0 : section.first + Math.min(limit - section.base, section.count);
  }
}
