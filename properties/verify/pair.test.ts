import { describe, expect, it } from 'vitest';
import type { createPmm } from '../../impl/index.ts';
import { execute, OURS, type PmmCalls } from '../../runner/index.ts';
import { changed } from '../../runner/testing/changed.ts';
import { config, memoryMap, type Program } from '../../spec/index.ts';
import { explore } from '../explore/explore.ts';
import { smallWorld } from '../explore/world.ts';
import { pairOf } from './pair.ts';

/** Our implementation, which promises no order here and hands out batches in the opposite one. */
function reversing(pmm: ReturnType<typeof createPmm>): Partial<PmmCalls> {
  return {
    allocPages: (entries, count) => {
      const isGranted = pmm.allocPages(entries, count);
      if (isGranted) entries.subarray(0, Number(count)).reverse();
      return isGranted;
    },
    saveState: (into) => pmm.saveState(into),
    loadState: (saved) => pmm.loadState(saved),
  };
}
const REVERSED = changed('reversed', reversing, { policies: [] });
const PLAIN = OURS.withClaims({ policies: [] });

const SCENARIO = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 8 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
};
const ONE_AND_TWO: Program = [
  { call: 'allocPages', count: 1n },
  { call: 'allocPages', count: 2n },
  { call: 'alloc' },
];

describe('a pair', () => {
  it('answers as its first target does while the second answers the same', () => {
    const alone = execute(PLAIN, { ...SCENARIO, operations: ONE_AND_TWO });
    const paired = execute(pairOf(PLAIN, PLAIN), { ...SCENARIO, operations: ONE_AND_TWO });
    expect(paired.violation).toBeNull();
    expect(paired.responses).toEqual(alone.responses);
  });

  it('breaks a clause at the first answer that differs, though neither target does', () => {
    for (const target of [PLAIN, REVERSED])
      expect(execute(target, { ...SCENARIO, operations: ONE_AND_TWO }).violation).toBeNull();
    const { violation } = execute(pairOf(PLAIN, REVERSED), { ...SCENARIO, operations: ONE_AND_TWO });
    expect(violation).toMatchObject({
      at: 1,
      explanation: expect.stringContaining('the other target answers differently'),
    });
  });

  it('is searched as one state, down to the shortest program on which the two differ', async () => {
    const world = smallWorld({ stack: 3, bitmap: 0 });
    expect((await explore({ target: pairOf(PLAIN, PLAIN), world })).end).toBe('closed');
    const { end, trace } = await explore({ target: pairOf(PLAIN, REVERSED), world });
    expect(end).toBe('violated');
    expect(trace?.scenario.operations).toEqual([{ call: 'allocPages', count: 2n }]);
  });

  it('has no state to save where one of its targets has none', () => {
    const unsaved = changed('unsaved', () => ({}));
    expect(pairOf(PLAIN, unsaved).openSavable(smallWorld({ stack: 2, bitmap: 0 }))).toBeNull();
  });
});
