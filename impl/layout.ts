/**
 * Layout: what lies where in the one flat buffer that holds the whole state. All offsets count 32-bit words.
 *
 *     ┌────────┬───────────────────────────┬───────────────────────────────┐
 *     │ header │ held bits, one an ordinal │ free stack, two words an entry│ → grows
 *     └────────┴───────────────────────────┴───────────────────────────────┘
 *     0        HEADER_WORDS                layout.stackAt
 *
 * A fresh buffer, all zeros, means "everything is free and the stack is empty". What the buffer does not hold (sections,
 * configuration, totals) is constant after init and follows from the memory map.
 */
import { type Sections, WORD_BITS } from './sections.ts';

/** Words of the header. The last eight are left for a lock and what else a shared buffer needs. */
export const HEADER_WORDS = 16;
/** Names the format of the buffer: "FPM1". */
export const MAGIC = 0x46504d31;
/** Where the header keeps what. Counts are unsigned. */
export const MAGIC_AT = 0;
/** A checksum of the sections: which memory map this is the state of. */
export const MAP_AT = 1;
/** Free page frames of each zone. */
export const FREE_BITMAP_AT = 2;
export const FREE_STACK_AT = 3;
/** Entries on the free stack. */
export const DEPTH_AT = 4;
/** The first word that is left for a lock. */
export const LOCK_AT = 8;

/** Words of an entry of the free stack: first ordinal, length. */
export const ENTRY_WORDS = 2;

/** Offsets that depend on the memory map. */
export interface Layout {
  readonly heldAt: number;
  readonly stackAt: number;
}

/** Returns the layout for these sections. */
export function layoutOf(sections: Sections): Layout {
  return { heldAt: HEADER_WORDS, stackAt: HEADER_WORDS + sections.ordinals / WORD_BITS };
}

/** Returns a checksum of the sections (FNV-1a over their numbers), to tell the states of two maps apart. */
export function checksum(sections: Sections): number {
  const numbers = sections.list.flatMap(({ base, count, first }) => [base, count, first]);
  const halves = numbers.flatMap((n) => [n % 2 ** 32, Math.floor(n / 2 ** 32)]);
  return [sections.bitmapSections, ...halves].reduce(
    (hash, n) => Math.imul(hash ^ n, 0x01000193),
    0x811c9dc5,
  );
}
