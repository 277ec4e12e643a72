/**
 * The abstraction: which ownership the words of a state mean. Everything that looks at a state from outside reads it here.
 * `invariant.ts` says which words mean one.
 *
 *     page frame                         owner
 *     in no section                      absent or firmware, as the memory map has it
 *     in a section, its held bit is 1    a caller, or boot code that has not handed it over yet
 *     in a section, its held bit is 0    pmm; in the stack zone it also lies on the free stack
 *
 * Each function walks the held words once, or the entries of the free stack.
 */
import {
  type Config,
  type InspectedRun,
  type MemoryMap,
  type Ownership,
  pageCount,
  SWEEP_CLAUSES,
  ZONES,
  type Zone,
} from '../spec/index.ts';
import { entriesOf, type FreeRun, freeRuns, sizeOf, wordsOfStack } from './free-stack.ts';
import { firstFree, firstHeld, isHeld } from './held-bits.ts';
import { FREE_BITMAP_AT, HELD_AT, type Layout, layoutOf } from './layout.ts';
import { type Section, type Sections, sectionOfOrdinal, sectionsOf, WORD_BITS } from './sections.ts';
import { wordsFor } from './state.ts';
import { countOnes } from './word.ts';

/** The words of a state, and what follows from the memory map and the configuration that it is a state of. */
export interface FlatState {
  readonly words: Int32Array;
  readonly sections: Sections;
  readonly layout: Layout;
}

/** Returns the state that words hold; without words, one of zeros with room for the largest free stack. */
export function flatStateOf(map: MemoryMap, config: Config, words?: Int32Array): FlatState {
  const sections = sectionsOf(map, config);
  const layout = layoutOf(sections);
  return { words: words ?? wordsFor(layout, wordsOfStack(sections.stackFrames)), sections, layout };
}

/** Returns the sections of a zone, ascending. */
export function sectionsIn({ list, bitmapSections }: Sections, zone: Zone): readonly Section[] {
  return zone === 'bitmap' ? list.slice(0, bitmapSections) : list.slice(bitmapSections);
}

/** Returns the maximal runs of free ordinals in ascending sections, as the held bits have them. */
export function freeByBits(words: Int32Array, sections: readonly Section[]): readonly FreeRun[] {
  const runs: FreeRun[] = [];
  for (const { first, count } of sections) {
    const end = first + count;
    for (let from = firstFree(words, first, end); from < end; ) {
      const until = firstHeld(words, from, end);
      runs.push({ first: from, end: until });
      from = until < end ? firstFree(words, until, end) : end;
    }
  }
  return runs;
}

/** Yields the maximal runs of free ordinals of the stack zone, ascending, as the free stack has them. */
export function freeByStack({ words, layout }: FlatState): readonly FreeRun[] {
  return freeRuns(words, layout.stackAt);
}

/**
 * Returns the page frames of ascending sections as runs in one condition, where these ordinals are free and no others. A list,
 * since sweeps read it whole every few calls, and generators would make a fifth of all that a check has to collect.
 */
export function conditionsOf(
  sections: readonly Section[],
  free: readonly FreeRun[],
): readonly InspectedRun[] {
  const runs: InspectedRun[] = [];
  let next = 0;
  for (const { base, first, count } of sections) {
    const offset = base - first;
    let from = first;
    for (let run = free[next]; run !== undefined && run.first < first + count; run = free[++next]) {
      if (from < run.first) runs.push({ base: offset + from, count: run.first - from, condition: 'held' });
      runs.push({ base: offset + run.first, count: run.end - run.first, condition: 'free' });
      from = run.end;
    }
    const left = first + count - from;
    if (left > 0) runs.push({ base: offset + from, count: left, condition: 'held' });
  }
  return runs;
}

/** Returns the page frames of ascending sections as runs in one condition, as the held bits have them. */
export function conditionsByBits(words: Int32Array, sections: readonly Section[]): readonly InspectedRun[] {
  const runs: InspectedRun[] = [];
  for (const { base, first, count } of sections) {
    const end = first + count;
    let isFree = !isHeld(words, first);
    for (let from = first; from < end; isFree = !isFree) {
      const until = isFree ? firstHeld(words, from, end) : firstFree(words, from, end);
      runs.push({ base: base - first + from, count: until - from, condition: isFree ? 'free' : 'held' });
      from = until;
    }
  }
  return runs;
}

/** Returns all page frames that a caller can ever hold, ascending, as the held bits have them. */
export function conditions({ words, sections: { list } }: FlatState): readonly InspectedRun[] {
  return conditionsByBits(words, list);
}

/** Returns how many page frames of a zone are free, as the held bits have it; padding is held, and counts as nothing. */
export function freeIn({ words, sections }: FlatState, zone: Zone): number {
  const { bitmapOrdinals, ordinals } = sections;
  const [first, end] = zone === 'bitmap' ? [0, bitmapOrdinals] : [bitmapOrdinals, ordinals];
  let free = 0;
  for (let at = HELD_AT + first / WORD_BITS; at < HELD_AT + end / WORD_BITS; at += 1)
    free += WORD_BITS - countOnes(words[at]);
  return free;
}

/** Yields the free page frames of the stack zone in the order in which single allocations get them. */
export function* stackOrder({ words, sections, layout }: FlatState): Generator<number> {
  for (const { next, last } of entriesOf(words, layout.stackAt)) {
    const { base, first } = sections.list[sectionOfOrdinal(sections, next)];
    const step = next <= last ? 1 : -1;
    for (let i = 0; i <= Math.abs(last - next); i += 1) yield base + (next - first) + step * i;
  }
}

/** A part of the relation between a state and the ownership that it means. */
export interface Relation {
  readonly name: string;
  /** Returns where they disagree, in words; null where they agree. */
  readonly flaw: (state: FlatState, ownership: Ownership) => string | null;
}

function ownersFlaw(state: FlatState, ownership: Ownership): string | null {
  const [ownerAgrees] = SWEEP_CLAUSES;
  return ownerAgrees.check({ state: ownership, runs: conditions(state) })?.explanation ?? null;
}

function amountsFlaw({ words, layout }: FlatState, ownership: Ownership): string | null {
  const counted = { bitmap: words[FREE_BITMAP_AT] >>> 0, stack: sizeOf(words, layout.stackAt) };
  const zone = ZONES.find((each) => counted[each] !== ownership.freeIn(each));
  if (zone === undefined) return null;
  return `${counted[zone]} page frames are counted as free in the ${zone} zone, ${ownership.freeIn(zone)} are`;
}

function orderFlaw(state: FlatState, ownership: Ownership): string | null {
  const frames = [...stackOrder(state)];
  const expected = ownership.stackTop(pageCount(frames.length));
  if (expected === null) return null;
  const at = frames.findIndex((frame, k) => frame !== expected[k]);
  return at < 0 ? null : `page frame ${at} from the top of the stack is ${frames[at]}, not ${expected[at]}`;
}

/** A state means the ownership with which it agrees in all of these. */
export const RELATION: readonly Relation[] = [
  { name: 'page frames are free, held or unmanaged as their owners say', flaw: ownersFlaw },
  { name: 'as many page frames are counted as free in each zone as pmm owns there', flaw: amountsFlaw },
  { name: 'the free stack hands out page frames in the order of the ownership', flaw: orderFlaw },
];

/** Returns the first part of the relation that does not hold, with what is wrong; null where the state means the ownership. */
export function disagreement(state: FlatState, ownership: Ownership): string | null {
  for (const { name, flaw } of RELATION) {
    const text = flaw(state, ownership);
    if (text !== null) return `${name}: ${text}`;
  }
  return null;
}
