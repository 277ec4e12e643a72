/** Where the parts of the state lie, in words. */
import { describe, expect, test } from 'vitest';
import { checksum, HELD_AT, layoutOf } from './layout.ts';
import { type Stretch, sectionsWith } from './testing/zone.ts';

/** Returns the layout of a bitmap zone of this many leaves of 256 ordinals. */
function levelsFor(leaves: number): readonly (readonly [at: number, nodes: number])[] {
  const frames = leaves * 256 - 1; // the last ordinal is padding
  const { levels } = layoutOf(sectionsWith(frames, [0, frames]));
  return levels.map(({ at, nodes }) => [at, nodes]);
}

describe('the layout', () => {
  test('is there for every map', () => {
    for (const leaves of [1, 8, 9, 65]) expect(() => levelsFor(leaves)).not.toThrow();
    expect(() => layoutOf(sectionsWith(0))).not.toThrow();
  });

  test('has the held bits of both zones, the levels of the summary, and then the stack', () => {
    // 2304 ordinals are 9 leaves; the stack zone adds two words: page frame 2303 takes the last bit of the first.
    const sections = sectionsWith(2303, [0, 2303 + 31]);
    expect([sections.bitmapOrdinals, sections.ordinals]).toEqual([2304, 2368]);
    expect(layoutOf(sections)).toEqual({
      levels: [
        { at: HELD_AT + 74, nodes: 9 },
        { at: HELD_AT + 74 + 9, nodes: 2 },
      ],
      stackAt: HELD_AT + 74 + 9 + 2,
    });
  });

  test('puts one level over eight leaves of the summary and no other over fewer', () => {
    expect(levelsFor(7)).toEqual([[HELD_AT + 7 * 8, 7]]);
    expect(levelsFor(8)).toEqual([[HELD_AT + 8 * 8, 8]]);
    expect(levelsFor(65).map(([, nodes]) => nodes)).toEqual([65, 9, 2]);
  });

  test('of a map without a bitmap zone has a summary of no node', () => {
    expect(layoutOf(sectionsWith(0, [0, 3]))).toEqual({
      levels: [{ at: HELD_AT + 1, nodes: 0 }],
      stackAt: HELD_AT + 1,
    });
  });
});

describe('the checksum', () => {
  const machine = [16, [0, 32]] as const satisfies readonly [number, Stretch];

  test('is that of the same sections', () => {
    expect(checksum(sectionsWith(...machine))).toBe(checksum(sectionsWith(...machine)));
  });

  test('differs where the limit, a first page frame or a count does, beyond 2^32 too', () => {
    const others = [
      sectionsWith(...machine),
      sectionsWith(15, [0, 32]),
      sectionsWith(32, [0, 32]),
      sectionsWith(0, [0, 32]),
      sectionsWith(16, [1, 31]),
      sectionsWith(16, [0, 33]),
      sectionsWith(16, [0, 16], [17, 15]),
      sectionsWith(16, [0, 16], [2 ** 32, 16]),
      sectionsWith(16, [0, 16], [2 ** 33, 16]),
      sectionsWith(16, [0, 16], [2 ** 33 + 2 ** 32, 16]),
    ];
    expect(new Set(others.map(checksum)).size).toBe(others.length);
  });
});
