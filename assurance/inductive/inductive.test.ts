/** The inductive step on drawn states; steps that are broken, and caught. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FlatState, FrameAllocator, firstFlaw, LAYOUT, PageFrameManager } from '../../impl/index.ts';
import { anyOperation, operationOf } from './any-operation.ts';
import { type Maker, ours, stepFlaw } from './inductive-step.ts';
import { anyState, wellFormed } from './well-formed.ts';

/** How many states `npm test` draws; `npm run inductive` draws more. */
const RUNS = 150;

/** Returns the first operation on a state drawn from these that is wrong, or null. */
function firstFailure(make: Maker, runs: number): string | null {
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
        expect(firstFlaw(wellFormed(shape).state)).toBeNull();
        const fresh = new FrameAllocator(shape.world.map, shape.world.config);
        expect(() => [...fresh.inspect()]).not.toThrow();
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

/** Our manager with one call replaced by what `change` does around it. */
function around(
  call: 'free' | 'freeRegion' | 'allocBitmap' | 'alloc',
  change: (state: FlatState, perform: () => unknown) => unknown,
): Maker {
  return (state, world, options) => {
    const pmm = new PageFrameManager(new FrameAllocator(world.map, world.config, state.words), options);
    const perform = pmm[call].bind(pmm) as (...args: unknown[]) => unknown;
    Object.assign(pmm, { [call]: (...args: unknown[]) => change(state, () => perform(...args)) });
    return pmm;
  };
}

/** Performs a call, and puts some words back to what they were. */
function forgetting(state: FlatState, from: number, end: number, perform: () => unknown): unknown {
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
      around('free', (s, perform) => forgetting(s, s.layout.levels[0]?.at ?? 0, s.layout.stackAt, perform)),
    ],
    [
      'freeRegion that leaves the start of searches',
      'nothing is free below where a search starts',
      around('freeRegion', (s, perform) =>
        forgetting(s, LAYOUT.SEARCH_FROM_AT, LAYOUT.SEARCH_FROM_AT + 1, perform),
      ),
    ],
    [
      'allocBitmap that leaves the upper levels of the summary',
      'a node of the summary claims what the best of its children claims',
      around('allocBitmap', (s, perform) => {
        const { levels, stackAt } = s.layout;
        return forgetting(s, levels[1]?.at ?? stackAt, stackAt, perform);
      }),
    ],
  ])('%s', (_, predicate, make) => {
    expect(firstFailure(make, 1600)).toContain(predicate);
  });

  it('and ours is not, on the same states', () => {
    expect(firstFailure(ours, 100)).toBeNull();
  });
});
