import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worldBeyond } from '../../../runner/index.ts';
import {
  bitmapLimit,
  config,
  decodeProfile,
  MemoryMap,
  memoryMap,
  ownedRegions,
  pfnEnd,
  pfnOf,
  WHOLE,
} from '../../../spec/index.ts';
import { ANY_SIZE, sizesOf } from './sizes.ts';
import { anyRoomyWorldOf, anyWorld, anyWorldOf } from './worlds.ts';

describe('arbitrary worlds', () => {
  it('are valid as they are built: each survives the codec that refuses bad maps', () => {
    fc.assert(
      fc.property(anyWorld, ({ map }) => {
        expect(MemoryMap.decode(MemoryMap.encode(map))).toMatchObject({ _tag: 'Right' });
      }),
    );
  });

  it('reach every landmark from both sides, and across', () => {
    const begins = new Set<number>();
    const ends = new Set<number>();
    const across = new Set<number>();
    const landmarks = Array.from({ length: 31 }, (_, k) => 2 ** (k + 2));
    fc.assert(
      fc.property(anyWorld, ({ map }) => {
        for (const { base, count } of ownedRegions(map)) {
          begins.add(base);
          ends.add(base + count);
          for (const one of landmarks) if (base < one && base + count > one) across.add(one);
        }
      }),
      { numRuns: 6000, seed: 1 },
    );
    for (const places of [begins, ends, across])
      expect(landmarks.filter((one) => !places.has(one))).toEqual([]);
  });

  it('of long bursts have boot memory across the limit in one of five, and room on both sides', () => {
    let [across, all] = [0, 0];
    fc.assert(
      fc.property(anyRoomyWorldOf(WHOLE, ANY_SIZE), ({ map, config: chosen }) => {
        const limit = bitmapLimit(chosen);
        const room = { below: 0, above: 0, across: 0 };
        for (const { owner, base, count } of ownedRegions(map))
          if (owner === 'boot') room.across += base < limit && base + count > limit ? 1 : 0;
          else if (owner === 'pmm') room[base < limit ? 'below' : 'above'] += count;
        if (room.across > 0 && Math.min(room.below, room.above) >= 2 ** 7) across += 1;
        all += 1;
      }),
      { numRuns: 500, seed: 1 },
    );
    expect(across / all).toBeGreaterThan(0.2);
  });

  it('have from none to a hundred descriptors with free memory, and less than 16 TiB of RAM', () => {
    const frees = new Set<number>();
    let descriptors = 0;
    let most = 0;
    fc.assert(
      fc.property(anyWorld, ({ map, config: chosen }) => {
        const regions = ownedRegions(map);
        const ram = regions.reduce((sum, { owner, count }) => sum + (owner === 'absent' ? 0 : count), 0);
        frees.add(regions.reduce((sum, { owner, count }) => sum + (owner === 'pmm' ? count : 0), 0));
        descriptors = Math.max(descriptors, map.descriptors.length);
        most = Math.max(most, ram);
        expect(worldBeyond(WHOLE, { map, config: chosen })).toBe(null);
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect([frees.has(0), frees.has(1)]).toEqual([true, true]);
    expect(descriptors).toBeGreaterThan(90);
    expect(most).toBeGreaterThan(2 ** 28);
    expect(most).toBeLessThan(2 ** 32);
  });

  it('are ones that the profile admits, and others are refused with the reason', () => {
    const claims = { memoryAtLeast: 100, bitmapZoneEnd: '0x20000', memoryBelow: '0x10000000' };
    const profile = decodeProfile(claims, 'p.json');
    fc.assert(fc.property(anyWorldOf(profile), (world) => worldBeyond(profile, world) === null));
    const other = { map: memoryMap([]), config: config() };
    expect(worldBeyond(profile, other)).toMatch(/has 0 free page frames, and the target needs 100$/);
    expect(worldBeyond({ ...profile, memoryAtLeast: 0 }, other)).toMatch(/: pass --bitmap-max-addr 0x20000$/);
  });

  it('lie around the end of every named zone, however small they are', () => {
    const zones = [{ name: 'a', below: '0x1000000' }, { name: 'b', below: '0x40000000' }, { name: 'c' }];
    const profile = decodeProfile({ zones, neverBelow: '0x2000000' }, 'p.json');
    const worlds = fc.sample(anyWorldOf(profile, sizesOf(0)), { seed: 1, numRuns: 200 });
    for (const end of [2 ** 12, 2 ** 13, 2 ** 18])
      expect(
        worlds.some(
          ({ map }) => pfnEnd(map) > end && map.descriptors.some(({ start }) => pfnOf(start) < end),
        ),
      ).toBe(true);
  });

  it('grow over a run', () => {
    const small = anyWorldOf(WHOLE, sizesOf(0));
    fc.assert(fc.property(small, ({ map }) => pfnEnd(map) <= 2 ** 12));
    expect(fc.sample(anyWorld, 100).some(({ map }) => pfnEnd(map) > 2 ** 28)).toBe(true);
    expect(sizesOf(1).memoryBits).toBeGreaterThan(sizesOf(0).memoryBits);
    expect(sizesOf(63)).toBe(ANY_SIZE);
    expect(sizesOf(64)).toMatchObject({ memoryBits: ANY_SIZE.memoryBits, burst: ANY_SIZE.burst });
    expect(sizesOf(64).sweep).toBeGreaterThan(ANY_SIZE.sweep);
    expect(sizesOf(64).deep).toBeGreaterThan(ANY_SIZE.deep);
    expect(sizesOf(64, 2)).toBe(sizesOf(2));
  });
});
