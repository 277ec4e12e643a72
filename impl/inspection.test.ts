/** Runs of page frames, from held bits and from the free stack. */
import { describe, expect, test } from 'vitest';
import type { InspectedRun } from '../spec/index.ts';
import { markRange } from './held-bits.ts';
import { runsOfBits, runsOfStack } from './inspection.ts';
import { HELD_AT } from './layout.ts';
import type { Section } from './sections.ts';

const run = (condition: InspectedRun['condition'], base: number, count: number): InspectedRun => ({
  base,
  count,
  condition,
});
const free = (base: number, count: number): InspectedRun => run('free', base, count);
const held = (base: number, count: number): InspectedRun => run('held', base, count);

/** Page frames 1000 to 1039, at ordinals 8 to 47. */
const SECTION: Section = { base: 1000, count: 40, first: 8 };

describe('the runs of held bits', () => {
  /** What the bits of the section say where these ordinals are held. */
  function runsWith(...heldOrdinals: readonly (readonly [first: number, count: number])[]): InspectedRun[] {
    const words = new Int32Array(HELD_AT + 2);
    markRange(words, 0, 8, true);
    markRange(words, 48, 16, true);
    for (const [first, count] of heldOrdinals) markRange(words, first, count, true);
    return [...runsOfBits(words, SECTION).take(50)]; // no more, should they never end
  }

  test('are one where all is alike', () => {
    expect(runsWith()).toEqual([free(1000, 40)]);
    expect(runsWith([8, 40])).toEqual([held(1000, 40)]);
  });

  test('go to and fro, to the first and the last page frame', () => {
    expect(runsWith([8, 1], [47, 1])).toEqual([held(1000, 1), free(1001, 38), held(1039, 1)]);
    expect(runsWith([20, 13])).toEqual([free(1000, 12), held(1012, 13), free(1025, 15)]);
  });
});

describe('the runs of the free stack', () => {
  const next: Section = { base: 2000, count: 5, first: 64 };

  test('are there whatever is free', () => {
    for (const free of [[], [{ first: 8, end: 9 }], [{ first: 64, end: 69 }]])
      expect(() => [...runsOfStack(free, [SECTION, next]).take(50)]).not.toThrow();
  });

  test('are what is free, and all else of the sections is held', () => {
    expect([...runsOfStack([{ first: 10, end: 12 }], [SECTION]).take(50)]).toEqual([
      held(1000, 2),
      free(1002, 2),
      held(1004, 36),
    ]);
  });

  test('begin and end with the section, without an empty run', () => {
    expect([...runsOfStack([{ first: 8, end: 48 }], [SECTION]).take(50)]).toEqual([free(1000, 40)]);
    expect([...runsOfStack([], [SECTION]).take(50)]).toEqual([held(1000, 40)]);
  });

  test('go on in the next section', () => {
    const runs = [
      { first: 8, end: 9 },
      { first: 47, end: 48 },
      { first: 64, end: 66 },
    ];
    expect([...runsOfStack(runs, [SECTION, next]).take(50)]).toEqual([
      free(1000, 1),
      held(1001, 38),
      free(1039, 1),
      free(2000, 2),
      held(2002, 3),
    ]);
  });

  test('say that a section is held in which nothing is free', () => {
    expect([...runsOfStack([{ first: 64, end: 69 }], [SECTION, next]).take(50)]).toEqual([
      held(1000, 40),
      free(2000, 5),
    ]);
  });
});
