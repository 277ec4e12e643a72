/** The model in Promela, and SPIN's count of it if SPIN is installed. */
import { describe, expect, it } from 'vitest';
import { countBySpin, hasSpin } from '../../assurance/spin/spin.ts';
import { countsOf, freeStackSubject, smallSubject } from '../../assurance/spin/spin-subjects.ts';
import { config, memoryMap, SpecError } from '../../spec/index.ts';
import { promelaOf } from './promela.ts';

describe('a world in Promela', () => {
  const { world, operations } = smallSubject(2, 2);
  const text = promelaOf(world, operations);

  it('has an option for each operation', () => {
    expect(text.match(/^ {2}:: d_step/gm)).toHaveLength(operations.length);
  });

  it('says who owns which page frame, and in which order the free stack is', () => {
    expect(text).toContain('byte owner[5] = { PMM, BOOT, PMM, FIRMWARE, ABSENT };');
    expect(text).toContain('byte stack[1] = { 2 };');
  });

  it('counts in page frames: addresses, limits and alignments, rounded as the specification has it', () => {
    const { higherHalf } = world.config;
    const of = (...all: Parameters<typeof promelaOf>[1]) =>
      promelaOf(world, all).match(/d_step \{ (.*) \}/)?.[1];
    expect(of({ call: 'allocBitmap', count: 1n, maxAddr: 0x1fffn, alignment: 0x1001n })).toBe(
      'alloc_bitmap(1, 1, 2)',
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

it('has no calls that only some managers have', () => {
  const { world } = freeStackSubject(4);
  const retain = { call: 'retain', address: 0xffff_8000_0000_0000n } as const;
  expect(() => promelaOf(world, [retain])).toThrow(/^calls: expected standard calls .* found retain$/);
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

    it('counts other states of a model that keeps the last page frame', () => {
      const { world, operations } = freeStackSubject(4);
      const text = promelaOf(world, operations).replace(':: n <= depth ->', ':: n < depth ->');
      // The lowest of the stack never leaves, so this is the free stack of 3.
      expect(countBySpin(text).states).toBe(16);
    });
  });
} else {
  it('is not counted by SPIN: the Debian packages spin and gcc are absent here', () => {
    expect(hasSpin()).toBe(false);
  });
}
