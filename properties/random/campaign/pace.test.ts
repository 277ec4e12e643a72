import { expect, it } from 'vitest';
import { execute, OURS } from '../../../runner/index.ts';
import { config, memoryMap } from '../../../spec/index.ts';
import { Pace } from './pace.ts';

it('a target gets smaller worlds when two programs on one of a size were slow: one may have waited for the machine', () => {
  const world = { map: memoryMap([{ type: 'conventional', start: 2n ** 40n, pages: 1 }]), config: config() };
  const limited = Object.create(OURS, { programMs: { value: 1000 } });
  const execution = execute(OURS, { ...world, policies: [], operations: [{ call: 'alloc' }] });
  const ran = { performed: 1, holds: true, isRefused: false, execution: () => execution };
  const pace = new Pace(limited);
  const sizes = pace.sizes(1000);
  expect(pace.note(world, ran, 1.5)).toBe('taken');
  expect(pace.sizes(1000)).toEqual(sizes);
  expect(pace.note(world, ran, 1.5)).toBe('slow');
  expect(pace.sizes(1000)).not.toEqual(sizes);
});
