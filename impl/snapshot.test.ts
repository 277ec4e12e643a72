/** Snapshots: what is in them, and which are refused. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { FrameAllocator, NO_ORDINAL } from './index.ts';
import { FREE_BITMAP_AT, HELD_AT, MAGIC, MAGIC_AT, MAP_AT, TOP_AT } from './layout.ts';
import { usable } from './testing/zone.ts';

/** 8 page frames in the bitmap zone and 56 in the stack zone. */
function machine(pages = 64): FrameAllocator {
  return new FrameAllocator(memoryMap([usable([0, pages])]), configOf({ bitmapMaxAddr: 8n * 4096n }));
}

/** An allocator at work: something is held in both zones, and the stack has several runs. */
function atWork(): FrameAllocator {
  const frames = machine();
  frames.allocBitmap(3, 8, 1);
  const batch = new Uint32Array(12);
  frames.allocPages(batch, 12);
  for (const at of [0, 3, 4, 9]) frames.free(batch[at] ?? 0);
  return frames;
}

function wordsOf(snapshot: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(snapshot.buffer);
}

/** Returns a copy of a snapshot with one word changed. */
function spoilt(
  snapshot: Uint8Array,
  word: number,
  change: (word: number) => number,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(snapshot);
  const words = wordsOf(copy);
  words[word] = change(words[word] ?? 0);
  return copy;
}

const REFUSED = /^not a snapshot of an allocator with this memory map and configuration: /;

describe('a snapshot', () => {
  test('is the header, the held bits of both zones, and the words of the stack', () => {
    const words = wordsOf(machine().snapshot());
    const stackAt = HELD_AT + 8 + 3 + 1; // a leaf of the summary lies in between
    // 8 page frames end in word 0 of 8, and 56 page frames begin at bit 8 of the ninth: two words, the last padding.
    expect(words).toHaveLength(HELD_AT + 8 + 3 + 5);
    expect([words[MAGIC_AT], words[FREE_BITMAP_AT], words[TOP_AT]]).toEqual([MAGIC, 8, stackAt + 4]);
    expect([...words.subarray(HELD_AT, HELD_AT + 2)]).toEqual([~0xff, -1]);
    const later = wordsOf(atWork().snapshot());
    expect(later).toHaveLength(HELD_AT + 8 + 3 + (later[TOP_AT] ?? 0) + 1 - stackAt);
    expect(later.length).toBeGreaterThan(words.length);
  });

  test('is accepted by the allocator it was taken from, and by one of the same machine', () => {
    const frames = atWork();
    const kept = frames.snapshot();
    for (const other of [frames, machine()]) {
      other.allocPages(new Uint32Array(5), 5);
      expect(() => other.restore(kept)).not.toThrow();
      expect(other.snapshot()).toEqual(kept);
      expect([other.freeInBitmap, other.freeInStack]).toEqual([frames.freeInBitmap, frames.freeInStack]);
    }
  });

  test('is independent of the allocator: neither changes the other', () => {
    const frames = machine();
    const kept = frames.snapshot();
    const copy = Uint8Array.from(kept);
    frames.alloc();
    expect(kept).toEqual(copy);
    kept.fill(0);
    expect(frames.freeInStack).toBe(55);
  });

  test('that is refused says what is wrong with it', () => {
    const kept = atWork().snapshot();
    expect(() => atWork().restore(kept.subarray(4))).toThrowError(/ bytes, not /);
    expect(() => atWork().restore(spoilt(kept, FREE_BITMAP_AT, (w) => w - 1))).toThrowError(
      /: the count of the bitmap zone is that of its free bits: 4, not 5$/,
    );
  });

  test('whose stack has a page frame twice and leaves out another is refused, though the counts are right', () => {
    const kept = atWork().snapshot();
    const words = wordsOf(kept);
    expect(words.at(-2), 'a single page frame is on top, and a run below').toBe(NO_ORDINAL);
    const twice = spoilt(kept, words.length - 1, () => words.at(-3) ?? 0);
    expect(() => atWork().restore(twice)).toThrowError(
      /: runs of the stack are disjoint: ordinal \d+ is on the stack twice$/,
    );
  });

  test('of another machine is refused', () => {
    expect(() => machine(65).restore(machine().snapshot())).toThrowError(REFUSED);
  });

  test('that is cut short, or goes on, is refused', () => {
    const kept = atWork().snapshot();
    for (const length of [0, 3, 4, 64, kept.length - 8, kept.length - 4, kept.length - 1])
      expect(() => atWork().restore(kept.subarray(0, length))).toThrowError(REFUSED);
    expect(() => atWork().restore(Uint8Array.from([...kept, 0]))).toThrowError(REFUSED);
    expect(() => atWork().restore(Uint8Array.from([...kept, 0, 0, 0, 0]))).toThrowError(REFUSED);
  });

  test.each([
    ['another format', MAGIC_AT],
    ['another memory map', MAP_AT],
    ['a count that the bits of the bitmap zone do not show', FREE_BITMAP_AT],
    ['bits of the bitmap zone that the count does not allow', HELD_AT],
    ['bits of the stack zone that the stack does not allow', HELD_AT + 8],
  ])('with %s is refused, and changes nothing', (_, word) => {
    const frames = atWork();
    const kept = frames.snapshot();
    expect(() => frames.restore(spoilt(kept, word, (w) => w ^ 0x100))).toThrowError(REFUSED);
    expect(frames.snapshot()).toEqual(kept);
  });
});

test('a snapshot with a longer stack than there is room for makes room', () => {
  const frames = machine();
  const batch = new Uint32Array(56);
  frames.allocPages(batch, 56);
  for (let i = 0; i < 56; i += 2) frames.free(batch[i] ?? 0);
  const fragmented = frames.snapshot();
  const fresh = machine();
  fresh.restore(fragmented);
  expect(fresh.snapshot()).toEqual(fragmented);
  expect(Array.from({ length: 28 }, () => fresh.alloc())).toEqual(
    Array.from({ length: 28 }, () => frames.alloc()),
  );
  for (let i = 1; i < 56; i += 2) fresh.free(batch[i] ?? 0);
  expect(fresh.freeInStack).toBe(28);
  expect(fresh.alloc()).toBe(batch[55]);
});
