/**
 * Anatomy: what lies where in the state of one memory map and configuration, for those who write or check states from outside.
 * The allocator itself does not use it.
 */
import type { Config, MemoryMap } from '../spec/index.ts';
import { writeFloor } from './free-stack.ts';
import {
  ASIDE_AT,
  checksum,
  DEPTH_AT,
  ENTRY_WORDS,
  FANOUT,
  FREE_BITMAP_AT,
  HELD_AT,
  type Layout,
  LEAF_SHIFT,
  LONGEST_COUNTED,
  layoutOf,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
  MORE_BELOW_AT,
  SEARCH_FROM_AT,
  TOP_LAST_AT,
  TOP_NEXT_AT,
} from './layout.ts';
import { type Section, type Sections, sectionsOf } from './sections.ts';

/** The places of the header, by what `layout.ts` says of them. */
const PLACES = {
  magic: MAGIC_AT,
  map: MAP_AT,
  freeInBitmap: FREE_BITMAP_AT,
  depth: DEPTH_AT,
  moreBelow: MORE_BELOW_AT,
  topNext: TOP_NEXT_AT,
  topLast: TOP_LAST_AT,
  aside: ASIDE_AT,
  searchFrom: SEARCH_FROM_AT,
  held: HELD_AT,
} as const;

export interface Anatomy {
  readonly at: typeof PLACES;
  readonly magic: number;
  readonly checksum: number;
  /** Manageable RAM, in ordinals; those of the bitmap zone come first. */
  readonly sections: readonly Section[];
  readonly bitmapSections: number;
  readonly bitmapOrdinals: number;
  readonly ordinals: number;
  /** The summary: leaves of so many ordinals, then nodes of so many each, in words that say what is short of the longest. */
  readonly levels: Layout['levels'];
  readonly leafOrdinals: number;
  readonly fanout: number;
  readonly longestCounted: number;
  /** Where the free stack begins below its top entry, words of an entry, and the entry below all others. */
  readonly stackAt: number;
  readonly entryWords: number;
  readonly floor: { readonly next: number; readonly last: number };
  /** Words of a state with room for the largest stack. */
  readonly words: number;
}

function floorEntry(): Anatomy['floor'] {
  const words = new Int32Array(HELD_AT);
  writeFloor(words);
  return { next: words[TOP_NEXT_AT], last: words[TOP_LAST_AT] };
}

/** Returns the anatomy of the states of this memory map and configuration. */
export function anatomyOf(map: MemoryMap, config: Config): Anatomy {
  const sections: Sections = sectionsOf(map, config);
  const { levels, stackAt } = layoutOf(sections);
  const { list, bitmapSections, bitmapOrdinals, ordinals, stackFrames } = sections;
  return {
    at: PLACES,
    magic: MAGIC,
    checksum: checksum(sections),
    sections: list,
    bitmapSections,
    bitmapOrdinals,
    ordinals,
    levels,
    leafOrdinals: 2 ** LEAF_SHIFT,
    fanout: FANOUT,
    longestCounted: LONGEST_COUNTED,
    stackAt,
    entryWords: ENTRY_WORDS,
    floor: floorEntry(),
    words: stackAt + ENTRY_WORDS * stackFrames,
  };
}
