/** Of a long run, some programs free boot memory across the limit while a large power of two of single pages are held. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DryRun } from '../../../runner/index.ts';
import { bitmapLimit, type Operation, pfn, type Reference, WHOLE } from '../../../spec/index.ts';
import { anyProgram, type DrawnProgram } from '../commands.ts';
import { runCommands } from '../fast-check.ts';
import { ANY_SIZE, sizesOf } from './sizes.ts';

/** A dry run that notes how many calls had handed out pages when boot memory at the limit was freed as a region; 0 if it was not. */
class Watched extends DryRun {
  held = 0;

  override perform(operation: Operation<Reference>): boolean {
    const limit = pfn(bitmapLimit(this.world.config));
    const wasBoot = this.state.ownerOf(limit) === 'boot';
    const goesOn = super.perform(operation);
    if (operation.call === 'freeRegion' && wasBoot && this.state.ownerOf(limit) === 'pmm')
      this.held = this.results.handedOut.length;
    return goesOn;
  }
}

function heldAtFree({ world, commands, ...drawn }: DrawnProgram): number {
  const run = new Watched(world, { policies: [], profile: WHOLE });
  runCommands({ ...drawn, execution: run }, commands);
  return run.held;
}

/** Returns the programs of one burst among a number of programs with these sizes. */
function ofOneBurst(sizes: typeof ANY_SIZE): readonly DrawnProgram[] {
  const drawn = fc.sample(anyProgram(100, undefined, WHOLE, { ...sizes, burst: 2 ** 8 }), {
    numRuns: 1024,
    seed: 1,
  });
  return drawn.filter(({ commands }) => Array.isArray(commands));
}

test('a long run has programs that free boot memory across the limit with each power of two of pages held', () => {
  const programs = ofOneBurst(sizesOf(64));
  expect(programs.length).toBeGreaterThan(20);
  const held = new Set(programs.map(heldAtFree));
  for (const power of [1, 16, 256]) expect(held).toContain(power);
  expect(ofOneBurst(ANY_SIZE)).toEqual([]);
});
