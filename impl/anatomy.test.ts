/** Anatomy against the states that it describes. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap } from '../spec/index.ts';
import { anatomyOf, createSharedState } from './index.ts';
import { usable } from './testing/zone.ts';

/** Page frames 0 to 599 are the bitmap zone, 700 to 739 the stack zone. */
const MAP = memoryMap([usable([0, 600]), usable([700, 40])]);
const CONFIG = configOf({ bitmapMaxAddr: 640n * 4096n });

describe('the anatomy', () => {
  test('says where the parts of a state begin and end, up to the largest stack', () => {
    const anatomy = anatomyOf(MAP, CONFIG);
    expect(anatomy).toMatchObject({
      sections: [
        { base: 0, count: 600, first: 0 },
        { base: 700, count: 40, first: 796 },
      ],
      bitmapSections: 1,
      bitmapOrdinals: 768,
      ordinals: 864,
      // 16 words of header, 864 / 32 of held bits, a leaf each 256 ordinals of the bitmap zone
      levels: [{ at: 16 + 27, nodes: 3 }],
      leafOrdinals: 256,
      stackAt: 16 + 27 + 3,
      entryWords: 2,
    });
    expect(anatomy.words).toBe(46 + 40 * 2);
    expect(createSharedState(MAP, CONFIG).byteLength).toBe(4 * anatomy.words);
  });

  test('names the words of the header as init leaves them', () => {
    const { at, magic, checksum, floor, stackAt } = anatomyOf(MAP, CONFIG);
    const words = new Int32Array(createSharedState(MAP, CONFIG));
    expect([words[at.magic], words[at.map]]).toEqual([magic, checksum]);
    expect([words[at.freeInBitmap], words[at.depth]]).toEqual([600, 1]);
    expect(Math.abs((words[at.topNext] ?? 0) - (words[at.topLast] ?? 0))).toBe(39);
    expect({ next: words[stackAt], last: words[stackAt + 1] }, 'the entry below all others').toEqual(floor);
  });

  test('shows the entry that is on top where the stack is empty', () => {
    const map = memoryMap([usable([0, 8])]);
    const { at, floor } = anatomyOf(map, CONFIG);
    const words = new Int32Array(createSharedState(map, CONFIG));
    expect(words[at.depth]).toBe(0);
    expect({ next: words[at.topNext], last: words[at.topLast] }).toEqual(floor);
  });
});
