/** Bursts make as many calls as do something. */
import { expect, test } from 'vitest';
import { DryRun } from '../../../runner/index.ts';
import { config, memoryMap, WHOLE } from '../../../spec/index.ts';
import { OperationCommand } from '../commands.ts';

/** Returns how many calls a burst of `alloc` makes, longest ones, on so many free page frames. */
function callsOn(pages: number): number {
  const map = memoryMap([{ type: 'conventional', start: 0n, pages }]);
  const run = new DryRun({ map, config: config({ bitmapMaxAddr: 0n }) }, { policies: [], profile: WHOLE });
  const lengths = Array.from({ length: 64 }, (_, c) => {
    const before = run.operations.length;
    const burst = new OperationCommand([c << 2, 0, 0, 0]);
    burst.run({ execution: run, calls: ['alloc'], bursts: { longest: 2 ** 12, every: 1 } });
    return run.operations.length - before;
  });
  return Math.max(...lengths);
}

test('a burst of allocations goes on for as long as they are granted, and ends at 257 refusals', () => {
  expect(callsOn(2 ** 12)).toBeGreaterThan(2 ** 11);
  expect(callsOn(1)).toBe(257);
});
