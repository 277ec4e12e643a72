/** Saved words: what is in them, and that they bring everything back on which an answer can depend. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { FrameAllocator } from './index.ts';
import {
  DEPTH_AT,
  FREE_BITMAP_AT,
  HELD_AT,
  layoutOf,
  MORE_BELOW_AT,
  SEARCH_FROM_AT,
  TOP_LAST_AT,
  TOP_NEXT_AT,
} from './layout.ts';
import { livePlaces, savedDepth } from './saved-words.ts';
import { sectionsWith, usable } from './testing/zone.ts';

/** 300 page frames in the bitmap zone, in two leaves; 40 in the stack zone. */
function machine(): FrameAllocator {
  const map = memoryMap([usable([0, 300]), usable([320, 40])]);
  return new FrameAllocator(map, configOf({ bitmapMaxAddr: 310n * 4096n }));
}

/** Something of each kind: single pages, some of them freed, and runs. */
function work(frames: FrameAllocator): FrameAllocator {
  const batch = new Uint32Array(20);
  frames.allocPages(batch, 20);
  for (const at of [1, 2, 8, 15, 3]) frames.free(batch[at] ?? 0);
  frames.allocBitmap(3, 310, 1);
  frames.allocBitmap(40, 310, 100);
  return frames;
}

function saved(frames: FrameAllocator): Int32Array {
  const words = new Int32Array(200);
  return words.subarray(0, frames.saveState(words));
}

/** What an allocator answers from now on. */
function answers(frames: FrameAllocator): readonly unknown[] {
  const runs = [1, 5, 30, 100].map((count) => frames.allocBitmap(count, 310, 1));
  frames.free(runs[1] ?? 0);
  return [...runs, frames.allocBitmap(1, 310, 1), ...Array.from({ length: 40 }, () => frames.alloc())];
}

describe('saved words', () => {
  test('are the header, the words of page frames, the summary, and the stack', () => {
    const sections = sectionsWith(310, [0, 300], [320, 40]);
    const layout = layoutOf(sections);
    const header = [DEPTH_AT, FREE_BITMAP_AT, MORE_BELOW_AT, TOP_NEXT_AT, TOP_LAST_AT, SEARCH_FROM_AT];
    const held = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17].map((word) => HELD_AT + word);
    const summary = [HELD_AT + 18, HELD_AT + 19];
    expect([...livePlaces(sections, layout)]).toEqual([...header, ...held, ...summary]);
    expect(saved(machine())).toHaveLength(6 + 12 + 2 + 2);
    const later = saved(work(machine()));
    expect(savedDepth(later)).toBeGreaterThan(2);
    expect(later).toHaveLength(6 + 12 + 2 + 2 * savedDepth(later));
  });

  test('are written where they fit, and counted where they do not', () => {
    const frames = work(machine());
    const whole = saved(frames);
    const exact = new Int32Array(whole.length);
    expect([frames.saveState(exact), exact]).toEqual([whole.length, whole]);
    const short = new Int32Array(whole.length - 1);
    expect([frames.saveState(short), short]).toEqual([whole.length, new Int32Array(whole.length - 1)]);
  });

  test('bring back the state, whatever came in between', () => {
    const frames = work(machine());
    const [before, words] = [frames.snapshot(), saved(frames)];
    answers(frames);
    expect(frames.snapshot()).not.toEqual(before);
    expect(() => frames.loadState(words)).not.toThrow();
    expect(frames.snapshot()).toEqual(before);
    expect(saved(frames)).toEqual(words);
    expect(answers(frames)).toEqual(answers(work(machine())));
  });

  test('make room in an allocator with a shorter stack, and leave no trace in one with a longer', () => {
    const [words, fresh] = [saved(work(machine())), saved(machine())];
    const other = machine();
    expect(() => other.loadState(words)).not.toThrow();
    expect(saved(other)).toEqual(words);
    expect(answers(other)).toEqual(answers(work(machine())));
    other.loadState(fresh);
    expect(other.snapshot()).toEqual(machine().snapshot());
    expect(answers(other)).toEqual(answers(machine()));
  });
});
