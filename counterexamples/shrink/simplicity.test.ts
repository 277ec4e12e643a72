import { describe, expect, it } from 'vitest';
import { config, memoryMap, type Program, type Scenario, U64_MAX } from '../../spec/index.ts';
import { compareSimplicity } from './simplicity.ts';

const ONE_PAGE = memoryMap([{ type: 'conventional', start: 0n, pages: 1 }]);
const NO_BITMAP = config({ bitmapMaxAddr: 0n });

function scenario(operations: Program, rest: Partial<Scenario> = {}): Scenario {
  return { map: ONE_PAGE, config: NO_BITMAP, policies: [], operations, ...rest };
}

const plain = { call: 'allocBitmap', count: 1n, maxAddr: U64_MAX, alignment: 4096n } as const;
const wide = memoryMap([{ type: 'conventional', start: 0n, pages: 2 }]);
const boot = memoryMap([{ type: 'loaderData', start: 0n, pages: 1 }]);

describe('simplicity', () => {
  it.each<[string, Scenario, Scenario]>([
    [
      'fewer operations before simpler kinds',
      scenario([plain]),
      scenario([{ call: 'alloc' }, { call: 'alloc' }]),
    ],
    [
      'simpler kinds before smaller arguments',
      scenario([{ call: 'allocPages', count: 9n }]),
      scenario([plain]),
    ],
    [
      'smaller arguments before a smaller map',
      scenario([{ call: 'allocPages', count: 2n }], { map: wide }),
      scenario([{ call: 'allocPages', count: 3n }]),
    ],
    ['plain arguments before small ones', scenario([plain]), scenario([{ ...plain, maxAddr: 0n }])],
    ['plainer types before fewer page frames', scenario([], { map: wide }), scenario([], { map: boot })],
    [
      'the map before the configuration',
      scenario([], { config: config({ bitmapMaxAddr: 4096n }) }),
      scenario([], { map: wide }),
    ],
    [
      'a result before an address as such',
      scenario([{ call: 'alloc' }, { call: 'free', address: { result: 0, page: 0, offset: 0n } }]),
      scenario([{ call: 'alloc' }, { call: 'free', address: { absolute: NO_BITMAP.higherHalf } }]),
    ],
  ])('puts %s', (_, simpler, other) => {
    expect(compareSimplicity(simpler, other)).toBeLessThan(0);
    expect(compareSimplicity(other, simpler)).toBeGreaterThan(0);
  });

  it('tells the same scenario from no other', () => {
    expect(compareSimplicity(scenario([plain]), scenario([{ ...plain }]))).toBe(0);
    expect(compareSimplicity(scenario([plain]), scenario([{ ...plain, alignment: 4097n }]))).not.toBe(0);
  });
});
