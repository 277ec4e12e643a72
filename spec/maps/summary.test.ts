import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { config } from '../config.ts';
import { type MemoryMap, memoryMap, ownerAfterInit, pfnEnd } from '../memory-map.ts';
import { BY_USABILITY } from './resolve.ts';
import { type Band, bandsOf, INITIAL_OWNERS, totalsOf, zonesOf } from './summary.ts';

const map = memoryMap([
  { type: 'reserved', start: 0x9000n, pages: 1 },
  { type: 'conventional', start: 0x1000n, pages: 4 },
  { type: 'bootServicesData', start: 0x5000n, pages: 2 },
  { type: 'acpiReclaim', start: 0x7000n, pages: 1 },
  { type: 'acpiNvs', start: 0n, pages: 0 },
]);
const limitAt = (frame: number) => config({ bitmapMaxAddr: BigInt(frame) * 4096n });

function shown({ owner, zone, base, end }: Band): string {
  return `${owner} ${zone} ${base}-${end}`;
}

describe('the totals of a map', () => {
  it('split a descriptor where the bitmap zone ends', () => {
    expect(totalsOf(map, limitAt(3))).toEqual({
      pmm: { bitmap: 2, stack: 4 },
      boot: { bitmap: 0, stack: 1 },
      firmware: { bitmap: 0, stack: 0 },
      absent: { bitmap: 0, stack: 1 },
    });
  });

  it('name the zones of a descriptor: one, both, or none where it is empty', () => {
    const zones = map.descriptors.map((d) => zonesOf(d, limitAt(3)));
    expect(zones).toEqual([['stack'], ['bitmap', 'stack'], ['stack'], ['stack'], []]);
  });
});

describe('the bands of a map', () => {
  it('join neighbours of one owner, name holes, and end where the bitmap zone ends', () => {
    expect(bandsOf(map, limitAt(3)).map(shown)).toEqual([
      'hole bitmap 0-1',
      'pmm bitmap 1-3',
      'pmm stack 3-7',
      'boot stack 7-8',
      'hole stack 8-9',
      'absent stack 9-10',
    ]);
  });

  it('are none for an empty map', () => {
    expect(bandsOf(memoryMap([]), config())).toEqual([]);
  });
});

/** Disjoint descriptors by construction: gaps and lengths, laid end to end. */
const anyMap: fc.Arbitrary<MemoryMap> = fc
  .array(fc.record({ type: fc.constantFrom(...BY_USABILITY), gap: fc.nat(3), pages: fc.nat(5) }), {
    maxLength: 12,
  })
  .map((pieces) => {
    let next = 0;
    const descriptors = pieces.map(({ type, gap, pages }) => {
      const base = next + gap;
      next = base + pages;
      return { type, start: BigInt(base) * 4096n, pages };
    });
    return memoryMap(descriptors);
  });

describe('any map, under any bitmap limit', () => {
  it('has bands that touch, start at 0 and end where the map ends, and no two alike in a row', () => {
    fc.assert(
      fc.property(anyMap, fc.nat(100), (world, limit) => {
        const bands = bandsOf(world, limitAt(limit));
        expect(bands.map(({ base }) => base)).toEqual(
          [0, ...bands.map(({ end }) => end)].slice(0, bands.length),
        );
        expect(bands.at(-1)?.end ?? 0).toBe(pfnEnd(world));
        const kinds = bands.map(({ owner, zone }) => `${owner} ${zone}`);
        expect(kinds.every((kind, i) => kind !== kinds[i - 1])).toBe(true);
      }),
    );
  });

  it('has as many page frames in its bands as in its totals and its descriptors', () => {
    fc.assert(
      fc.property(anyMap, fc.nat(100), (world, limit) => {
        const totals = totalsOf(world, limitAt(limit));
        const bands = bandsOf(world, limitAt(limit));
        for (const owner of INITIAL_OWNERS) {
          const inBands = bands.filter((b) => b.owner === owner).reduce((sum, b) => sum + b.end - b.base, 0);
          const described = world.descriptors.filter((d) => ownerAfterInit(d.type) === owner);
          expect(inBands).toBe(totals[owner].bitmap + totals[owner].stack);
          expect(inBands).toBe(described.reduce((sum, d) => sum + d.pages, 0));
        }
      }),
    );
  });
});
