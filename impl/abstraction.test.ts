/** The meaning of a state: page frames in runs, amounts, and the order of the free stack. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type InspectedRun, memoryMap } from '../spec/index.ts';
import {
  conditions,
  conditionsOf,
  flatStateOf,
  freeByBits,
  freeByStack,
  freeIn,
  stackOrder,
} from './abstraction.ts';
import { FrameAllocator } from './frame-allocator.ts';
import { markRange } from './held-bits.ts';
import { HELD_AT } from './layout.ts';
import type { Section } from './sections.ts';
import { writeInitial } from './state.ts';
import { atWork } from './testing/at-work.ts';
import { usable } from './testing/zone.ts';

const run = (condition: InspectedRun['condition'], base: number, count: number): InspectedRun => ({
  base,
  count,
  condition,
});
const free = (base: number, count: number): InspectedRun => run('free', base, count);
const held = (base: number, count: number): InspectedRun => run('held', base, count);

/** Page frames 1000 to 1039, at ordinals 8 to 47. */
const SECTION: Section = { base: 1000, count: 40, first: 8 };

test('every state can be looked at', () => {
  for (const [bitmap, stack] of [
    [0, 0],
    [0, 9],
    [9, 0],
    [64, 64],
    [300, 300],
  ] as const) {
    const look = (): unknown => {
      const { state } = atWork(bitmap, stack);
      const zones = [freeIn(state, 'bitmap'), freeIn(state, 'stack'), freeByStack(state)];
      return [...conditions(state), ...stackOrder(state), ...zones];
    };
    expect(look).not.toThrow();
  }
});

describe('the runs of held bits', () => {
  /** Returns the runs of the section where these ordinals are held. */
  function runsWith(
    ...heldOrdinals: readonly (readonly [first: number, count: number])[]
  ): readonly InspectedRun[] {
    const words = new Int32Array(HELD_AT + 2);
    markRange(words, 0, 8, true);
    markRange(words, 48, 16, true);
    for (const [first, count] of heldOrdinals) markRange(words, first, count, true);
    return conditionsOf([SECTION], freeByBits(words, [SECTION]));
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

describe('the runs of given free ordinals', () => {
  const next: Section = { base: 2000, count: 5, first: 64 };

  test('are there whatever is free', () => {
    for (const free of [[], [{ first: 8, end: 9 }], [{ first: 64, end: 69 }]])
      expect(() => conditionsOf([SECTION, next], free)).not.toThrow();
  });

  test('are what is free, and all else of the sections is held', () => {
    expect(conditionsOf([SECTION], [{ first: 10, end: 12 }])).toEqual([
      held(1000, 2),
      free(1002, 2),
      held(1004, 36),
    ]);
  });

  test('begin and end with the section, without an empty run', () => {
    expect(conditionsOf([SECTION], [{ first: 8, end: 48 }])).toEqual([free(1000, 40)]);
    expect(conditionsOf([SECTION], [])).toEqual([held(1000, 40)]);
  });

  test('go on in the next section', () => {
    const runs = [
      { first: 8, end: 9 },
      { first: 47, end: 48 },
      { first: 64, end: 66 },
    ];
    expect(conditionsOf([SECTION, next], runs)).toEqual([
      free(1000, 1),
      held(1001, 38),
      free(1039, 1),
      free(2000, 2),
      held(2002, 3),
    ]);
  });

  test('say that a section is held in which nothing is free', () => {
    expect(conditionsOf([SECTION, next], [{ first: 64, end: 69 }])).toEqual([held(1000, 40), free(2000, 5)]);
  });
});

describe('a state', () => {
  /** Page frames 0 to 7 are the bitmap zone, 8 to 19 and 40 to 45 the stack zone. */
  const map = memoryMap([usable([0, 20]), usable([40, 6])]);
  const config = configOf({ bitmapMaxAddr: 8n * 4096n });
  const state = flatStateOf(map, config);
  const { words, sections, layout } = state;
  writeInitial(words, layout, sections, map.descriptors);
  const frames = new FrameAllocator(map, config, words);
  frames.allocBitmap(3, 8, 1);
  frames.allocPages(new Uint32Array(10), 10);
  for (const frame of [45, 17, 41, 42]) frames.free(frame);

  test('means that page frames are free or held, ascending, whatever the order of the stack', () => {
    expect(conditions(state)).toEqual([
      held(0, 3),
      free(3, 5),
      free(8, 8),
      held(16, 1),
      free(17, 1),
      held(18, 2),
      held(40, 1),
      free(41, 2),
      held(43, 2),
      free(45, 1),
    ]);
  });

  test('has as many free page frames as the allocator says', () => {
    expect([freeIn(state, 'bitmap'), freeIn(state, 'stack')]).toEqual([5, 12]);
    expect([frames.freeInBitmap, frames.freeInStack]).toEqual([5, 12]);
  });

  test('hands out single page frames in the order of its stack', () => {
    const order = [...stackOrder(state)];
    expect(order).toEqual([42, 41, 17, 45, 15, 14, 13, 12, 11, 10, 9, 8]);
    expect(Array.from({ length: 13 }, () => frames.alloc())).toEqual([...order, null]);
    expect([[...stackOrder(state)], freeByStack(state)]).toEqual([[], []]);
  });
});
