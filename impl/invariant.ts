/**
 * The representation invariant: what holds of the words of a state between any two calls. Words that keep it mean an ownership
 * (see `abstraction.ts`). A flat conjunction of named predicates; each returns where it does not hold, or null.
 *
 * CONTENT are the predicates on what a snapshot keeps, HINTS those on what only makes searches fast. Costs O(words of held bits and summary, and entries of the free stack · log sections).
 */
import { type FlatState, freeByBits, freeIn, sectionsIn } from './abstraction.ts';
import { entriesOf, FLOOR, runOf } from './free-stack.ts';
import { firstFree, firstHeld, isHeld, markRange } from './held-bits.ts';
import {
  checksum,
  FANOUT,
  FREE_BITMAP_AT,
  HELD_AT,
  LEAF_SPAN,
  LONGEST_COUNTED,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
  MORE_AT,
  SEARCH_FROM_AT,
  UNUSED_AT,
} from './layout.ts';
import { NOWHERE } from './section-finder.ts';
import { paddingOf, sectionOfOrdinal, WORD_BITS } from './sections.ts';

export interface Predicate {
  readonly name: string;
  /** Returns where the predicate does not hold, in words; null where it holds. */
  readonly flaw: (state: FlatState) => string | null;
}

function unlike(found: number, expected: number): string | null {
  return found === expected ? null : `${found}, not ${expected}`;
}

function headerFlaw({ words, sections }: FlatState): string | null {
  return unlike(words[MAGIC_AT], MAGIC) ?? unlike(words[MAP_AT], checksum(sections));
}

function unusedFlaw({ words }: FlatState): string | null {
  const at = UNUSED_AT.find((place) => words[place] !== 0);
  return at === undefined ? null : `word ${at} is ${words[at]}`;
}

function paddingFlaw({ words, sections }: FlatState): string | null {
  for (const { first, count } of paddingOf(sections)) {
    const free = firstFree(words, first, first + count);
    if (free < first + count) return `ordinal ${free} is padding, and free`;
  }
  return null;
}

function bitmapCountFlaw(state: FlatState): string | null {
  return unlike(state.words[FREE_BITMAP_AT] >>> 0, freeIn(state, 'bitmap'));
}

function floorFlaw({ words, layout: { stackAt } }: FlatState): string | null {
  const floor = [...words.subarray(stackAt, stackAt + FLOOR.length)];
  return floor.every((word, i) => word === FLOOR[i]) ? null : `the lowest words are (${floor.join(', ')})`;
}

function rangeFlaw({ words, sections, layout }: FlatState): string | null {
  for (const { next, last } of entriesOf(words, layout.stackAt)) {
    const k = sectionOfOrdinal(sections, next);
    const { first, count } = sections.list[k] ?? NOWHERE;
    const isInside = last >= first && Math.max(next, last) < first + count;
    if (k < sections.bitmapSections || !isInside) return `run (${next}, ${last}) leaves the section`;
  }
  return null;
}

/** Returns words with a bit for each ordinal, all of them `held`; for the kernels of held bits. */
function bitsOf({ sections }: FlatState, held: boolean): Int32Array {
  return new Int32Array(HELD_AT + sections.ordinals / WORD_BITS).fill(held ? -1 : 0);
}

function disjointFlaw(state: FlatState): string | null {
  const seen = bitsOf(state, false);
  for (const entry of entriesOf(state.words, state.layout.stackAt)) {
    const { first, end } = runOf(entry);
    const twice = firstHeld(seen, first, end);
    if (twice < end) return `ordinal ${twice} is on the stack twice`;
    markRange(seen, first, end - first, true);
  }
  return null;
}

/** An entry would have joined the one below it where it went on from that, and what is left of a run as a single page frame is one. */
function greedyFlaw({ words, layout }: FlatState): string | null {
  let above: number | null = null;
  for (const { next, last, words: taken } of entriesOf(words, layout.stackAt)) {
    if (taken > 1 && next === last) return `ordinal ${next} takes ${taken} words`;
    if (above !== null && Math.abs(above - next) === 1)
      return `the run pushed from ${above} on would have joined the one below`;
    above = last;
  }
  return null;
}

function stackFlaw(state: FlatState): string | null {
  const { words, sections, layout } = state;
  const wrong = bitsOf(state, true); // first what is not on the stack, then where that is not what is held
  for (const entry of entriesOf(words, layout.stackAt)) {
    const { first, end } = runOf(entry);
    markRange(wrong, first, end - first, false);
  }
  for (let at = HELD_AT; at < wrong.length; at += 1) wrong[at] ^= words[at];
  for (const { first, count } of sectionsIn(sections, 'stack')) {
    const ordinal = firstHeld(wrong, first, first + count);
    if (ordinal < first + count)
      return `ordinal ${ordinal} is ${isHeld(words, ordinal) ? 'held and' : 'free and not'} on the stack`;
  }
  return null;
}

function moreFlaw({ words, layout }: FlatState): string | null {
  const more = entriesOf(words, layout.stackAt).reduce(
    (sum, { next, last, words: taken }) => sum + Math.abs(last - next) + 1 - taken,
    0,
  );
  return unlike(words[MORE_AT], more | 0);
}

function claimRangeFlaw({ words, layout }: FlatState): string | null {
  for (const [level, { at, nodes }] of layout.levels.entries()) {
    const index = words.subarray(at, at + nodes).findIndex((shortfall) => shortfall < 0);
    if (index >= 0) return `node ${index} of level ${level} has shortfall ${words[at + index]}`;
  }
  return null;
}

/** Returns the shortfall of each leaf that claims exactly what there is. */
export function exactShortfalls({ words, sections, layout }: FlatState): readonly number[] {
  const shortfalls = new Array<number>(layout.levels[0].nodes).fill(LONGEST_COUNTED);
  for (const { first, end } of freeByBits(words, sectionsIn(sections, 'bitmap'))) {
    for (let leaf = Math.floor(first / LEAF_SPAN); leaf * LEAF_SPAN < end; leaf += 1) {
      const length = end - Math.max(first, leaf * LEAF_SPAN);
      shortfalls[leaf] = Math.min(shortfalls[leaf], Math.max(0, LONGEST_COUNTED - length));
    }
  }
  return shortfalls;
}

function leafFlaw(state: FlatState): string | null {
  const { at } = state.layout.levels[0];
  const exact = exactShortfalls(state);
  const leaf = exact.findIndex((shortfall, k) => state.words[at + k] > shortfall);
  if (leaf < 0) return null;
  return `leaf ${leaf} has shortfall ${state.words[at + leaf]}, and a run that falls short by ${exact[leaf]} only`;
}

function parentFlaw({ words, layout: { levels } }: FlatState): string | null {
  for (let level = 1; level < levels.length; level += 1) {
    const [{ at, nodes }, below] = [levels[level], levels[level - 1]];
    const children = words.subarray(below.at, below.at + below.nodes);
    for (let index = 0; index < nodes; index += 1) {
      const least = Math.min(...children.subarray(index * FANOUT, (index + 1) * FANOUT));
      const flaw = unlike(words[at + index], least);
      if (flaw !== null) return `node ${index} of level ${level}: ${flaw}`;
    }
  }
  return null;
}

function searchFlaw({ words, sections }: FlatState): string | null {
  const from = words[SEARCH_FROM_AT] >>> 0;
  if (from > sections.bitmapOrdinals) return `${from} lies beyond the zone`;
  const [free] = freeByBits(words, sectionsIn(sections, 'bitmap'));
  return free !== undefined && free.first < from ? `ordinal ${free.first} is free, and below ${from}` : null;
}

export const CONTENT: readonly Predicate[] = [
  { name: 'the header names the format and the memory map', flaw: headerFlaw },
  { name: 'the unused words of the header are 0', flaw: unusedFlaw },
  { name: 'ordinals of no page frame are held', flaw: paddingFlaw },
  { name: 'the count of the bitmap zone is that of its free bits', flaw: bitmapCountFlaw },
  { name: 'the floor lies below all entries of the stack', flaw: floorFlaw },
  { name: 'each run of the stack lies in one section of the stack zone', flaw: rangeFlaw },
  { name: 'runs of the stack are disjoint', flaw: disjointFlaw },
  { name: 'runs of the stack are as long as pushes make them', flaw: greedyFlaw },
  { name: 'what is free in the stack zone is what is on the stack', flaw: stackFlaw },
  { name: 'the count of the stack is that of its runs', flaw: moreFlaw },
];

export const HINTS: readonly Predicate[] = [
  { name: 'the summary claims no run longer than those that count', flaw: claimRangeFlaw },
  { name: 'a leaf of the summary claims no less than there is', flaw: leafFlaw },
  { name: 'a node of the summary claims what the best of its children claims', flaw: parentFlaw },
  { name: 'nothing is free below where a search starts', flaw: searchFlaw },
];

export const INVARIANT: readonly Predicate[] = [...CONTENT, ...HINTS];

/** Returns the first predicate that a state breaks, with what is wrong; null where it breaks none. */
export function firstFlaw(state: FlatState, predicates: readonly Predicate[] = INVARIANT): string | null {
  for (const { name, flaw } of predicates) {
    const text = flaw(state);
    if (text !== null) return `${name}: ${text}`;
  }
  return null;
}
