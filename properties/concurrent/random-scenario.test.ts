import { describe, expect, it } from 'vitest';
import { SharedPmm, sharedParts } from '../../impl/index.ts';
import { wrapPmm } from '../../runner/index.ts';
import { bitmapLimit, namesResult, ownedRegions, type Program } from '../../spec/index.ts';
import { drawsFrom } from '../random/draws.ts';
import { randomScenario } from './random-scenario.ts';
import { sampleSchedules } from './sample-schedules.ts';
import { beyondLimits, type ConcurrentScenario } from './scenario.ts';
import { type ConcurrentTarget, OURS_SHARED } from './target.ts';

const SCENARIOS = Array.from({ length: 400 }, (_, seed) => randomScenario(drawsFrom(seed), []));

/** Returns the calls in a row of one name, longest first, that a caller makes. */
function longest(program: Program): number {
  let [most, row] = [0, 0];
  for (const [i, { call }] of program.entries()) {
    row = call === program[i - 1]?.call ? row + 1 : 1;
    most = Math.max(most, row);
  }
  return most;
}

/** Whether a region of boot memory and the limit inside it is freed by two callers. */
function isRivalryAcross({ map, config, callers }: ConcurrentScenario): boolean {
  const boot = ownedRegions(map).find(({ owner }) => owner === 'boot');
  const limit = bitmapLimit(config);
  const isAcross = boot !== undefined && boot.base < limit && boot.base + boot.count > limit;
  const frees = (program: Program): boolean =>
    program.some((each) => each.call === 'freeRegion' && !namesResult(each.address));
  return isAcross && callers.filter(frees).length > 1;
}

/** Our implementation, which forgets the lock once 16 page frames are reserved, more than a scenario without bursts has. */
const FORGETFUL: ConcurrentTarget = {
  ...OURS_SHARED,
  attach: (map, { shared, waiting, ...options }) => {
    const parts = sharedParts(map, options, shared, waiting);
    const pmm = new SharedPmm(parts);
    return wrapPmm(pmm, {
      alloc: () => (parts.inside.reservedAmount() >= 16 ? parts.inside : pmm).alloc(),
    });
  },
};

describe('a random scenario', () => {
  it('has bursts of up to twelve calls at times, and is never too large to be run', () => {
    const rows = SCENARIOS.map(({ callers }) => Math.max(...callers.map(longest)));
    expect(rows.filter((row) => row > 8).length).toBeGreaterThan(10);
    expect(rows.filter((row) => row <= 3).length).toBeGreaterThan(300);
    expect(SCENARIOS.map((one) => beyondLimits(one, true)).filter((found) => found !== null)).toEqual([]);
  });

  it('has callers that free a region across the limit at the same time', () => {
    expect(SCENARIOS.filter(isRivalryAcross).length).toBeGreaterThan(4);
  });

  it('finds what shows only once many page frames are held', () => {
    const { found } = sampleSchedules(FORGETFUL, { scenarios: 100, schedules: 6, seed: 3 });
    expect(found?.violation.clause).toMatch(/^concurrent\./);
  });
});
