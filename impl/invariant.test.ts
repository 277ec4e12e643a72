/** The representation invariant: each predicate is broken while all others hold. */
import { describe, expect, test } from 'vitest';
import { type FlatState, freeByBits, sectionsIn } from './abstraction.ts';
import { entriesOf } from './free-stack.ts';
import { firstHeld, isHeld } from './held-bits.ts';
import { firstFlaw, INVARIANT } from './invariant.ts';
import {
  DEPTH_AT,
  ENTRY_WORDS,
  FREE_BITMAP_AT,
  HELD_AT,
  LONGEST_COUNTED,
  MAP_AT,
  MORE_BELOW_AT,
  SEARCH_FROM_AT,
  TOP_LAST_AT,
  TOP_NEXT_AT,
} from './layout.ts';
import { atWork } from './testing/at-work.ts';

function add({ words }: FlatState, at: number, amount: number): void {
  words[at] = (words[at] ?? 0) + amount;
}

/** Puts an entry on the stack, and counts it. */
function push(state: FlatState, next: number, last: number): void {
  const { words, layout } = state;
  const [topNext = 0, topLast = 0] = [words[TOP_NEXT_AT], words[TOP_LAST_AT]];
  words.set([topNext, topLast], layout.stackAt + (words[DEPTH_AT] ?? 0) * ENTRY_WORDS);
  add(state, DEPTH_AT, 1);
  add(state, MORE_BELOW_AT, Math.abs(topLast - topNext));
  words[TOP_NEXT_AT] = next;
  words[TOP_LAST_AT] = last;
}

function firstFreeOf(state: FlatState, zone: 'bitmap' | 'stack'): number {
  return freeByBits(state.words, sectionsIn(state.sections, zone)).next().value?.first ?? 0;
}

/** Where the summary has its nodes of a level. */
function nodesAt({ layout }: FlatState, level: number): number {
  return layout.levels[level]?.at ?? 0;
}

/** Corruptions that break one predicate and no other, by its name. */
const CORRUPTIONS: Readonly<Record<string, (state: FlatState) => void>> = {
  'the header names the format and the memory map': (s) => add(s, MAP_AT, 1),
  'the unused words of the header are 0': (s) => add(s, HELD_AT - 1, 1),
  // The word after the last of the stack zone's page frames holds nothing but padding.
  'ordinals of no page frame are held': (s) => add(s, HELD_AT + s.sections.ordinals / 32 - 1, 1),
  'the count of the bitmap zone is that of its free bits': (s) => add(s, FREE_BITMAP_AT, -1),
  'the floor lies below all entries of the stack': (s) => add(s, s.layout.stackAt, 1),
  'each run of the stack lies in one section of the stack zone': (s) =>
    push(s, firstFreeOf(s, 'bitmap'), firstFreeOf(s, 'bitmap')),
  'runs of the stack are disjoint': (s) => {
    const [, below] = entriesOf(s.words, s.layout.stackAt);
    push(s, below?.last ?? 0, below?.last ?? 0);
  },
  'runs of the stack are as long as pushes make them': (s) => {
    // The top run of five is cut into two.
    const [top] = entriesOf(s.words, s.layout.stackAt);
    const { next, last } = top ?? { next: 0, last: 0 };
    const step = Math.sign(last - next);
    s.words[TOP_NEXT_AT] = last - step;
    push(s, next, last - 2 * step);
  },
  'what is free in the stack zone is what is on the stack': (s) => {
    const held = firstHeld(s.words, firstFreeOf(s, 'stack'), s.sections.ordinals);
    add(s, HELD_AT + Math.floor(held / 32), -(1 << (held % 32)));
  },
  'the count below the top is that of the runs': (s) => add(s, MORE_BELOW_AT, 1),
  'the summary claims between nothing and the longest run that counts': (s) => {
    s.words[nodesAt(s, 0)] = -1;
  },
  'a leaf of the summary claims no less than there is': (s) => {
    s.words[nodesAt(s, 0)] = LONGEST_COUNTED - 4; // the longest run has five page frames
  },
  'a node of the summary claims what the best of its children claims': (s) => add(s, nodesAt(s, 1), -1),
  'nothing is free below where a search starts': (s) => {
    s.words[SEARCH_FROM_AT] = firstFreeOf(s, 'bitmap') + 1;
  },
};

/** Needs a zone whose summary has two levels. */
const IN_LARGE = 'a node of the summary claims what the best of its children claims';

function brokenBy(state: FlatState): readonly string[] {
  return INVARIANT.filter(({ flaw }) => flaw(state) !== null).map(({ name }) => name);
}

describe('the representation invariant', () => {
  test('has a corruption for each of its predicates', () => {
    expect(Object.keys(CORRUPTIONS)).toEqual(INVARIANT.map(({ name }) => name));
  });

  test.each(Object.entries(CORRUPTIONS))('is broken in one place: %s', (name, corrupt) => {
    const { state } = atWork(name === IN_LARGE ? 5000 : 64, 64);
    expect([brokenBy(state), firstFlaw(state)]).toEqual([[], null]);
    corrupt(state);
    expect(brokenBy(state)).toEqual([name]);
    expect(firstFlaw(state)).toMatch(`${name}: `);
  });

  test('says which ordinal of the stack zone is wrong, and how', () => {
    for (const [isFree, text] of [
      [true, 'free and not'],
      [false, 'held and'],
    ] as const) {
      const { state } = atWork(64, 64);
      const { words, sections } = state;
      const start = firstFreeOf(state, 'stack');
      const wrong = isFree ? firstHeld(words, start, sections.ordinals) : start;
      words[HELD_AT + (wrong >>> 5)] = (words[HELD_AT + (wrong >>> 5)] ?? 0) ^ (1 << wrong);
      expect(isHeld(words, wrong)).toBe(!isFree);
      expect(firstFlaw(state)).toContain(`ordinal ${wrong} is ${text} on the stack`);
    }
  });

  test('allows what follows on a run that is as long as runs get, and no longer run', () => {
    const { state } = atWork(64, 64);
    push(state, 10, 10 + 2 ** 30 - 1);
    push(state, 9, 9);
    const asPushed = INVARIANT.find(
      ({ name }) => name === 'runs of the stack are as long as pushes make them',
    );
    expect(asPushed?.flaw(state)).toBeNull();
    push(state, 20, 20 + 2 ** 30);
    expect(asPushed?.flaw(state)).toMatch(/longer than 2\^30/);
  });
});
