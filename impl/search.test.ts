/** The search finds the lowest run that fits, and reads no more than it says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isHeld, markRange } from './held-bits.ts';
import { lowestFit } from './search.ts';
import { rebuild } from './summary.ts';
import { counted, type Reads, type Stretch, type Zone, zoneOf } from './testing/zone.ts';

/** A request to a search. */
interface Request {
  readonly from?: number;
  readonly limit?: number;
  readonly count: number;
  readonly alignment?: number;
}

function found({ words, layout, sections }: Zone, request: Request): number | null {
  const { from = 0, limit = sections.bitmapOrdinals, count, alignment = 1 } = request;
  return lowestFit(words, layout, sections, from, limit, count, alignment);
}

/** The lowest fitting run, the plain way: every ordinal of every section is tried. */
function lowestByTrying(
  { words, sections }: Zone,
  { from = 0, count, alignment = 1 }: Request,
): number | null {
  for (const { base, first, count: frames } of sections.list) {
    for (let start = first; start + count <= first + frames; start += 1) {
      if (start < from || (base + start - first) % alignment !== 0) continue;
      let free = 0;
      while (free < count && !isHeld(words, start + free)) free += 1;
      if (free === count) return start;
    }
  }
  return null;
}

/** Marks ordinals [first, end) as held, and tells the summary nothing of it. */
function hold({ words }: Zone, first: number, end: number): void {
  markRange(words, first, end - first, true);
}

/** Marks them, and makes the summary exact. */
function holding(zone: Zone, ...ranges: readonly (readonly [first: number, end: number])[]): Zone {
  for (const [first, end] of ranges) hold(zone, first, end);
  rebuild(zone.words, zone.layout);
  return zone;
}

/** Up to eight short sections with holes between, so that ordinals run ahead of page frames. */
const anyStretches: fc.Arbitrary<readonly Stretch[]> = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 35 }), pages: fc.integer({ min: 1, max: 90 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => {
    let end = -1;
    return pieces.map(({ gap, pages }): Stretch => {
      const base = end + gap;
      end = base + pages;
      return [base, pages];
    });
  });
const anyHeld = fc.array(fc.record({ at: fc.nat({ max: 800 }), length: fc.integer({ min: 1, max: 20 }) }), {
  maxLength: 20,
});

describe('the lowest run that fits', () => {
  test('is looked for from ordinal 0 on, where no section need be yet', () => {
    const zone = zoneOf([5, 10], [70, 10]);
    for (const count of [1, 10, 11, 40]) expect(() => found(zone, { count })).not.toThrow();
    expect(found(zone, { count: 1 })).toBe(5);
  });

  test('among short sections is the one that trying every ordinal finds', () => {
    fc.assert(
      fc.property(anyStretches, anyHeld, fc.nat({ max: 40 }), (stretches, held, skip) => {
        const zone = zoneOf(...stretches);
        const end = zone.sections.bitmapOrdinals;
        for (const { at, length } of held) hold(zone, at % end, Math.min((at % end) + length, end));
        if (skip > 0) hold(zone, 0, Math.min(skip, end)); // nothing is free below where a search begins
        for (const count of [1, 2, 5, 31, 32, 33, 40])
          for (const alignment of [1, 2, 3, 5, 7, 31, 32, 33, 48]) {
            const request = { from: Math.min(skip, end), count, alignment };
            expect(found(zone, request)).toBe(lowestByTrying(zone, request));
          }
      }),
      { numRuns: 60 },
    );
  });

  test('among long runs is the one that trying every ordinal finds', () => {
    const anyEdge = fc.record({
      leaf: fc.integer({ min: 1, max: 4 }),
      off: fc.integer({ min: -3, max: 3 }),
      length: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(anyEdge, { maxLength: 5 }), fc.nat({ max: 40 }), (edges, base) => {
        const zone = zoneOf([base, 700], [base + 701, 600]);
        for (const { leaf, off, length } of edges) hold(zone, leaf * 256 + off, leaf * 256 + off + length);
        for (const count of [1, 33, 200, 254, 257, 513, 600])
          for (const alignment of [1, 2, 33, 256])
            expect(found(zone, { count, alignment })).toBe(lowestByTrying(zone, { count, alignment }));
      }),
      { numRuns: 60 },
    );
  });

  test('may begin in one leaf and end in the next', () => {
    expect(found(holding(zoneOf([0, 1000]), [0, 250]), { count: 10 })).toBe(250);
  });

  test('is not looked for from the limit on', () => {
    const zone = holding(zoneOf([0, 1000]), [0, 256]);
    expect(found(zone, { count: 1, limit: 257 })).toBe(256);
    expect(found(zone, { count: 1, limit: 256 })).toBe(null);
    expect(found(zone, { count: 1, from: 260, limit: 260 })).toBe(null);
  });
});

/** Counts what a search reads. */
function readsOf(zone: Zone, request: Request): Reads & { readonly start: number | null } {
  const { zone: watched, reads } = counted(zone);
  const start = found(watched, request);
  return { ...reads, start };
}

/** 64 leaves: two levels of the summary. */
const LEAVES = 64;
const FRAMES = LEAVES * 256 - 1;

/** Every second page frame of [from, end), the first of them too. */
function everyOther(from: number, end: number): readonly (readonly [number, number])[] {
  return Array.from({ length: Math.ceil((end - from) / 2) }, (_, i) => [from + 2 * i, from + 2 * i + 1]);
}

describe('a search reads', () => {
  test('no held bit, and eight nodes, where no run is long enough', () => {
    const zone = holding(zoneOf([0, FRAMES]), ...everyOther(0, FRAMES));
    expect(readsOf(zone, { count: 2 })).toEqual({ start: null, bits: 0, nodes: 8 });
  });

  test('two words, and a node of each level, where the first page frames fit', () => {
    const zone = zoneOf([0, FRAMES]);
    expect(readsOf(zone, { count: 2 })).toEqual({ start: 0, bits: 2, nodes: 2 });
    expect(readsOf(zone, { count: 32, alignment: 32 })).toEqual({ start: 0, bits: 2, nodes: 2 });
  });

  test('one word for a single page frame that is free where the search begins', () => {
    const zone = holding(zoneOf([0, FRAMES]), [0, 230]);
    expect(readsOf(zone, { count: 1, from: 224 })).toEqual({ start: 230, bits: 1, nodes: 0 });
    expect(readsOf(zone, { count: 1, from: 255 })).toEqual({ start: 255, bits: 1, nodes: 0 });
    expect(readsOf(zone, { count: 1, from: LEAVES * 256 })).toEqual({ start: null, bits: 0, nodes: 0 });
  });

  test('a word that is held once, and nothing before the place to begin at', () => {
    const zone = holding(zoneOf([0, FRAMES]), [0, 230]);
    expect(readsOf(zone, { count: 2 })).toEqual({ start: 230, bits: 7 + 2, nodes: 2 });
    expect(readsOf(zone, { count: 2, from: 230 })).toEqual({ start: 230, bits: 2, nodes: 2 });
    expect(readsOf(zone, { count: 1, from: 192 })).toEqual({ start: 230, bits: 1 + 1 + 2, nodes: 2 });
  });

  test('nothing of the leaves in which no run is long enough', () => {
    const zone = holding(zoneOf([0, FRAMES]), [0, 20 * 256]);
    expect(readsOf(zone, { count: 1 })).toEqual({ start: 20 * 256, bits: 1 + 2, nodes: 3 + 5 });
    expect(readsOf(zone, { count: 40 })).toEqual({ start: 20 * 256, bits: 2, nodes: 3 + 5 });
  });

  test('only one leaf where no other has runs that are long enough, and all of them start amiss', () => {
    // Two reads a word; to correct what the leaf claims, one more, and two of the word behind.
    const zone = holding(zoneOf([0, FRAMES]), ...everyOther(0, 256), [256, FRAMES]);
    expect(readsOf(zone, { count: 1, alignment: 2 })).toMatchObject({ start: null, bits: 8 * 2 + 8 + 2 });
    const sparse = holding(zoneOf([0, FRAMES]), [0, 1], [256, FRAMES]);
    expect(readsOf(sparse, { count: 1, alignment: 256 })).toMatchObject({ start: null });
  });

  test('each word twice, and once more, where no leaf has a run that starts right', () => {
    const zone = holding(zoneOf([0, FRAMES]), ...everyOther(0, FRAMES));
    const { start, bits } = readsOf(zone, { count: 1, alignment: 2 });
    expect(start).toBe(null);
    expect(bits).toBeLessThanOrEqual(LEAVES * (8 * 2 + 8 + 2));
  });

  test('the words of each run of 2 MiB and more once, and goes on behind it', () => {
    const zone = holding(zoneOf([0, FRAMES]), [2999, 3000], [5999, 6000]);
    const { start, bits } = readsOf(zone, { count: 3000 });
    expect(start).toBe(6000);
    expect(bits).toBeLessThan((9000 / 32) * 1.3);
  });

  test('nothing between two multiples of a large alignment', () => {
    const zone = holding(zoneOf([0, FRAMES]), [0, 1]);
    const { start, bits } = readsOf(zone, { count: 1, alignment: (LEAVES - 1) * 256 });
    expect(start).toBe((LEAVES - 1) * 256);
    expect(bits).toBeLessThan(3 * (8 + 2));
  });

  test('a leaf that claims too much only once', () => {
    const zone = zoneOf([0, FRAMES]);
    hold(zone, 0, 1000);
    expect(found(zone, { count: 1 })).toBe(1000);
    expect(readsOf(zone, { count: 1 })).toEqual({ start: 1000, bits: 1 + 7 + 2, nodes: 5 });
  });
});
