/** Sections by example, and against a list of page frames one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import {
  mergedExtents,
  ORDINAL_LIMIT,
  paddingOf,
  piecesOf,
  piecesOwned,
  type Sections,
  sectionBelow,
  sectionOfOrdinal,
  sectionsOf,
} from './sections.ts';
import { type Stretch, sectionsWith, usable } from './testing/zone.ts';

const TERABYTE = 2 ** 28;

test('every map has sections, pieces and padding, and finds them', () => {
  const maps: readonly (readonly Stretch[])[] = [
    [],
    [[0, 5]],
    [
      [3, 4],
      [80, 3],
    ],
    [
      [0, 32],
      [33, 300],
      [900, 1],
    ],
  ];
  for (const stretches of maps) {
    const map = memoryMap(stretches.map(usable));
    for (const limit of [0, 2, 100, 5000]) {
      const build = (): unknown => {
        const sections = sectionsWith(limit, ...stretches);
        const ends = [0, 4, 33, 5000].map((frame) => [
          sectionBelow(sections, frame),
          sectionOfOrdinal(sections, frame),
          ...piecesOf(sections, { base: frame, end: frame + 400 }),
        ]);
        return [...ends, ...paddingOf(sections), ...piecesOwned(sections, map.descriptors, 'pmm')];
      };
      expect(build).not.toThrow();
    }
  }
});

describe('sections', () => {
  test('are numbered as the drawing says, in words that begin at multiples of 32 page frames', () => {
    const sections = sectionsWith(2 ** 20, [3, 4], [80, 3]);
    expect(sections.list).toEqual([
      { base: 3, count: 4, first: 3 },
      { base: 80, count: 3, first: 48 },
    ]);
    expect(paddingOf(sections)).toEqual([
      { first: 0, count: 3 },
      { first: 7, count: 41 },
      { first: 51, count: 205 },
    ]);
    expect(sections).toMatchObject({ bitmapSections: 2, bitmapOrdinals: 256, ordinals: 256 });
    expect(sections).toMatchObject({ bitmapFrames: 7, stackFrames: 0 });
  });

  test('leave an ordinal free behind each, a whole word where it ends with one', () => {
    expect(sectionsWith(0, [0, 31], [40, 1]).list.map(({ first }) => first)).toEqual([0, 40]);
    expect(sectionsWith(0, [0, 32], [40, 1]).list.map(({ first }) => first)).toEqual([0, 72]);
    expect(sectionsWith(0, [0, 31]).ordinals).toBe(32);
    expect(sectionsWith(0, [0, 32]).ordinals).toBe(64);
    expect(sectionsWith(255, [0, 255]).bitmapOrdinals).toBe(256);
    expect(sectionsWith(256, [0, 256]).bitmapOrdinals).toBe(512);
  });

  test('are cut where the bitmap zone ends, and nowhere else', () => {
    const cut = sectionsWith(10, [4, 12]);
    expect(cut.list).toEqual([
      { base: 4, count: 6, first: 4 },
      { base: 10, count: 6, first: 266 },
    ]);
    expect(cut).toMatchObject({ bitmapSections: 1, bitmapFrames: 6, stackFrames: 6, ordinals: 288 });
    expect(sectionsWith(4, [4, 12]).list).toHaveLength(1);
    expect(sectionsWith(16, [4, 12]).list).toHaveLength(1);
    expect([sectionsWith(4, [4, 12]), sectionsWith(16, [4, 12])].map((s) => s.bitmapSections)).toEqual([
      0, 1,
    ]);
  });

  test('join descriptors that touch, in whatever order they come', () => {
    expect(sectionsWith(0, [8, 4], [0, 4], [4, 4], [20, 2]).list).toEqual([
      { base: 0, count: 12, first: 0 },
      { base: 20, count: 2, first: 52 },
    ]);
  });

  test('hold what callers can ever own: free memory and boot memory', () => {
    const map = memoryMap([
      { ...usable([0, 1]), type: 'loaderData' },
      { ...usable([2, 1]), type: 'acpiNvs' },
      { ...usable([4, 1]), type: 'reserved' },
      usable([6, 1]),
      usable([8, 0]),
    ]);
    expect(sectionsOf(map, configOf()).list.map(({ base }) => base)).toEqual([0, 6]);
    expect(mergedExtents(map, (owner) => owner === 'firmware')).toEqual([{ base: 2, end: 3 }]);
  });

  test('are computed once for a map and configuration, and again for another one', () => {
    const map = memoryMap([usable([0, 64])]);
    const near = configOf({ bitmapMaxAddr: 0x4000n });
    const far = configOf({ bitmapMaxAddr: 0x8000n });
    expect(sectionsOf(map, near)).toBe(sectionsOf(map, near));
    expect([sectionsOf(map, near).bitmapFrames, sectionsOf(map, far).bitmapFrames]).toEqual([4, 8]);
    expect(() => sectionsOf(map, { ...near, higherHalf: 0xffff_ffff_ffff_0000n })).toThrowError(
      /higher half/,
    );
  });

  test('of no memory are none', () => {
    expect(sectionsWith(16)).toEqual({
      list: [],
      bitmapSections: 0,
      bitmapOrdinals: 0,
      ordinals: 0,
      bitmapFrames: 0,
      stackFrames: 0,
    });
    expect(paddingOf(sectionsWith(16))).toEqual([]);
  });
});

describe('a machine that is refused', () => {
  test('has more than 16 TiB of RAM, padding included', () => {
    expect(() => sectionsWith(0, [0, ORDINAL_LIMIT - 1])).not.toThrow();
    expect(sectionsWith(0, [0, ORDINAL_LIMIT - 1]).ordinals).toBe(ORDINAL_LIMIT);
    expect(() => sectionsWith(0, [0, ORDINAL_LIMIT])).toThrowError(
      /^memory map: expected at most 16 TiB of manageable RAM, found 4294967296 page frames$/,
    );
    expect(() => sectionsWith(16, [0, 16 * TERABYTE])).toThrowError(/found 4294967296 page frames/);
  });

  test('has RAM that no 64-bit address of the higher half maps', () => {
    const frames = 2 ** 35; // 2^47 bytes, all that lies between this higher half and 2^64
    const higherHalf = 0xffff_8000_0000_0000n;
    const reaching = (end: number): Sections =>
      sectionsOf(memoryMap([usable([end - 1, 1])]), configOf({ higherHalf }));
    expect(() => reaching(frames)).not.toThrow();
    expect(reaching(frames).list).toHaveLength(1);
    expect(() => reaching(frames + 1)).toThrowError(
      /^memory map: expected RAM that the higher half can map below 2\^64, found RAM up to 0x800000001000 with a higher half at 0xffff800000000000$/,
    );
  });
});

/** Stretches that do not touch, as `Stretch` has them, of no more than 40 page frames each. */
const anyStretches: fc.Arbitrary<readonly Stretch[]> = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 40 }), pages: fc.integer({ min: 1, max: 40 }) }), {
    maxLength: 9,
  })
  .map((pieces) => {
    let end = -1;
    return pieces.map(({ gap, pages }): Stretch => {
      const base = end + gap;
      end = base + pages;
      return [base, pages];
    });
  });

/** Returns the ordinal of each page frame that a map has. */
function ordinalsOf({ list }: Sections): ReadonlyMap<number, number> {
  return new Map(
    list.flatMap(({ base, count, first }) =>
      Array.from({ length: count }, (_, i) => [base + i, first + i] as const),
    ),
  );
}

describe('the sections of any map', () => {
  const anyMap = fc.record({ stretches: anyStretches, limit: fc.nat({ max: 300 }) });

  test('number each page frame once, by its place in the word, in ascending order; all else is padding', () => {
    fc.assert(
      fc.property(anyMap, ({ stretches, limit }) => {
        const sections = sectionsWith(limit, ...stretches);
        const ordinals = ordinalsOf(sections);
        const frames = stretches.flatMap(([base, count]) =>
          Array.from({ length: count }, (_, i) => base + i),
        );
        expect([...ordinals.keys()]).toEqual(frames);
        const padding = paddingOf(sections).flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, i) => first + i),
        );
        expect([...ordinals.values(), ...padding].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: sections.ordinals }, (_, i) => i),
        );
        const amiss = [...ordinals].filter(
          ([frame, ordinal]) =>
            ordinal % 32 !== frame % 32 || ordinal < sections.bitmapOrdinals !== frame < limit,
        );
        expect(amiss).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('are found by the page frames and ordinals from their first on', () => {
    fc.assert(
      fc.property(anyMap, ({ stretches, limit }) => {
        const sections = sectionsWith(limit, ...stretches);
        const { list } = sections;
        const numbers = Array.from({ length: sections.ordinals + 40 }, (_, n) => n);
        expect(numbers.map((n) => sectionBelow(sections, n))).toEqual(
          numbers.map((n) => list.findLastIndex(({ base }) => base <= n)),
        );
        expect(numbers.map((n) => sectionOfOrdinal(sections, n))).toEqual(
          numbers.map((n) => list.findLastIndex(({ first }) => first <= n)),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('cut an extent into the pieces that lie in them', () => {
    fc.assert(
      fc.property(
        anyMap,
        fc.nat({ max: 400 }),
        fc.nat({ max: 200 }),
        ({ stretches, limit }, base, length) => {
          const sections = sectionsWith(limit, ...stretches);
          const ordinals = ordinalsOf(sections);
          const pieces = piecesOf(sections, { base, end: base + length });
          const found = pieces.flatMap((piece) =>
            Array.from({ length: piece.count }, (_, i) => [piece.base + i, piece.first + i]),
          );
          expect(found).toEqual([...ordinals].filter(([frame]) => base <= frame && frame < base + length));
          expect(pieces.every(({ count }) => count > 0)).toBe(true);
        },
      ),
    );
  });

  test('cut nothing off one that an extent only touches, and do not go on behind its end', () => {
    expect(piecesOf(sectionsWith(0, [0, 4], [8, 4]), { base: 4, end: 8 })).toEqual([]);
    const sections = sectionsWith(0, ...Array.from({ length: 1000 }, (_, k): Stretch => [k * 64, 8]));
    let looks = 0;
    const list = new Proxy(sections.list, {
      get(target, key) {
        looks += Number.isInteger(Number(key)) ? 1 : 0;
        return Reflect.get(target, key);
      },
    });
    expect(piecesOf({ ...sections, list }, { base: 130, end: 200 }).map(({ base }) => base)).toEqual([
      130, 192,
    ]);
    expect(looks, 'ten halvings of a thousand, and what is met').toBeLessThan(16);
  });
});

test('the pieces of an owner come in the order of the map', () => {
  const descriptors: readonly DescriptorInput[] = [
    usable([40, 2]),
    { ...usable([20, 2]), type: 'acpiReclaim' },
    usable([0, 20]),
    usable([30, 0]),
  ];
  const map = memoryMap(descriptors);
  const sections = sectionsOf(map, configOf({ bitmapMaxAddr: 10n * 4096n }));
  expect(piecesOwned(sections, map.descriptors, 'pmm')).toMatchObject([
    { base: 40, count: 2 },
    { base: 0, count: 10 },
    { base: 10, count: 10 },
  ]);
  expect(piecesOwned(sections, map.descriptors, 'boot')).toMatchObject([{ base: 20, count: 2 }]);
});
