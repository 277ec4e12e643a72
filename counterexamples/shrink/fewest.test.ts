import { describe, expect, it } from 'vitest';
import { fewest } from './fewest.ts';

/** Returns what is found and how many tries that took. */
function tried(most: number, least: number, isEnough: (count: number) => boolean): readonly [number, number] {
  let tries = 0;
  const found = fewest(most, least, (count) => {
    tries += 1;
    return isEnough(count);
  });
  return [found, tries];
}

describe('fewest', () => {
  it('takes two tries where all are needed', () => {
    expect(tried(16_384, 1, () => false)).toEqual([16_384, 2]);
    expect(tried(1, 1, () => true)).toEqual([1, 0]);
    expect(tried(2, 1, () => false)).toEqual([2, 1]);
  });

  it('finds any threshold', () => {
    for (let least = 0; least <= 1; least += 1)
      for (let most = 1; most <= 40; most += 1)
        for (let threshold = least; threshold <= most; threshold += 1)
          expect(tried(most, least, (count) => count >= threshold)[0]).toBe(threshold);
  });

  it('finds half where one less does not do', () => {
    expect(tried(512, 1, (count) => Number.isInteger(Math.log2(count)) && count >= 256)[0]).toBe(256);
  });
});
