/** Assertions: each of them fires, on a state that was corrupted or on a call that breaks what it relies on. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isPmmPanic } from '../spec/index.ts';
import { BrokenAssertion } from './assert.ts';
import { BitmapZone } from './bitmap-zone.ts';
import { entriesOf, markStack, popRun, pushRun, resetStack, writeFloor } from './free-stack.ts';
import { firstFree, firstHeld, freeSince, isHeld, markRange } from './held-bits.ts';
import { FREE_BITMAP_AT, HELD_AT, TOP_AT } from './layout.ts';
import { lowestFit } from './search.ts';
import { SectionFinder } from './section-finder.ts';
import { correctLeaf, noteFreed, noteHeld } from './summary.ts';
import { atWork } from './testing/at-work.ts';
import { type Zone, zoneOf } from './testing/zone.ts';

/** Where the floor of a stack lies that has nothing but itself. */
const AT = 20;

function stackOf(first: number, count: number): Int32Array {
  const words = new Int32Array(AT + 6);
  writeFloor(words, AT);
  pushRun(words, first, count, 1);
  return words;
}

/** A zone with the words of which `lie` is told for the held bits that are read later than the first time. */
function lying({ words, ...zone }: Zone, lie: number): Zone {
  const seen = new Set<unknown>();
  const proxy = new Proxy(words, {
    get(target, key) {
      const isLater = seen.has(key);
      seen.add(key);
      return isLater && key === String(HELD_AT) ? lie : Reflect.get(target, key, target);
    },
  });
  return { ...zone, words: proxy };
}

/** Marks the ordinal that pops next as held, though it stays on the stack. */
function heldOnTop(): ReturnType<typeof atWork> {
  const { state, frames } = atWork(64, 64);
  const [top] = entriesOf(state.words, state.layout.stackAt);
  markRange(state.words, top?.next ?? 0, 1, true);
  return { state, frames };
}

/** Acts that break each claim. */
const BROKEN: Readonly<Record<string, readonly (() => unknown)[]>> = {
  'allocBitmap: the run is aligned and ends below the limit': [
    () => atWork(64, 64).frames.allocBitmap(1, 64, 3.5), // a multiple of three is found
  ],
  'bitmap zone: no more is free than there is': [
    () => {
      const { state, frames } = atWork(64, 64);
      state.words[FREE_BITMAP_AT] = 64;
      frames.free(0);
    },
    () => {
      const { state, frames } = atWork(64, 64);
      state.words[FREE_BITMAP_AT] = 62;
      frames.freeRegion(0, 3);
    },
  ],
  'bitmap zone: what is taken is free': [
    () => {
      const { words, sections, layout } = lying(zoneOf([0, 32]), -1);
      words[FREE_BITMAP_AT] = 32;
      new BitmapZone(sections, layout, 32).take(words, 1, 32, 1);
    },
    () => {
      const { words, sections, layout } = lying(zoneOf([0, 32]), 1 << 7);
      words[FREE_BITMAP_AT] = 32;
      new BitmapZone(sections, layout, 32).take(words, 8, 32, 1);
    },
  ],
  'free stack: nothing was popped since the mark': [
    () => {
      const words = stackOf(4, 1);
      const mark = markStack(words);
      popRun(words, 1);
      resetStack(words, mark);
    },
  ],
  'free stack: the floor is not popped': [
    () => {
      const words = stackOf(4, 2);
      words[TOP_AT] = AT + 1;
      popRun(words, 2);
    },
  ],
  'free stack: the top run has what is popped': [
    () => popRun(stackOf(4, 2), 3),
    () => popRun(stackOf(4, 2), 0),
  ],
  'free stack: there is room for what is pushed': [
    () => pushRun(stackOf(4, 1).subarray(0, AT + 3), 9, 1, 1),
    () => pushRun(stackOf(4, 1).subarray(0, AT + 5), 9, 2, 1), // room for the first
    () => {
      const { state, frames } = atWork(64, 64);
      state.words[TOP_AT] = state.words.length - 1;
      frames.free(64);
    },
  ],
  'free stack: what pops is free': [
    () => heldOnTop().frames.alloc(),
    () => heldOnTop().frames.allocPages(new Uint32Array(5), 5),
    () => heldOnTop().frames.allocPages(new Uint32Array(1), 1),
  ],
  'free stack: what was pushed last pops next': [
    () => pushRun(stackOf(4, 1), 9, 0, 1),
    () => pushRun(stackOf(4, 1), 5, 0, 1), // the one before it is on top
    () => pushRun(stackOf(4, 1), 9, 3, 2), // a run of pages that are not neighbours
  ],
  'held bits: a search goes back to the first bit of a word': [
    () => freeSince(new Int32Array(HELD_AT + 2), 1, 40),
    () => freeSince(new Int32Array(HELD_AT + 2), 32, 31),
  ],
  'held bits: what is marked has ordinals': [
    () => markRange(new Int32Array(HELD_AT + 2), 5, 0, true),
    () => markRange(new Int32Array(HELD_AT + 2), 5, Number.NaN, true),
  ],
  'held bits: what is searched has ordinals': [
    () => firstHeld(new Int32Array(HELD_AT + 2), 5, 5),
    () => firstFree(new Int32Array(HELD_AT + 2), 5, 5),
  ],
  'search: goes upwards': [
    () => {
      const { words, layout, sections } = zoneOf([0, 200]);
      lowestFit(words, layout, sections, 5, 200, 33, -4);
    },
  ],
  'sections: an ordinal in use is that of a page frame': [
    () => new SectionFinder(zoneOf([0, 20], [40, 4]).sections, []).frameOf(20),
    () => new SectionFinder(zoneOf([8, 20]).sections, []).frameOf(7),
  ],
  'summary: a leaf claims a run that counts': [
    () => {
      const { words, layout } = zoneOf([0, 200]);
      correctLeaf(words, layout, 1);
    },
  ],
  'summary: a run has leaves of the zone': [
    () => {
      const { words, layout } = zoneOf([0, 600]);
      noteHeld(words, layout, 0, 5000);
    },
  ],
  'summary: a run that was freed is one': [
    () => {
      const { words, layout } = zoneOf([0, 200]);
      markRange(words, 4, 1, true);
      noteFreed(words, layout, 5, 3);
    },
  ],
  'summary: what was freed is a run': [
    () => {
      const { words, layout } = zoneOf([0, 600]);
      noteFreed(words, layout, 300, 200);
    },
  ],
  'summary: what was taken is a run': [
    () => {
      const { words, layout } = zoneOf([0, 600]);
      noteHeld(words, layout, 300, 200);
    },
  ],
};

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

describe('an assertion', () => {
  test('is here for each claim of impl/', () => {
    const folder = new URL('.', import.meta.url);
    const claims = readdirSync(folder)
      .filter((file) => /^(?!assert).*(?<!\.test)\.ts$/.test(file))
      .flatMap((file) =>
        readFileSync(new URL(file, folder), 'utf8')
          .matchAll(/broken\([^']*'([^']*)'/g)
          .toArray(),
      )
      .map(([, claim]) => claim);
    expect(Object.keys(BROKEN)).toEqual([...new Set(claims)].sort());
  });

  test.each(Object.entries(BROKEN))('fires: %s', (claim, acts) => {
    for (const act of acts) {
      const thrown = thrownBy(act);
      expect(thrown).toBeInstanceOf(BrokenAssertion);
      expect(String(thrown)).toMatch(
        /^BrokenAssertion: .*: not so for [a-z ]+ -?[\dNa]+; a defect of the allocator/,
      );
      expect(String(thrown)).toContain(`${claim}: not so for`);
    }
  });

  test('that breaks is not taken for a misuse of the caller', () => {
    const { state, frames } = atWork(64, 64);
    state.words[FREE_BITMAP_AT] = 64;
    const thrown = thrownBy(() => frames.freePages(Uint32Array.of(0), 1));
    expect(isPmmPanic(thrown)).toBe(false);
    expect(thrown).toBeInstanceOf(BrokenAssertion);
  });

  test('breaks before a page frame is handed out that somebody holds', () => {
    const { state, frames } = heldOnTop();
    const [top] = entriesOf(state.words, state.layout.stackAt);
    expect(isHeld(state.words, top?.next ?? 0)).toBe(true);
    const batch = new Uint32Array(5);
    expect(() => frames.allocPages(batch, 5)).toThrowError(
      /^free stack: what pops is free: not so for ordinal \d+;/,
    );
    expect([...batch]).toEqual([0, 0, 0, 0, 0]);
  });
});
