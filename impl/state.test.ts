/** The state as init leaves it. */
import { describe, expect, test } from 'vitest';
import { config as configOf, type DescriptorInput, memoryMap } from '../spec/index.ts';
import { sizeOf } from './free-stack.ts';
import { isHeld } from './held-bits.ts';
import { FrameAllocator } from './index.ts';
import { FREE_BITMAP_AT, type Layout, layoutOf, MAGIC, MAGIC_AT } from './layout.ts';
import { paddingOf, type Sections, sectionsOf } from './sections.ts';
import { initialStackWords, wordsFor, writeInitial } from './state.ts';
import { nextLeaf } from './summary.ts';
import { usable } from './testing/zone.ts';

interface Initial {
  readonly words: Int32Array;
  readonly layout: Layout;
  readonly sections: Sections;
}

function initial(limit: number, ...descriptors: readonly DescriptorInput[]): Initial {
  const map = memoryMap(descriptors);
  const sections = sectionsOf(map, configOf({ bitmapMaxAddr: BigInt(limit) * 4096n }));
  const layout = layoutOf(sections);
  const words = wordsFor(layout, initialStackWords(sections, map.descriptors));
  writeInitial(words, layout, sections, map.descriptors);
  return { words, layout, sections };
}

const boot = (base: number, pages: number): DescriptorInput => ({
  ...usable([base, pages]),
  type: 'loaderData',
});

describe('after init', () => {
  test('every machine has a state, with room for its stack and a summary of up to three levels', () => {
    for (const limit of [0, 40, 2500, 20_000])
      for (const pages of [0, 1, 600, 3000, 17_000]) {
        const build = (): unknown => {
          const { words, layout } = initial(limit, boot(0, 2200), usable([2200, pages]), boot(30_000, 2));
          return [0, 1].map((from) => nextLeaf(words, layout, from, 1));
        };
        expect(build).not.toThrow();
        expect(() => new FrameAllocator(memoryMap([usable([3, pages])]), configOf()).alloc()).not.toThrow();
      }
  });

  test('free memory is counted in its zone; that of boot code, and the padding, is held', () => {
    const { words, layout, sections } = initial(40, boot(0, 10), usable([10, 60]), boot(80, 4));
    expect([words[MAGIC_AT], words[FREE_BITMAP_AT], sizeOf(words, layout.stackAt)]).toEqual([MAGIC, 30, 30]);
    const held = Array.from({ length: sections.ordinals }, (_, i) => i).filter((i) => isHeld(words, i));
    const padding = paddingOf(sections).flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, i) => first + i),
    );
    const [low, stack, high] = sections.list.map(({ first }) => first);
    expect([low, stack, high]).toEqual([0, 264, 336]);
    const ofBoot = [...Array.from({ length: 10 }, (_, i) => i), 336, 337, 338, 339];
    expect(held).toEqual([...padding, ...ofBoot].toSorted((a, b) => a - b));
  });

  test('the summary knows of boot memory, and of padding, that fills leaves', () => {
    const { words, layout } = initial(
      4096,
      boot(0, 1024),
      usable([1024, 8]),
      boot(1100, 1000),
      usable([2100, 40]),
    );
    expect(nextLeaf(words, layout, 0, 1)).toBe(4);
    expect(nextLeaf(words, layout, 5, 1)).toBe(8);
    expect(nextLeaf(words, layout, 0, 9)).toBe(8);
  });

  test('the stack begins empty, so that no ordinal joins what is below it', () => {
    for (const base of [0, 1, 2]) {
      const frames = new FrameAllocator(memoryMap([usable([base, 3])]), configOf({ bitmapMaxAddr: 0n }));
      expect(frames.freeInStack).toBe(3);
      expect([1, 2, 3, 4].map(() => frames.alloc())).toEqual([base + 2, base + 1, base, null]);
    }
  });

  test('the stack has room for a run of each descriptor and one page frame of each 1024, and no more than the largest one', () => {
    const wordsOf = (...descriptors: readonly DescriptorInput[]): number => {
      const map = memoryMap(descriptors);
      return initialStackWords(sectionsOf(map, configOf({ bitmapMaxAddr: 0n })), map.descriptors);
    };
    expect([wordsOf(), wordsOf(usable([0, 1023])), wordsOf(usable([0, 1024]))]).toEqual([2, 5, 6]);
    expect(wordsOf(usable([0, 1]), usable([9, 1]), { ...usable([20, 1]), type: 'acpiNvs' })).toBe(5);
  });
});
