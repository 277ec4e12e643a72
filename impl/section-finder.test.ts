/** The section finder, asked of what it found last and of something else. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { firmwareExtents, ownerOutside, SectionFinder } from './section-finder.ts';
import { type Sections, sectionsOf } from './sections.ts';
import { usable } from './testing/zone.ts';

/*
 *   page frames   4 ──── 10   12 ─── 14   16 ─── 18   40 ─── 45
 *                  usable      firmware    reserved     usable
 */
const MAP = memoryMap([
  usable([40, 5]),
  usable([4, 6]),
  { ...usable([12, 2]), type: 'acpiNvs' },
  { ...usable([16, 2]), type: 'reserved' },
]);

function sections(): Sections {
  return sectionsOf(MAP, configOf());
}

function finder(): SectionFinder {
  return new SectionFinder(sections(), firmwareExtents(MAP));
}

describe('the section finder', () => {
  test('finds a section by each page frame and ordinal of it', () => {
    for (const section of sections().list)
      for (const index of [0, 1, section.count - 1]) {
        const found = (): unknown => [
          finder().sectionOf('free', section.base + index),
          finder().frameOf(section.first + index),
          finder().frameOf((section.first + index) | 0),
        ];
        expect(found).not.toThrow();
        expect(found()).toEqual([section, section.base + index, section.base + index]);
      }
  });

  test('finds the section of each page frame, whatever was found before', () => {
    for (const before of [4, 9, 40, 44]) {
      const frames = finder();
      frames.sectionOf('free', before);
      expect([4, 9, 40, 44, 5].map((frame) => frames.sectionOf('free', frame).base)).toEqual([
        4, 4, 40, 40, 4,
      ]);
    }
  });

  test('finds the page frame of each ordinal, whatever was found before', () => {
    const [low, high] = [sections().list[0]?.first ?? 0, sections().list[1]?.first ?? 0];
    for (const before of [low, low + 5, high, high + 4]) {
      const frames = finder();
      frames.frameOf(before);
      const found = [low, low + 5, high, high + 4, low].map((ordinal) => frames.frameOf(ordinal));
      expect(found).toEqual([4, 9, 40, 44, 4]);
    }
  });

  test.each([
    [0, 'absent'],
    [3, 'absent'],
    [10, 'absent'],
    [12, 'firmware'],
    [13, 'firmware'],
    [14, 'absent'],
    [16, 'absent'],
    [39, 'absent'],
    [45, 'absent'],
    [2 ** 44 - 1, 'absent'],
  ] as const)('says of page frame %i, which is in none, that its owner is %s', (pfn, owner) => {
    for (const before of [4, 9, 40, 44]) {
      const frames = finder();
      frames.sectionOf('free', before);
      expect(() => frames.sectionOf('free', pfn)).toThrowError(
        expect.objectContaining({ name: 'PmmPanic', call: 'free', pfn, owner }),
      );
    }
    expect(ownerOutside(firmwareExtents(MAP), pfn)).toBe(owner);
  });

  test.each([-1, 4.5, 40.5, 10.5, 2 ** 44, Number.NaN, Number.POSITIVE_INFINITY])(
    'says that %d is not a page frame number',
    (number) => {
      for (const before of [4, 40]) {
        const frames = finder();
        frames.sectionOf('free', before);
        expect(() => frames.sectionOf('freeRegion', number)).toThrowError(
          expect.objectContaining({
            name: 'PmmPanic',
            call: 'freeRegion',
            pfn: null,
            message: `freeRegion: ${number} is not a page frame number`,
          }),
        );
      }
    },
  );

  test('finds nothing on a machine without memory', () => {
    const nothing = new SectionFinder(sectionsOf(memoryMap([]), configOf()), []);
    expect(() => nothing.sectionOf('free', 0)).toThrowError(
      expect.objectContaining({ pfn: 0, owner: 'absent' }),
    );
  });
});
