/** The representation invariant in every state that calls can reach in a small world. */
import { describe, expect, it } from 'vitest';
import {
  createSharedState,
  type FlatState,
  FrameAllocator,
  firstFlaw,
  flatStateOf,
  LAYOUT,
  PageFrameManager,
} from '../../impl/index.ts';
import { explore, smallWorld } from '../../properties/explore/index.ts';
import { factoryTarget, type Target } from '../../runner/index.ts';
import { POLICIES } from '../../spec/index.ts';

/** Returns our manager as a target that checks the invariant in each state that the explorer sees, after `spoil`. */
function checked(seen: { states: number }, spoil: (state: FlatState) => void = () => {}): Target {
  return factoryTarget({
    name: 'ours, with its invariant',
    policies: POLICIES,
    create: (map, options) => {
      const words = new Int32Array(createSharedState(map, options.config));
      const state = flatStateOf(map, options.config, words);
      const pmm = new PageFrameManager(new FrameAllocator(map, options.config, words), options);
      const inspect = pmm.inspect.bind(pmm);
      return Object.assign(pmm, {
        inspect: () => {
          seen.states += 1;
          spoil(state);
          const flaw = firstFlaw(state);
          if (flaw !== null) throw new Error(flaw);
          return inspect();
        },
      });
    },
  });
}

describe('every state that calls reach', () => {
  const world = smallWorld({ stack: 3, bitmap: 3 });

  it('keeps the representation invariant', async () => {
    const seen = { states: 0 };
    const { end, trace, states } = await explore({ target: checked(seen), world });
    expect({ end, trace }).toEqual({ end: 'closed', trace: null });
    expect(seen.states).toBeGreaterThanOrEqual(states);
  });

  it('is looked at: a search that starts too far up is found', async () => {
    const target = checked({ states: 0 }, ({ words }) => {
      if (words[LAYOUT.FREE_BITMAP_AT] === 1) words[LAYOUT.SEARCH_FROM_AT] = 3;
    });
    const { trace } = await explore({ target, world });
    expect(trace?.violation?.explanation).toMatch(/nothing is free below where a search starts: /);
  });
});
