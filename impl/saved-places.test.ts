/** Saved words: what is in them, and that they bring everything back on which an answer can depend. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { FrameAllocator } from './index.ts';
import { FREE_BITMAP_AT, HELD_AT, layoutOf, MORE_AT, SEARCH_FROM_AT, TOP_AT } from './layout.ts';
import { livePlaces, savedTop } from './saved-words.ts';
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

/** Returns the answers of an allocator from now on. */
function answers(frames: FrameAllocator): readonly unknown[] {
  const runs = [1, 5, 30, 100].map((count) => frames.allocBitmap(count, 310, 1));
  frames.free(runs[1] ?? 0);
  return [...runs, frames.allocBitmap(1, 310, 1), ...Array.from({ length: 40 }, () => frames.alloc())];
}

describe('saved words', () => {
  test('can be had from every state', () => {
    expect(() => [saved(machine()), saved(work(machine()))]).not.toThrow();
  });

  test('are the header, the words of page frames, the summary, and the stack', () => {
    const sections = sectionsWith(310, [0, 300], [320, 40]);
    const layout = layoutOf(sections);
    const header = [TOP_AT, FREE_BITMAP_AT, MORE_AT, SEARCH_FROM_AT];
    const held = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17].map((word) => HELD_AT + word);
    const summary = [HELD_AT + 18, HELD_AT + 19];
    expect([...livePlaces(sections, layout)]).toEqual([...header, ...held, ...summary]);
    const stackWords = (words: Int32Array): number => savedTop(words) + 1 - layout.stackAt;
    expect([saved(machine()).length, stackWords(saved(machine()))]).toEqual([4 + 12 + 2 + 5, 5]);
    const later = saved(work(machine()));
    expect(stackWords(later)).toBeGreaterThan(5);
    expect(later).toHaveLength(4 + 12 + 2 + stackWords(later));
  });

  test('leave out a word of nothing but padding', () => {
    const sections = sectionsWith(0, [0, 31], [64, 32]);
    const places = [...livePlaces(sections, layoutOf(sections))];
    expect(places.slice(4)).toEqual([HELD_AT, HELD_AT + 1]);
  });

  test('write no word behind the last of them', () => {
    const frames = machine();
    for (const pages of [0, 10, 40]) {
      frames.allocPages(new Uint32Array(40), pages);
      const words = new Int32Array(60).fill(77);
      const length = frames.saveState(words);
      expect([...words.subarray(length)]).toEqual(new Array(60 - length).fill(77));
    }
    expect(frames.freeInStack).toBe(30);
    frames.allocPages(new Uint32Array(30), 30);
    const words = new Int32Array(60).fill(77);
    expect([...words.subarray(frames.saveState(words))]).toEqual(new Array(40).fill(77));
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
