import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { config, type DescriptorInput, memoryMap, type Pmm } from '../../spec/index.ts';
import { Distribution, distributionOf } from './distribution.ts';
import { FAMILIES } from './families.ts';
import { type Family, sizeOf } from './family.ts';
import { plainly } from './plain.ts';
import { withDefect } from './planted.ts';
import { casesOf, isForPlain, tryCase } from './seek.ts';

function family(name: string): Family {
  const found = FAMILIES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`expected a family named ${name}`);
  return found;
}

const RAM: DescriptorInput = { type: 'conventional', start: 0n, pages: 64 };

/** Returns a manager with the defect of a family, on 64 page frames of which 32 are in the bitmap zone. */
function managerOf(name: string, size: number): Pmm {
  const memory = { read: () => 0n, write: () => {} };
  const options = { config: config({ bitmapMaxAddr: 0x2_0000n }), warn: () => {}, memory };
  return withDefect(family(name).plant, size)(memoryMap([RAM]), options);
}

describe('the yardstick', () => {
  it('has 25 families and more, with distinct names', () => {
    expect(new Set(FAMILIES.map(({ name }) => name)).size).toBe(FAMILIES.length);
    expect(FAMILIES.length).toBeGreaterThanOrEqual(25);
  });

  it('draws sizes from the whole range of a family, another part of it for each seed', () => {
    for (const one of FAMILIES) {
      expect(sizeOf(one, 0)).toBe(one.least);
      expect(sizeOf(one, 1 - 2 ** -20)).toBeLessThanOrEqual(one.sizes === 'odd' ? one.most + 1 : one.most);
    }
    const sizes = casesOf([family('K single pages held')], 10).map(({ size }) => size);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes[0]).toBeGreaterThan(2 ** 12);
    expect(sizes[9]).toBeLessThan(8);
  });

  it('loses a page frame at the moment of the family, not before', () => {
    const pmm = managerOf('K single pages in a row', 3);
    pmm.alloc();
    pmm.alloc();
    pmm.allocBitmap(1, 2n ** 40n, 1);
    pmm.alloc();
    pmm.alloc();
    expect(pmm.freeAmount()).toBe(64 - 5);
    pmm.alloc();
    expect(pmm.freeAmount()).toBe(64 - 6 - 1);
    expect(pmm.reservedAmount()).toBe(6 + 1);
  });

  it('counts the extents of callers as fragments, whatever call makes them', () => {
    const pmm = managerOf('K fragments of the bitmap zone', 2);
    const first = pmm.allocBitmap(8, 2n ** 40n, 1) ?? 0n;
    expect(pmm.freeAmount()).toBe(64 - 8);
    pmm.freeRegion(first + 0x2000n, 2);
    expect(pmm.freeAmount()).toBe(64 - 6 - 1);
  });

  it('shows in worlds of a shape from init on', () => {
    const hole = family('a hole of K page frames');
    const map = memoryMap([RAM, { ...RAM, start: 0x4_3000n }]);
    const options = {
      config: config({ bitmapMaxAddr: 0n }),
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    };
    expect(withDefect(hole.plant, 3)(map, options).freeAmount()).toBe(128 - 1);
    expect(withDefect(hole.plant, 2)(map, options).freeAmount()).toBe(128);
  });
});

describe('the distribution', () => {
  it('counts magnitudes, numbers that are none, and the neighbours of powers of two', () => {
    const distribution = new Distribution();
    for (const value of [0n, 1n, 7n, 9n, 10n, 65_537n, 2n ** 64n, 1.5]) distribution.note('a number', value);
    const histogram = distribution.histograms.get('a number');
    expect(histogram).toEqual({ times: [1, 1, 1, 2, 0, 0, 0, 1, 0, 0, 2], total: 8, nearPowers: 2 });
  });

  it('is documented, each quantity in a row', async () => {
    const { histograms } = await distributionOf(1, 40);
    const document = readFileSync(new URL('../../docs/distribution.md', import.meta.url), 'utf8');
    expect(histograms.size).toBeGreaterThan(10);
    for (const name of histograms.keys()) expect(document).toContain(`\n| ${name} |`);
  });
});

describe('both sides', () => {
  it('find a small defect', async () => {
    const one = { family: family('K single pages in a row'), seed: 1, size: 1 };
    const { ours, plain, shrunk } = await tryCase(one, {
      seeds: 1,
      seconds: 20,
      plainSeeds: 1,
      plainSeconds: 20,
      shrinks: true,
      deadline: 60,
    });
    expect(ours.isFound).toBe(true);
    expect(shrunk).toMatchObject({ operations: 1, steps: 1, burst: 0 });
    expect(plain?.isFound).toBe(true);
  });

  it('look for sizes of the whole range', () => {
    const effort = { seeds: 10, seconds: 1, plainSeeds: 3, plainSeconds: 1, shrinks: false, deadline: 1 };
    const seeds = Array.from({ length: 10 }, (_, k) => k + 1);
    expect(seeds.filter((seed) => isForPlain(seed, effort))).toEqual([2, 6, 10]);
  });

  it('find nothing where nothing is planted', async () => {
    const never: Family = { ...family('K single pages in a row'), plant: () => false };
    const effort = { seeds: 1, seconds: 0.5, plainSeeds: 1, plainSeconds: 0.5, shrinks: true, deadline: 60 };
    const { ours, plain, shrunk } = await tryCase({ family: never, seed: 1, size: 1 }, effort);
    expect([ours.isFound, plain?.isFound, shrunk]).toEqual([false, false, null]);
    expect(plainly(withDefect(never.plant, 1), 7, 0.2).isFound).toBe(false);
    expect(plain?.programs).toBeGreaterThan(0);
  });
});
