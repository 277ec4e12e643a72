/** The model in Promela, and SPIN's count of it if SPIN is installed. */
import { describe, expect, it } from 'vitest';
import { countBySpin, hasSpin } from '../../assurance/spin/spin.ts';
import {
  claimedSubject,
  countsOf,
  freeStackSubject,
  smallSubject,
} from '../../assurance/spin/spin-subjects.ts';
import { config, decodeProfile, memoryMap, SpecError, STANDARD_CALLS } from '../../spec/index.ts';
import { promelaOf } from './promela.ts';

const ALL_RUN_ARGUMENTS = ['maxAddr', 'alignment', 'minAddr', 'boundary'];

describe('a world in Promela', () => {
  const { world, operations } = smallSubject(2, 2);
  const text = promelaOf(world, operations);

  it('has an option for each operation', () => {
    expect(text.match(/^ {2}:: d_step/gm)).toHaveLength(operations.length);
  });

  it('says who owns which page frame, and in which order the free stack is', () => {
    expect(text).toContain('byte owner[5] = { PMM, BOOT, PMM, FIRMWARE, ABSENT };');
    expect(text).toContain('byte free_stack[1] = { 2 };');
  });

  it('counts in page frames: addresses, limits and alignments, rounded as the specification has it', () => {
    const { higherHalf } = world.config;
    const of = (...all: Parameters<typeof promelaOf>[1]) =>
      promelaOf(world, all).match(/d_step \{ (.*) \}/)?.[1];
    expect(of({ call: 'allocBitmap', count: 1n, maxAddr: 0x1fffn, alignment: 0x1001n })).toBe(
      'alloc_run(1, 0, 1, 2, 6)',
    );
    expect(of({ call: 'allocBitmap', count: 0n, maxAddr: 0x2000n, alignment: 1n })).toBe('skip');
    expect(of({ call: 'freeRegion', address: higherHalf + 0x1001n, count: 2n })).toBe('free_region(1, 2)');
    expect(of({ call: 'freePages', addresses: [higherHalf, higherHalf + 1n] })).toBe('skip');
    expect(of({ call: 'free', address: 0x1000n })).toBe('skip');
  });

  it('of too many page frames is refused', () => {
    const map = memoryMap([{ type: 'conventional', start: 0n, pages: 1000 }]);
    expect(() => promelaOf({ map, config: config() }, [])).toThrow(SpecError);
  });
});

describe('a manager that is not as the specification', () => {
  const { world } = freeStackSubject(4);
  const address = 0xffff_8000_0000_0000n;

  it('is modelled with its references and bounded runs, and not where the order of the free stack is open', () => {
    const counting = decodeProfile(
      { calls: [...STANDARD_CALLS, 'retain', 'release'], mostReferences: 2 },
      '',
    );
    expect(promelaOf(world, [{ call: 'retain', address }], counting)).toContain('d_step { retain(0) }');
    expect(() => promelaOf(world, [{ call: 'allocAt', address, count: 1n }])).toThrow(
      /^calls: the model of SPIN follows the order of the free stack, which allocAt leaves open$/,
    );
  });

  it('is refused where it counts references without a bound, or claims what the model knows nothing of', () => {
    const unbounded = decodeProfile({ calls: [...STANDARD_CALLS, 'retain', 'release'] }, '');
    expect(() => promelaOf(world, [], unbounded)).toThrow(/^mostReferences: expected at most 250/);
    const zoned = decodeProfile({ zones: 1, singlePages: 'anywhere' }, '');
    expect(() => promelaOf(world, [], zoned)).toThrow(/^zones: expected no such claim/);
  });
});

if (hasSpin()) {
  describe('SPIN', () => {
    it('counts as many states and transitions of a small world as we do', async () => {
      const { ours, spin } = await countsOf(smallSubject(2, 2));
      expect(spin).toEqual({ ...ours, seconds: expect.any(Number) });
    });

    it('counts 65 states of the free stack of 4, each left by alloc and four frees, and so do we', async () => {
      const { ours, spin } = await countsOf(freeStackSubject(4));
      expect(spin).toMatchObject({ states: 65, transitions: 65 * 5 });
      expect(spin).toEqual({ ...ours, seconds: expect.any(Number) });
    });

    it.each([
      [{ calls: [...STANDARD_CALLS, 'retain', 'release'], mostReferences: 3 }, 1, 2],
      [{ calls: [...STANDARD_CALLS, 'retain'], mostReferences: 2, freesShared: 'one-reference' }, 2, 1],
      [{ calls: [...STANDARD_CALLS, 'allocWithin'], runArguments: [...ALL_RUN_ARGUMENTS] }, 2, 2],
    ])('counts as many where the profile is %j', async (claims, stack, bitmap) => {
      const { ours, spin } = await countsOf(claimedSubject('claims', claims, stack, bitmap));
      expect(ours.states).toBeGreaterThan(1);
      expect(spin).toEqual({ ...ours, seconds: expect.any(Number) });
    });

    it('counts no run across a boundary, or below its lowest address', async () => {
      const map = memoryMap([{ type: 'conventional', start: 0x1000n, pages: 2 }]);
      const world = { map, config: config({ bitmapMaxAddr: 0x3000n }) };
      const profile = decodeProfile({ calls: ['allocWithin'], runArguments: [...ALL_RUN_ARGUMENTS] }, '');
      const counts = async (count: bigint, bounds: { minAddr: bigint; boundary: bigint }) => {
        const run = { call: 'allocWithin', count, maxAddr: 0x3000n, alignment: 1n, ...bounds } as const;
        const { ours, spin } = await countsOf({ name: 'bounded', world, operations: [run], profile });
        expect(spin).toEqual({ ...ours, seconds: expect.any(Number) });
        return spin.states;
      };
      expect(await counts(2n, { minAddr: 0n, boundary: 0x3000n })).toBe(2);
      expect(await counts(2n, { minAddr: 0n, boundary: 0x2000n })).toBe(1);
      expect(await counts(1n, { minAddr: 0n, boundary: 0n })).toBe(3);
      expect(await counts(1n, { minAddr: 0x1001n, boundary: 0n })).toBe(2);
    });

    it('counts other states of a model that keeps the last page frame', () => {
      const { world, operations } = freeStackSubject(4);
      const text = promelaOf(world, operations).replace(':: n <= stacked ->', ':: n < stacked ->');
      // The lowest of the stack never leaves, so this is the free stack of 3.
      expect(countBySpin(text).states).toBe(16);
    });
  });
} else {
  it('is not counted by SPIN: the Debian packages spin and gcc are absent here', () => {
    expect(hasSpin()).toBe(false);
  });
}
