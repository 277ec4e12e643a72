/** The representation invariant: each predicate is broken while all others hold. */
import { describe, expect, test } from 'vitest';
import type { FlatState } from './abstraction.ts';
import { NO_ORDINAL } from './free-stack.ts';
import { firstFlaw, INVARIANT } from './invariant.ts';
import {
  FREE_BITMAP_AT,
  HELD_AT,
  LONGEST_COUNTED,
  MAGIC,
  MAGIC_AT,
  MAP_AT,
  MORE_AT,
  SEARCH_FROM_AT,
  TOP_AT,
} from './layout.ts';
import { atWork } from './testing/at-work.ts';

function add({ words }: FlatState, at: number, amount: number): void {
  words[at] = (words[at] ?? 0) + amount;
}

/** Puts an entry on the stack, and counts it. */
function push(state: FlatState, next: number, last: number): void {
  const { words } = state;
  const entry = next === last ? [next] : [last, next, NO_ORDINAL];
  words.set(entry, (words[TOP_AT] ?? 0) + 1);
  add(state, TOP_AT, entry.length);
  add(state, MORE_AT, Math.abs(last - next) + 1 - entry.length);
}

/** Replaces the next and the last ordinal of the run on top, and leaves the count as it is. */
function setTop({ words }: FlatState, next: number, last: number): void {
  words.set([last, next], (words[TOP_AT] ?? 0) - 2);
}

function flip({ words }: FlatState, ordinal: number): void {
  const at = HELD_AT + Math.floor(ordinal / 32);
  words[at] = (words[at] ?? 0) ^ (1 << (ordinal % 32));
}

/** Returns the place of a leaf of the summary. */
function nodeAt({ layout }: FlatState, leaf: number): number {
  return (layout.levels[0]?.at ?? 0) + leaf;
}

/** A corruption of a state at work that breaks one predicate and no other, and what the predicate says of it. */
interface Corruption {
  readonly says: string;
  readonly corrupt: (state: FlatState) => void;
  /** Page frames of the bitmap zone; 64 where nothing is said. */
  readonly bitmap?: number;
}

/** Has 20 leaves below 3 nodes. */
const LARGE = 5000;

/** By the name of the predicate. The bitmap zone has ordinals 0 to 63, the stack zone 256 to 319. */
const CORRUPTIONS: Readonly<Record<string, readonly Corruption[]>> = {
  'the header names the format and the memory map': [
    { says: `${MAGIC + 1}, not ${MAGIC}`, corrupt: (s) => add(s, MAGIC_AT, 1) },
    { says: ', not ', corrupt: (s) => add(s, MAP_AT, 1) },
  ],
  'the unused words of the header are 0': [
    { says: 'word 11 is 1', corrupt: (s) => add(s, 11, 1) },
    { says: 'word 15 is -1', corrupt: (s) => add(s, 15, -1) },
  ],
  'ordinals of no page frame are held': [
    {
      // The word after the last of the stack zone's page frames holds nothing but padding.
      says: 'ordinal 320 is padding, and free',
      corrupt: (s) => add(s, HELD_AT + s.sections.ordinals / 32 - 1, 1),
    },
  ],
  'the count of the bitmap zone is that of its free bits': [
    { says: '39, not 40', corrupt: (s) => add(s, FREE_BITMAP_AT, -1) },
  ],
  'the floor lies below all entries of the stack': [
    { says: 'the lowest words are (0, -1)', corrupt: (s) => add(s, s.layout.stackAt, 1) },
    { says: 'the lowest words are (-1, 0)', corrupt: (s) => add(s, s.layout.stackAt + 1, 1) },
  ],
  'each run of the stack lies in one section of the stack zone': [
    { says: 'run (3, 3) leaves the section', corrupt: (s) => push(s, 3, 3) },
    { says: 'run (322, 322) leaves the section', corrupt: (s) => push(s, 322, 322) },
    { says: 'run (300000, 300000) leaves the section', corrupt: (s) => push(s, 300_000, 300_000) },
    { says: 'run (322, 321) leaves the section', corrupt: (s) => push(s, 322, 321) },
    {
      says: 'run (320, 315) leaves the section',
      corrupt: (s) => {
        setTop(s, 320, 315);
        add(s, MORE_AT, 1);
      },
    },
  ],
  'runs of the stack are disjoint': [
    { says: 'ordinal 307 is on the stack twice', corrupt: (s) => push(s, 307, 307) },
    { says: 'ordinal 259 is on the stack twice', corrupt: (s) => push(s, 259, 260) },
  ],
  'runs of the stack are as long as pushes make them': [
    {
      // The top run of five is cut into two.
      says: 'the run pushed from 318 on would have joined the one below',
      corrupt: (s) => {
        setTop(s, 317, 315);
        add(s, MORE_AT, -2);
        push(s, 319, 318);
      },
    },
    {
      says: 'ordinal 319 takes 3 words',
      corrupt: (s) => {
        setTop(s, 318, 315);
        add(s, MORE_AT, -1);
        s.words.set([319, 319, NO_ORDINAL], (s.words[TOP_AT] ?? 0) + 1);
        add(s, TOP_AT, 3);
        add(s, MORE_AT, -2);
      },
    },
  ],
  'what is free in the stack zone is what is on the stack': [
    { says: 'ordinal 264 is free and not on the stack', corrupt: (s) => flip(s, 264) },
    { says: 'ordinal 259 is held and on the stack', corrupt: (s) => flip(s, 259) },
    { says: 'ordinal 319 is held and on the stack', corrupt: (s) => flip(s, 319) },
  ],
  'the count of the stack is that of its runs': [{ says: '17, not 16', corrupt: (s) => add(s, MORE_AT, 1) }],
  'the summary claims no run longer than those that count': [
    {
      says: 'node 0 of level 0 has shortfall -1',
      corrupt: (s) => {
        s.words[nodeAt(s, 0)] = -1;
      },
    },
    {
      says: 'node 2 of level 0 has shortfall -7',
      bitmap: 700,
      corrupt: (s) => {
        s.words[nodeAt(s, 2)] = -7;
      },
    },
  ],
  'a leaf of the summary claims no less than there is': [
    {
      says: 'leaf 0 has shortfall 508, and a run that falls short by 507 only',
      corrupt: (s) => {
        s.words[nodeAt(s, 0)] = LONGEST_COUNTED - 4;
      },
    },
    {
      says: 'leaf 1 has shortfall 508, and a run that falls short by 507 only',
      bitmap: 512,
      corrupt: (s) => {
        s.words[nodeAt(s, 1)] = LONGEST_COUNTED - 4;
      },
    },
  ],
  'a node of the summary claims what the best of its children claims': [
    {
      says: 'node 0 of level 1: 506, not 507',
      bitmap: LARGE,
      corrupt: (s) => add(s, s.layout.levels[1]?.at ?? 0, -1),
    },
    {
      says: 'node 2 of level 1: 500, not 507',
      bitmap: LARGE,
      corrupt: (s) => {
        s.words[(s.layout.levels[1]?.at ?? 0) + 2] = 500;
      },
    },
    {
      // One child of the second node claims more than the others.
      says: 'node 1 of level 1: 507, not 400',
      bitmap: LARGE,
      corrupt: (s) => {
        s.words[nodeAt(s, 9)] = 400;
      },
    },
  ],
  'nothing is free below where a search starts': [
    {
      says: 'ordinal 3 is free, and below 4',
      corrupt: (s) => {
        s.words[SEARCH_FROM_AT] = 4;
      },
    },
    {
      says: '257 lies beyond the zone',
      corrupt: (s) => {
        s.words[SEARCH_FROM_AT] = 257;
      },
    },
  ],
};

function brokenBy(state: FlatState): readonly string[] {
  return INVARIANT.filter(({ flaw }) => flaw(state) !== null).map(({ name }) => name);
}

describe('the representation invariant', () => {
  test('can be asked of states of all sizes', () => {
    for (const [bitmap, stack] of [
      [0, 0],
      [0, 40],
      [40, 0],
      [64, 64],
      [LARGE, 64],
      [20_000, 700],
    ] as const)
      expect(() => firstFlaw(atWork(bitmap, stack).state)).not.toThrow();
  });

  test('holds of states of all sizes, the emptiest and the fullest too', () => {
    for (const [bitmap, stack] of [
      [0, 0],
      [0, 40],
      [40, 0],
      [3, 3],
      [64, 64],
      [LARGE, 64],
      [20_000, 700],
    ] as const) {
      const { state, frames } = atWork(bitmap, stack);
      expect(firstFlaw(state)).toBeNull();
      frames.allocPages(new Uint32Array(stack), frames.freeInStack);
      while (frames.allocBitmap(1, 2 ** 30, 1) !== null);
      expect(firstFlaw(state)).toBeNull();
    }
  });

  test('has corruptions of each of its predicates', () => {
    expect(Object.keys(CORRUPTIONS)).toEqual(INVARIANT.map(({ name }) => name));
  });

  test.each(
    Object.entries(CORRUPTIONS).flatMap(([name, all]) => all.map((one) => [name, one.says, one] as const)),
  )('is broken in one place: %s: %s', (name, says, { corrupt, bitmap = 64 }) => {
    const { state } = atWork(bitmap, 64);
    expect([brokenBy(state), firstFlaw(state)]).toEqual([[], null]);
    corrupt(state);
    expect(brokenBy(state)).toEqual([name]);
    expect(firstFlaw(state)?.startsWith(`${name}: `)).toBe(true);
    expect(firstFlaw(state)).toContain(says);
  });

  /** Returns what one predicate says of a state. */
  function saidBy(name: string, state: FlatState): string | null | undefined {
    return INVARIANT.find((predicate) => predicate.name === name)?.flaw(state);
  }

  test('allows a stack on which only the ordinal 1 is', () => {
    const { state, frames } = atWork(0, 8);
    frames.allocPages(new Uint32Array(8), frames.freeInStack);
    expect(() => frames.free(1)).not.toThrow();
    expect(firstFlaw(state)).toBeNull();
  });

  test('allows no run that begins in a section and ends before it', () => {
    const { state } = atWork(64, 64);
    push(state, 256, 255);
    const name = 'each run of the stack lies in one section of the stack zone';
    expect(saidBy(name, state)).toBe('run (256, 255) leaves the section');
  });
});
