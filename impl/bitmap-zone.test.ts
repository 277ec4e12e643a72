/** The bitmap zone, and where it begins to search. */
import { describe, expect, test } from 'vitest';
import { BitmapZone } from './bitmap-zone.ts';
import { FREE_BITMAP_AT } from './layout.ts';
import { counted, type Reads, type Stretch, type Zone, zoneOf } from './testing/zone.ts';

interface Bench {
  readonly zone: BitmapZone;
  readonly words: Int32Array;
  readonly reads: Reads;
  /** Takes a run with no limit, unaligned unless told otherwise. */
  take(count: number, limit?: number, alignment?: number): number | null;
}

function build(...stretches: readonly Stretch[]): Bench {
  return benchOf(zoneOf(...stretches), { bits: 0, nodes: 0 });
}

/** A zone whose reads are counted. */
function watched(...stretches: readonly Stretch[]): Bench {
  const { zone, reads } = counted(zoneOf(...stretches));
  return benchOf(zone, reads);
}

function benchOf({ words, sections, layout }: Zone, reads: Reads): Bench {
  words[FREE_BITMAP_AT] = sections.bitmapFrames;
  const end = 2 ** 30;
  const zone = new BitmapZone(sections, layout, end);
  const take = (count: number, limit = end, alignment = 1): number | null =>
    zone.take(words, count, limit, alignment);
  return { zone, words, reads, take };
}

describe('the bitmap zone', () => {
  test('takes every count and limit', () => {
    for (const count of [0, 1, 4, 5, 11, 2 ** 40])
      for (const limit of [0, 3, 4, 5, 20, 40, 2 ** 30, 2 ** 40])
        expect(() => build([4, 4], [40, 10]).take(count, limit)).not.toThrow();
  });

  test('refuses without a look what is more than there is', () => {
    const { take, reads } = watched([0, 100]);
    expect(take(101)).toBe(null);
    expect(reads).toEqual({ bits: 0, nodes: 0 });
  });

  test('gives the lowest run, and counts what is left', () => {
    const { take, words } = build([0, 100]);
    expect([take(40), take(40), words[FREE_BITMAP_AT], take(20), take(1)]).toEqual([0, 40, 20, 80, null]);
    expect(words[FREE_BITMAP_AT]).toBe(0);
  });

  test('gives nothing where nothing is asked for, or more than is free', () => {
    const { take, words } = build([0, 100]);
    expect([take(0), take(101), words[FREE_BITMAP_AT]]).toEqual([null, null, 100]);
  });

  test.each<[limit: number, expected: number | null]>([
    [0, null],
    [3, null],
    [4, null],
    [6, null],
    [7, 4],
    [8, 4],
    [41, 4],
    [2 ** 30 - 1, 4],
    [2 ** 30, 4],
    [2 ** 40, 4],
  ])('gives a run of three below page frame %i at %s', (limit, expected) => {
    expect(build([4, 4], [40, 10]).take(3, limit)).toBe(expected);
  });

  test('takes a limit in a hole, or inside a section, for what lies below it', () => {
    expect(build([4, 4], [40, 10]).take(5, 41)).toBe(null);
    expect(build([4, 4], [40, 10]).take(5, 44)).toBe(null);
    expect(build([4, 4], [40, 10]).take(5, 45)).toBe(40);
    expect(build([4, 4], [40, 10]).take(4, 20)).toBe(4);
    expect(build([4, 4], [40, 10]).take(5, 20)).toBe(null);
  });

  test('takes back what is held, and nothing else', () => {
    const { zone, words, take } = build([0, 10]);
    take(10);
    expect([zone.release(words, 3), zone.release(words, 3), words[FREE_BITMAP_AT]]).toEqual([true, false, 1]);
    zone.noteFreed(words, 3, 3);
    expect([take(1), take(1)]).toEqual([3, null]);
  });
});

describe('a search begins', () => {
  /** Reads where a search begins right: one to find the page frame, two to assert that it is free, one to mark it. */
  const READS = 4;

  /** How many held bits a take of one reads, and what it gives. */
  function cost({ take, reads }: Bench): readonly [given: number | null, bits: number] {
    const before = reads.bits;
    const given = take(1);
    return [given, reads.bits - before];
  }

  test('behind what was taken from the bottom up', () => {
    const bench = watched([0, 255]);
    for (let i = 0; i < 6; i += 1) expect(bench.take(32)).toBe(32 * i);
    expect(cost(bench)).toEqual([192, READS]);
  });

  test('behind the lowest page frame that a single take found', () => {
    const bench = watched([0, 255]);
    bench.take(160);
    bench.take(1, 2 ** 30, 200);
    expect(cost(bench)).toEqual([160, READS]);
    bench.take(30);
    expect(cost(bench)).toEqual([191, READS]);
  });

  test('at what was freed below it, and not at what was freed above', () => {
    const bench = watched([0, 255]);
    bench.take(220);
    for (const [freed, next] of [
      [100, 100],
      [230, 220],
    ] as const) {
      if (freed < 220) {
        bench.zone.release(bench.words, freed);
        bench.zone.noteFreed(bench.words, freed, freed);
      }
      expect(bench.take(1)).toBe(next);
    }
    expect(cost(bench)).toEqual([221, READS]);
  });

  test('at the bottom again once any bit may have changed', () => {
    const bench = build([0, 1000]);
    bench.take(600);
    for (const ordinal of [5, 6]) bench.zone.release(bench.words, ordinal);
    bench.zone.noteAll(bench.words);
    expect([bench.take(1), bench.take(1), bench.take(1)]).toEqual([5, 6, 600]);
  });

  test('where free page frames can be, though a run was taken further up', () => {
    const bench = build([0, 255]);
    expect([bench.take(2, 2 ** 30, 64), bench.take(2, 2 ** 30, 64), bench.take(4)]).toEqual([0, 64, 2]);
    expect(bench.take(1, 2 ** 30, 2)).toBe(6);
    expect(bench.take(1)).toBe(7);
  });
});
