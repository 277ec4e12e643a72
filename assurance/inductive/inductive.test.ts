/** The inductive step on drawn states; each predicate of the invariant broken alone; steps that are broken, and caught. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameAllocator, PageFrameManager } from '../../impl/index.ts';
import { config, memoryMap, PAGE_BYTES } from '../../spec/index.ts';
import { anyOperation, operationOf } from './any-operation.ts';
import { BufferState } from './buffer-state.ts';
import { type Maker, ours, stepFlaw } from './inductive-step.ts';
import { flawsOf, INVARIANT } from './invariant.ts';
import { anyState, type Drawn, wellFormed } from './well-formed.ts';

/** How many states `npm test` draws; `npm run inductive` draws more. */
const RUNS = 150;

/** A world with `bitmap` and `stack` page frames, in steps of three held and five free. */
function drawn(bitmap: number, stack: number): Drawn {
  const pages = bitmap + stack;
  const world = {
    map: memoryMap([{ type: 'conventional', start: 0n, pages }]),
    config: config({ bitmapMaxAddr: BigInt(bitmap) * PAGE_BYTES }),
  };
  const shape = { lengths: [3, 5], startsFree: false, pieces: [5], places: [0], excess: [0], junk: 0 };
  return { world, ...shape };
}

const [SMALL, LARGE] = [drawn(64, 64), drawn(5000, 64)];

/** Returns the first operation on a state drawn from these that is wrong, or null. */
function firstFlaw(make: Maker, runs: number): string | null {
  const failing = fc.check(
    fc.property(anyState, anyOperation, (shape, asked) => {
      const start = wellFormed(shape);
      const flaw = stepFlaw(shape.world, start, operationOf(shape.world, start.state, asked), make);
      if (flaw !== null) throw new Error(flaw);
    }),
    { numRuns: runs, seed: 1, endOnFailure: true },
  );
  return failing.errorInstance instanceof Error ? failing.errorInstance.message : null;
}

describe('a drawn state', () => {
  it('is well-formed, and so is the state after init', () => {
    fc.assert(
      fc.property(anyState, (shape) => {
        expect(flawsOf(wellFormed(shape).state)).toEqual([]);
        const fresh = new FrameAllocator(shape.world.map, shape.world.config);
        const start = new BufferState(shape.world);
        const words = new Int32Array(fresh.snapshot().buffer);
        // Of a snapshot the summary is left out; zeros claim everything, which is never too little.
        start.words.set(words.subarray(0, start.anatomy.levels[0]?.at));
        start.words.set(words.subarray(start.anatomy.levels[0]?.at), start.anatomy.stackAt);
        expect(flawsOf(start)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the inductive step', () => {
  it('holds from drawn states of all sizes', () => {
    fc.assert(
      fc.property(anyState, fc.array(anyOperation, { minLength: 1, maxLength: 3 }), (shape, operations) => {
        for (const asked of operations) {
          const start = wellFormed(shape);
          expect(stepFlaw(shape.world, start, operationOf(shape.world, start.state, asked))).toBeNull();
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** What breaks one predicate and no other, by its name; in the small world unless said otherwise. */
const CORRUPTIONS: Readonly<Record<string, (state: BufferState) => void>> = {
  'the header names the format and the memory map': (s) => add(s, s.anatomy.at.map, 1),
  'what is no page frame is held': (s) => {
    // The word after the last of the stack zone's page frames is padding alone.
    add(s, s.anatomy.at.held + s.anatomy.ordinals / 32 - 1, 1);
  },
  'the count of the bitmap zone is that of its free bits': (s) => add(s, s.anatomy.at.freeInBitmap, -1),
  'the floor lies below all entries of the stack': (s) => add(s, s.anatomy.stackAt, 1),
  'each run of the stack lies in one section of the stack zone': (s) => {
    // A free page frame of the bitmap zone is put on top of the stack.
    pushSingle(s, s.ordinalsIn('bitmap').find((ordinal) => !s.isHeld(ordinal)) ?? 0);
  },
  'runs of the stack are disjoint': (s) => pushSingle(s, s.runs()[0]?.last ?? 0),
  'no run of the stack goes on where the one below it ended': (s) => {
    // The top run of five is cut into two.
    const [top, { at }] = [s.runs().at(-1), s.anatomy];
    if (top === undefined) throw new TypeError('an empty stack');
    const step = Math.sign(top.last - top.next);
    s.words[at.topNext] = top.last - step;
    add(s, at.moreBelow, 0);
    pushEntry(s, top.next, top.last - 2 * step);
  },
  'what is free in the stack zone is what is on the stack': (s) => {
    const held = s.ordinalsIn('stack').find((ordinal) => s.isHeld(ordinal)) ?? 0;
    add(s, s.anatomy.at.held + Math.floor(held / 32), -(1 << (held % 32)));
  },
  'the count below the top is that of the runs': (s) => add(s, s.anatomy.at.moreBelow, 1),
  'the summary claims between nothing and the longest run that counts': (s) => {
    s.words[s.anatomy.levels[0]?.at ?? 0] = -1;
  },
  'a leaf of the summary claims no less than there is': (s) => add(s, s.anatomy.levels[0]?.at ?? 0, 1),
  'a node of the summary claims what the best of its children claims': (s) => {
    add(s, s.anatomy.levels[1]?.at ?? 0, -1);
  },
  'nothing is free below where a search starts': (s) => {
    s.words[s.anatomy.at.searchFrom] = (s.ordinalsIn('bitmap').find((o) => !s.isHeld(o)) ?? 0) + 1;
  },
  'the words for the lock are 0 where nothing is shared': (s) => add(s, s.anatomy.at.held - 1, 1),
};

const IN_LARGE = 'a node of the summary claims what the best of its children claims';

function add({ words }: BufferState, at: number, amount: number): void {
  words[at] = (words[at] ?? 0) + amount;
}

/** Puts an entry on the stack, and counts it. */
function pushEntry(state: BufferState, next: number, last: number): void {
  const { words, anatomy } = state;
  const { at, stackAt, entryWords } = anatomy;
  const below = stackAt + state.header('depth') * entryWords;
  const top = { next: state.word(at.topNext), last: state.word(at.topLast) };
  words.set([top.next, top.last], below);
  add(state, at.depth, 1);
  add(state, at.moreBelow, Math.abs(top.last - top.next));
  words[at.topNext] = next;
  words[at.topLast] = last;
}

function pushSingle(state: BufferState, ordinal: number): void {
  pushEntry(state, ordinal, ordinal);
}

describe('the representation invariant', () => {
  it('has a corruption for each of its predicates', () => {
    expect(Object.keys(CORRUPTIONS)).toEqual(INVARIANT.map(({ name }) => name));
  });

  it.each(Object.entries(CORRUPTIONS))('alone is broken: %s', (name, corrupt) => {
    const { state } = wellFormed(name === IN_LARGE ? LARGE : SMALL);
    expect(flawsOf(state)).toEqual([]);
    corrupt(state);
    expect(flawsOf(state).map((flaw) => flaw.name)).toEqual([name]);
  });
});

/** Our manager with one call replaced by what `change` does around it. */
function around(
  call: 'free' | 'freeRegion' | 'allocBitmap' | 'alloc',
  change: (state: BufferState, perform: () => unknown) => unknown,
): Maker {
  return (state, world, options) => {
    const pmm = new PageFrameManager(new FrameAllocator(world.map, world.config, state.words), options);
    const perform = pmm[call].bind(pmm) as (...args: unknown[]) => unknown;
    Object.assign(pmm, { [call]: (...args: unknown[]) => change(state, () => perform(...args)) });
    return pmm;
  };
}

/** Performs a call, and puts some words back to what they were. */
function forgetting(state: BufferState, from: number, end: number, perform: () => unknown): unknown {
  const before = state.words.slice(from, end);
  const answer = perform();
  state.words.set(before, from);
  return answer;
}

describe('a step that leaves the state wrong, though it answers right, is caught', () => {
  it.each([
    [
      'free that does not tell the summary',
      'a leaf of the summary claims no less than there is',
      around('free', (s, perform) => forgetting(s, s.anatomy.levels[0]?.at ?? 0, s.anatomy.stackAt, perform)),
    ],
    [
      'freeRegion that leaves the start of searches',
      'nothing is free below where a search starts',
      around('freeRegion', (s, perform) =>
        forgetting(s, s.anatomy.at.searchFrom, s.anatomy.at.searchFrom + 1, perform),
      ),
    ],
    [
      'allocBitmap that leaves the upper levels of the summary',
      'a node of the summary claims what the best of its children claims',
      around('allocBitmap', (s, perform) => {
        const { levels, stackAt } = s.anatomy;
        return forgetting(s, levels[1]?.at ?? stackAt, stackAt, perform);
      }),
    ],
  ])('%s', (_, predicate, make) => {
    expect(firstFlaw(make, 400)).toContain(predicate);
  });

  it('and ours is not, on the same states', () => {
    expect(firstFlaw(ours, 100)).toBeNull();
  });
});
