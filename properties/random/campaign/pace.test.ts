import { expect, it } from 'vitest';
import { execute, OURS, type World } from '../../../runner/index.ts';
import { config, memoryMap } from '../../../spec/index.ts';
import { Pace, type Taken } from './pace.ts';

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

it('a target whose memory a large world fills gets smaller ones, and has a defect where a small one does', () => {
  const worldOf = (pages: bigint): World => ({
    map: memoryMap([{ type: 'loaderData', start: 0n, pages: Number(pages) }]),
    config: config({ bitmapMaxAddr: 0n }),
  });
  const limited = Object.create(OURS, { programMs: { value: 1000 } });
  const taken = (pages: bigint, why = 'it took more memory than its limit'): Taken => {
    const world = worldOf(pages);
    const operations = [{ call: 'freeRegion', address: { absolute: 2n ** 48n - 1n }, count: 1n }] as const;
    const execution = execute(OURS, { ...world, policies: [], operations });
    const violation = {
      clause: 'freeRegion.owner',
      at: 0,
      explanation: `it must succeed; ${why}`,
    } as const;
    const killed = Object.create(execution, {
      violation: { value: violation },
      isUnanswered: { value: false },
    });
    return new Pace(limited).note(
      world,
      { performed: 1, holds: false, isRefused: false, execution: () => killed },
      0.1,
    );
  };
  expect([taken(2n ** 22n), taken(2n ** 16n + 1n)]).toEqual(['too large', 'taken']);
  expect(taken(2n ** 22n, 'it died of SIGKILL')).toBe('too large');
});
