/** The relation of a state to the ownership that it means: each part is broken while the others hold. */
import { describe, expect, it } from 'vitest';
import { disagreement, type FlatState, flatStateOf, LAYOUT, RELATION } from '../../impl/index.ts';
import { ModelState } from '../../model/index.ts';
import { config, memoryMap, PAGE_BYTES, POLICIES, type Policy } from '../../spec/index.ts';
import { type Drawn, wellFormed } from './well-formed.ts';

/** A world with 64 page frames in each zone, of which three are held and five free in turn. */
const SHAPE: Drawn = {
  world: {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 128 }]),
    config: config({ bitmapMaxAddr: 64n * PAGE_BYTES }),
  },
  lengths: [3, 5],
  startsFree: false,
  pieces: [5],
  places: [0, 1, 2, 3, 4, 5, 6, 7],
  excess: [0],
  junk: 0,
};

/** A state that disagrees with the ownership of SHAPE in one way, and what is said of it. */
interface Disagreement {
  readonly says: string;
  readonly disagreeing: (state: FlatState) => FlatState;
}

function adding(amount: number, at: number): (state: FlatState) => FlatState {
  return (state) => {
    state.words[at] = (state.words[at] ?? 0) + amount;
    return state;
  };
}

/** By the part of the relation that they break. */
const DISAGREEMENTS: Readonly<Record<string, readonly Disagreement[]>> = {
  'page frames are free, held or unmanaged as their owners say': [
    {
      // Page frame 2 is held, and page frame 3 free.
      says: 'page frame 2 as free, and it is held (caller)',
      disagreeing: (state) => {
        state.words[LAYOUT.HELD_AT] = (state.words[LAYOUT.HELD_AT] ?? 0) ^ 0b1100;
        return state;
      },
    },
  ],
  'as many page frames are counted as free in each zone as pmm owns there': [
    {
      says: '39 page frames are counted as free in the bitmap zone, 40 are',
      disagreeing: adding(-1, LAYOUT.FREE_BITMAP_AT),
    },
    {
      says: '41 page frames are counted as free in the stack zone, 40 are',
      disagreeing: adding(1, LAYOUT.MORE_AT),
    },
  ],
  'the free stack hands out page frames in the order of the ownership': [
    {
      says: 'page frame 0 from the top of the stack is 67, not 123',
      disagreeing: () => wellFormed({ ...SHAPE, places: SHAPE.places.toReversed() }).state,
    },
  ],
};

describe('the relation of a state to ownership', () => {
  it('can be asked, of words that are given and of fresh ones', () => {
    const { map, config: chosen } = SHAPE.world;
    const ask = (words?: Int32Array): unknown => {
      const state = flatStateOf(map, chosen, words);
      return RELATION.map(({ flaw }) => flaw(state, ModelState.init(map, chosen, POLICIES)));
    };
    expect(() => [ask(), ask(wellFormed(SHAPE).state.words)]).not.toThrow();
  });

  it('has a disagreement for each of its parts', () => {
    expect(Object.keys(DISAGREEMENTS)).toEqual(RELATION.map(({ name }) => name));
  });

  it.each(
    Object.entries(DISAGREEMENTS).flatMap(([name, all]) => all.map((one) => [name, one.says, one] as const)),
  )('is broken in one part: %s: %s', (name, says, { disagreeing }) => {
    const { state, model } = wellFormed(SHAPE);
    expect(disagreement(state, model)).toBeNull();
    const other = disagreeing(state);
    expect(RELATION.filter(({ flaw }) => flaw(other, model) !== null).map((part) => part.name)).toEqual([
      name,
    ]);
    expect(disagreement(other, model)?.startsWith(`${name}: `)).toBe(true);
    expect(disagreement(other, model)).toContain(says);
  });

  it('leaves the order open where the model does not track it', () => {
    const { state } = wellFormed({ ...SHAPE, lengths: [128], startsFree: true, places: [1, 0] });
    const of = (policies: readonly Policy[]): string | null =>
      disagreement(state, ModelState.init(SHAPE.world.map, SHAPE.world.config, policies));
    expect(() => of(['first-fit'])).not.toThrow();
    expect([of(['first-fit']), of(POLICIES)]).toEqual([
      null,
      expect.stringContaining('from the top of the stack'),
    ]);
  });
});
