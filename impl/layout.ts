/**
 * Layout: the parts of the one flat buffer that holds the whole state. All offsets count 32-bit words.
 *
 *     ┌────────┬────────────────────────┬─────────────────────────────┬───────────────────────────────┐
 *     │ header │ held bits, an ordinal  │ summary of the bitmap zone, │ free stack                    │ → grows
 *     │        │ each                   │ a word a node               │                               │
 *     └────────┴────────────────────────┴─────────────────────────────┴───────────────────────────────┘
 *     0        HELD_AT                  levels[0].at                  stackAt
 *
 * Zeros mean "free", so a fresh buffer needs its magic number, its checksum and the floor of the stack. What the buffer does
 * not hold (sections, configuration, totals) is constant after init and follows from the memory map.
 */
import { type Sections, WORD_BITS } from './sections.ts';

/** Names the format of the buffer: "FPM6". */
export const MAGIC = 0x46504d36;
/** The words of the header. Counts are unsigned. */
export const MAGIC_AT = 0;
/** A checksum of the sections: which memory map this is the state of. */
export const MAP_AT = 1;
/** Free page frames of the bitmap zone. */
export const FREE_BITMAP_AT = 2;
/** The place of the top word of the free stack; see `free-stack.ts`. */
export const TOP_AT = 3;
/** By how much the page frames on the free stack exceed its words above the floor, modulo 2^32. */
export const MORE_AT = 4;
/** From here to the held bits: words outside the state, because they depend on more than the calls. */
export const ASIDE_AT = 5;
/** No ordinal of the bitmap zone below this one is free: where a search starts. */
export const SEARCH_FROM_AT = 5;
/** The words of `shared/lock.ts`; always 0 where the buffer is not shared. */
export const LOCK_AT = 6;
export const TURN_AT = 7;
export const CALL_AT = 8;
export const BROKEN_AT = 9;
export const CALLERS_AT = 10;
/** Words of the header without a use; always 0. */
export const UNUSED_AT: readonly number[] = [11, 12, 13, 14, 15];
/** The held bits begin here: words of the header, which is a cache line. */
export const HELD_AT = 16;

/** Ordinals of a leaf of the summary, as a power of two: 256, which is 8 words or half a cache line. */
export const LEAF_SHIFT = 8;
export const LEAF_SPAN = 2 ** LEAF_SHIFT;
/** Words of held bits that a leaf covers. */
export const LEAF_WORDS = LEAF_SPAN / WORD_BITS;
/** Children of an inner node, as a power of two: 8, half a cache line. */
export const FANOUT_SHIFT = 3;
export const FANOUT = 2 ** FANOUT_SHIFT;

/** Page frames of the longest run that the summary tells apart. */
export const LONGEST_COUNTED = 512;

/** One level of the summary, a word a node. */
export interface Level {
  /** The word of its first node. */
  readonly at: number;
  readonly nodes: number;
}

/** Offsets that depend on the memory map. */
export interface Layout {
  /** The levels of the summary, leaves first; the last has at most {@link FANOUT} nodes. */
  readonly levels: readonly Level[];
  readonly stackAt: number;
}

function levelsOf(bitmapOrdinals: number, at: number): readonly Level[] {
  let level: Level = { at, nodes: Math.ceil(bitmapOrdinals / LEAF_SPAN) };
  const levels = [level];
  while (level.nodes > FANOUT) {
    level = { at: level.at + level.nodes, nodes: Math.ceil(level.nodes / FANOUT) };
    levels.push(level);
  }
  return levels;
}

/** Returns the layout for these sections. */
export function layoutOf(sections: Sections): Layout {
  const levels = levelsOf(sections.bitmapOrdinals, HELD_AT + sections.ordinals / WORD_BITS);
  const stackAt = levels.reduce((end, { at, nodes }) => Math.max(end, at + nodes), 0);
  return { levels, stackAt };
}

function mixed(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193);
}

/** Returns a checksum of the sections (FNV-1a over their numbers), to tell the states of two maps apart. */
export function checksum(sections: Sections): number {
  let hash = mixed(0x811c9dc5, sections.bitmapSections);
  for (const { base, count, first } of sections.list)
    for (const n of [base, count, first]) hash = mixed(mixed(hash, n | 0), n / 2 ** 32);
  return hash;
}
