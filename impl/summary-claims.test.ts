/** The claims of the summary's nodes, the leaf that they lead to, and the cost of keeping them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { FrameAllocator } from './frame-allocator.ts';
import { markRange } from './held-bits.ts';
import { exactShortfalls, INVARIANT } from './invariant.ts';
import { FANOUT, LONGEST_COUNTED, layoutOf } from './layout.ts';
import { sectionsOf } from './sections.ts';
import { wordsFor, writeInitial } from './state.ts';
import { correctLeaf, nextLeaf, noteFreed, noteHeld, rebuild } from './summary.ts';
import { counted, type Reads, usable, type Zone, zoneOf } from './testing/zone.ts';

const LEAF = 256;

/** Returns the longest free run that begins in each leaf, counted up to 512. */
function longestRuns(zone: Zone): readonly number[] {
  return exactShortfalls(zone).map((shortfall) => LONGEST_COUNTED - shortfall);
}

/** Returns what the nodes of a level claim. */
function claims({ words, layout }: Zone, level: number): readonly number[] {
  const { at, nodes } = layout.levels[level] ?? { at: 0, nodes: 0 };
  return [...words.subarray(at, at + nodes)].map((shortfall) => LONGEST_COUNTED - shortfall);
}

/** Checks that each inner node claims what the best of its children does. */
function expectInnerNodesExact(zone: Zone): void {
  const name = 'a node of the summary claims what the best of its children claims';
  expect(INVARIANT.find((predicate) => predicate.name === name)?.flaw(zone)).toBeNull();
}

/** 70 leaves under three levels: 70, 9, 2. */
const LEAVES = 70;
const FRAMES = LEAVES * LEAF - 1;

const anyRange = fc
  .record({
    leaf: fc.nat({ max: LEAVES - 1 }),
    off: fc.oneof(fc.nat({ max: LEAF - 1 }), fc.constantFrom(0, 1, LEAF - 1)),
    length: fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(LEAF - 1, LEAF, LEAF + 1, 511, 512, 513, 767, 768, 769, 1024, 2048, 5000),
    ),
  })
  .map(({ leaf, off, length }) => {
    const first = Math.min(leaf * LEAF + off, FRAMES - 1);
    return { first, end: Math.min(first + length, FRAMES) };
  });
const anyRanges = fc.array(anyRange, { minLength: 1, maxLength: 12 });

function mark(
  zone: Zone,
  { first, end }: { readonly first: number; readonly end: number },
  held: boolean,
): void {
  markRange(zone.words, first, end - first, held);
}

function zoneHolding(ranges: readonly { readonly first: number; readonly end: number }[]): Zone {
  const zone = zoneOf([0, FRAMES]);
  for (const range of ranges) mark(zone, range, true);
  rebuild(zone.words, zone.layout);
  return zone;
}

describe('the summary', () => {
  test('is kept, corrected and followed in zones of one level and of three', () => {
    for (const frames of [3, 255, 2000, FRAMES]) {
      const keep = (): void => {
        const zone = zoneOf([0, frames]);
        const { words, layout } = zone;
        const whole = { first: 0, end: frames };
        mark(zone, whole, true);
        noteHeld(words, layout, 0, frames - 1);
        correctLeaf(words, layout, 0);
        nextLeaf(words, layout, 0, 1);
        nextLeaf(words, layout, 1, 1);
        mark(zone, whole, false);
        noteFreed(words, layout, 0, frames - 1);
        nextLeaf(words, layout, 0, 1);
        nextLeaf(words, layout, 1, 600);
        rebuild(words, layout);
      };
      expect(keep).not.toThrow();
    }
  });

  test('is exact once rebuilt', () => {
    fc.assert(
      fc.property(anyRanges, (held) => {
        const zone = zoneHolding(held);
        expect(claims(zone, 0)).toEqual(longestRuns(zone));
        expectInnerNodesExact(zone);
      }),
      { numRuns: 40 },
    );
  });

  test('stays exact when a run is freed', () => {
    fc.assert(
      fc.property(anyRanges, anyRange, fc.boolean(), (held, freed, isFull) => {
        const zone = zoneHolding(isFull ? [{ first: 0, end: FRAMES }] : [...held, freed]);
        mark(zone, freed, false);
        noteFreed(zone.words, zone.layout, freed.first, freed.end - 1);
        expect(claims(zone, 0)).toEqual(longestRuns(zone));
        expectInnerNodesExact(zone);
      }),
      { numRuns: 150 },
    );
  });

  test('counts what follows when the last page frame of a leaf is freed', () => {
    for (const [end, claim] of [
      [FRAMES, 512],
      [256 + 511, 512],
      [256 + 510, 511],
      [257, 2],
    ] as const) {
      const zone = zoneHolding(
        [
          { first: 0, end: 256 },
          { first: end, end: FRAMES },
        ].filter((range) => range.first < range.end),
      );
      mark(zone, { first: 255, end: 256 }, false);
      noteFreed(zone.words, zone.layout, 255, 255);
      expect(claims(zone, 0)[0]).toBe(claim);
    }
  });

  test('is exact in the leaves of a run that was taken out of more than one, and untouched by a run in one', () => {
    fc.assert(
      fc.property(anyRanges, anyRange, (held, taken) => {
        const zone = zoneHolding(held);
        const before = claims(zone, 0);
        mark(zone, taken, true);
        noteHeld(zone.words, zone.layout, taken.first, taken.end - 1);
        const [low, high] = [Math.floor(taken.first / LEAF), Math.floor((taken.end - 1) / LEAF)];
        const exact = longestRuns(zone);
        const expected = before.map((claim, leaf) =>
          low < high && low <= leaf && leaf <= high ? (exact[leaf] ?? 0) : claim,
        );
        expect(claims(zone, 0)).toEqual(expected);
        expectInnerNodesExact(zone);
      }),
      { numRuns: 100 },
    );
  });

  test('reads no held bits inside of a run that was taken or freed', () => {
    for (const held of [true, false]) {
      const { zone, reads } = counted(
        zoneHolding([{ first: 0, end: held ? 0 : FRAMES }].filter(({ end }) => end > 0)),
      );
      mark(zone, { first: 0, end: FRAMES }, held);
      reads.bits = 0;
      (held ? noteHeld : noteFreed)(zone.words, zone.layout, 0, FRAMES - 1);
      expect(reads.bits).toBeLessThan(100);
    }
  });

  test('is corrected a leaf at a time', () => {
    fc.assert(
      fc.property(anyRanges, fc.array(fc.nat({ max: LEAVES - 1 }), { maxLength: 20 }), (held, corrected) => {
        const zone = zoneOf([0, FRAMES]);
        const before = claims(zone, 0);
        for (const range of held) mark(zone, range, true);
        for (const leaf of corrected) correctLeaf(zone.words, zone.layout, leaf);
        const exact = longestRuns(zone);
        expect(claims(zone, 0)).toEqual(
          before.map((claim, leaf) => (corrected.includes(leaf) ? (exact[leaf] ?? 0) : claim)),
        );
        expectInnerNodesExact(zone);
      }),
      { numRuns: 60 },
    );
  });

  test('leads to the next leaf that claims a run long enough, or to none', () => {
    fc.assert(
      fc.property(anyRanges, fc.nat({ max: LEAVES }), (held, from) => {
        const zone = zoneHolding(held);
        const leaves = claims(zone, 0);
        for (const count of [1, 2, 100, 256, 257, 511, 512, 513, 5000]) {
          const next = leaves.findIndex(
            (claim, leaf) => leaf >= from && claim >= Math.min(count, LONGEST_COUNTED),
          );
          expect(nextLeaf(zone.words, zone.layout, from, count)).toBe(next < 0 ? LEAVES : next);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Counts what `act` reads of a zone. */
function readsOf(zone: Zone, act: (words: Int32Array) => void): Reads {
  const { zone: watched, reads } = counted(zone);
  act(watched.words);
  return reads;
}

describe('an allocator', () => {
  /** 2303 page frames fill nine leaves but for the padding: one more leaf would be the first node of the next level. */
  const END = 2304;
  const FULL = [new Array(9).fill(0), [0, 0]];

  /** Returns an allocator of which every page frame is taken, and its bitmap zone. The stack zone begins with a word. */
  function taken(): { readonly frames: FrameAllocator; readonly claimed: () => unknown } {
    const map = memoryMap([usable([0, END - 1]), usable([END, 600])]);
    const config = configOf({ bitmapMaxAddr: BigInt(END) * 4096n });
    const sections = sectionsOf(map, config);
    const layout = layoutOf(sections);
    const words = wordsFor(layout, sections.stackFrames);
    writeInitial(words, layout, sections, map.descriptors);
    const frames = new FrameAllocator(map, config, words);
    frames.allocBitmap(END - 1, END, 1);
    frames.allocPages(new Uint32Array(600), 600);
    return { frames, claimed: () => [0, 1].map((level) => claims({ words, sections, layout }, level)) };
  }

  function freed(act: () => void): void {
    expect(act, 'what is held may be freed').not.toThrow();
  }

  test('does not touch the summary where it frees the first page frames of the stack zone', () => {
    expect(taken).not.toThrow();
    const { frames, claimed } = taken();
    expect(claimed()).toEqual(FULL);
    freed(() => frames.free(END + 2));
    freed(() => frames.freePages(Uint32Array.of(END), 1));
    expect(claimed()).toEqual(FULL);
    expect([frames.alloc(), frames.alloc()]).toEqual([END, END + 2]);
    freed(() => frames.freeRegion(END, 300));
    expect(claimed()).toEqual(FULL);
  });

  test('claims what a batch has in the bitmap zone, and nothing for what it has in the stack zone', () => {
    const { frames, claimed } = taken();
    freed(() => frames.freePages(Uint32Array.of(END, END + 1, END + 2, 5), 4));
    expect(claimed()).toEqual([
      [1, 0, 0, 0, 0, 0, 0, 0, 0],
      [1, 0],
    ]);
  });

  test('claims what a region has that was freed in the bitmap zone, and no more', () => {
    const { frames, claimed } = taken();
    freed(() => frames.freeRegion(261, 3));
    expect(claimed()).toEqual([
      [0, 3, 0, 0, 0, 0, 0, 0, 0],
      [3, 0],
    ]);
    freed(() => frames.freeRegion(500, 20));
    expect(claimed()).toEqual([
      [0, 20, 8, 0, 0, 0, 0, 0, 0],
      [20, 0],
    ]);
  });
});

describe('it costs', () => {
  const allHeld = { first: 0, end: FRAMES };

  test('the words around it, and one node a level, to free one page frame', () => {
    const zone = zoneHolding([allHeld]);
    mark(zone, { first: 5000, end: 5001 }, false);
    const reads = readsOf(zone, (words) => noteFreed(words, zone.layout, 5000, 5000));
    expect(reads).toEqual({ bits: 2, nodes: 3 });
  });

  test('no node above the first that claims as much anyway', () => {
    const zone = zoneHolding([allHeld]);
    mark(zone, { first: 5000, end: 5002 }, false);
    noteFreed(zone.words, zone.layout, 5000, 5001);
    mark(zone, { first: 5010, end: 5011 }, false);
    expect(readsOf(zone, (words) => noteFreed(words, zone.layout, 5010, 5010)).nodes).toBe(1);
  });

  test('only the ends, to free a long run', () => {
    const zone = zoneHolding([allHeld]);
    const freed = { first: 100, end: 60 * LEAF };
    mark(zone, freed, false);
    const { bits } = readsOf(zone, (words) => noteFreed(words, zone.layout, freed.first, freed.end - 1));
    expect(bits).toBeLessThan(5 * WORDS_OF_A_LEAF_AND_ITS_RUN);
  });

  test('no more than two leaves before it, to free next to a long free run', () => {
    const zone = zoneHolding([{ first: 40 * LEAF, end: FRAMES }]);
    mark(zone, { first: 40 * LEAF, end: 40 * LEAF + 1 }, false);
    const reads = readsOf(zone, (words) => noteFreed(words, zone.layout, 40 * LEAF, 40 * LEAF));
    expect(reads.bits).toBeLessThanOrEqual(2 + 3 * 9);
    expect(reads.nodes).toBeLessThanOrEqual(3 + 3);
  });

  test('eight words to correct a leaf that claims too much, and no node above where another child is better', () => {
    const zone = zoneOf([0, FRAMES]);
    mark(zone, { first: 4 * LEAF, end: 5 * LEAF }, true);
    const reads = readsOf(zone, (words) => correctLeaf(words, zone.layout, 4));
    expect(reads.bits).toBe(8);
    expect(reads.nodes).toBeLessThanOrEqual(1 + 1 + FANOUT);
    expect(readsOf(zone, (words) => correctLeaf(words, zone.layout, 4)).nodes).toBe(1);
    mark(zone, { first: 4 * LEAF, end: 4 * LEAF + 9 }, false);
    expect(readsOf(zone, (words) => correctLeaf(words, zone.layout, 4)).nodes).toBe(2);
    mark(zone, { first: 4 * LEAF, end: 4 * LEAF + 9 }, true);
    expect(readsOf(zone, (words) => correctLeaf(words, zone.layout, 4)).nodes).toBe(2);
  });

  test('no look further than a huge page behind a leaf, to correct it, however much is free there', () => {
    const zone = zoneHolding([{ first: 0, end: 1 }]);
    expect(readsOf(zone, (words) => correctLeaf(words, zone.layout, 0)).bits).toBeLessThanOrEqual(8 + 16);
  });

  test('one node a level to correct a leaf that has become the best', () => {
    const zone = zoneHolding([allHeld]);
    mark(zone, { first: 4 * LEAF, end: 4 * LEAF + 9 }, false);
    expect(readsOf(zone, (words) => correctLeaf(words, zone.layout, 4)).nodes).toBe(3);
  });

  test('eight nodes a level at most, up and down again, to find the next leaf', () => {
    const zone = zoneHolding([{ first: 0, end: 69 * LEAF }]);
    expect(readsOf(zone, (words) => nextLeaf(words, zone.layout, 0, 1))).toEqual({
      bits: 0,
      nodes: 2 + 1 + 6,
    });
    expect(readsOf(zone, (words) => nextLeaf(words, zone.layout, 1, 1)).nodes).toBeLessThanOrEqual(
      7 + 7 + 1 + 1 + 6,
    );
  });
});

/** The words of a leaf and of the run on from it. */
const WORDS_OF_A_LEAF_AND_ITS_RUN = 8 + 2 * 17;
