import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import {
  computedOnce,
  type DescriptorInput,
  endAddressOf,
  isRam,
  MEMORY_TYPES,
  MemoryMap,
  type MemoryType,
  memoryMap,
  ownerAfterInit,
  pfnEnd,
} from './memory-map.ts';

const conventional = (frame: number, pages: number): DescriptorInput => ({
  type: 'conventional',
  start: BigInt(frame) * 4096n,
  pages,
});

function isMemoryType(name: string): name is MemoryType {
  return name in MEMORY_TYPES;
}

const TYPES = Object.keys(MEMORY_TYPES).filter(isMemoryType);

test('what follows from an object is computed once for each, undefined included', () => {
  const asked: object[] = [];
  const known = computedOnce((of: object) => {
    asked.push(of);
    return asked.length === 1 ? undefined : asked.length;
  });
  const [first, second] = [{}, {}];
  expect([known(first), known(first), known(second), known(second)]).toEqual([undefined, undefined, 2, 2]);
  expect(asked).toEqual([first, second]);
});

test('the last few objects are remembered, and those before them are asked for again', () => {
  let asked = 0;
  const known = computedOnce((of: { readonly n: number }) => {
    asked += 1;
    return of.n;
  });
  const objects = Array.from({ length: 9 }, (_, n) => ({ n }));
  expect(objects.map(known)).toEqual(objects.map(({ n }) => n));
  expect([known({ n: -1 }), ...objects.slice(3).map(known)]).toEqual([-1, 3, 4, 5, 6, 7, 8]);
  expect(asked).toBe(10);
});

describe('a memory map', () => {
  test('keeps its order, holes and empty descriptors: that order is the order of the free stack', () => {
    const descriptors = [conventional(9, 1), conventional(20, 0), conventional(2, 3)];
    const map = memoryMap(descriptors, 'three');
    expect(map.descriptors).toEqual(descriptors);
    expect(map.name).toBe('three');
    expect(pfnEnd(map)).toBe(10);
  });

  test('may have an empty descriptor anywhere: on its own, inside another, at 2^56', () => {
    for (const frame of [0, 4, 5, 7, 8, 2 ** 44])
      expect(memoryMap([conventional(4, 4), conventional(frame, 0)]).descriptors).toHaveLength(2);
    expect(pfnEnd(memoryMap([conventional(7, 0)]))).toBe(0);
  });

  test('may be empty', () => {
    expect(memoryMap([]).descriptors).toEqual([]);
  });

  test('may touch, and end with physical memory', () => {
    const map = memoryMap([conventional(0, 1), conventional(1, 1), conventional(2 ** 44 - 1, 1)]);
    expect(pfnEnd(map)).toBe(2 ** 44);
    expect(map.descriptors.map(endAddressOf)).toEqual([0x1000n, 0x2000n, 2n ** 56n]);
  });

  test('is refused where descriptors overlap, and both are named, in the order of the list', () => {
    expect(() => memoryMap([conventional(8, 4), conventional(0, 2), conventional(6, 3)], 'dump')).toThrow(
      'dump: the whole: expected disjoint descriptors below 2^56: ' +
        'descriptor 0 (conventional, 4 pages from 0x8000) overlaps descriptor 2 (conventional, 3 pages from 0x6000)',
    );
  });

  test('is refused where one descriptor lies inside another, or twice in the list', () => {
    expect(() => memoryMap([conventional(0, 9), conventional(3, 1)])).toThrow(
      'descriptor 0 (conventional, 9',
    );
    expect(() => memoryMap([conventional(3, 1), conventional(3, 1)])).toThrow('overlaps descriptor 1');
  });

  test('is refused where it is not page-aligned, and the entry is named', () => {
    expect(() => memoryMap([conventional(0, 1), { type: 'mmio', start: 0x1800n, pages: 1 }])).toThrow(
      'memory map: descriptors[1].start: expected a multiple of 4096 of at most 2^56 as a hex string, found "0x1800"',
    );
  });

  test('is refused where it ends above 2^56, however wide it is', () => {
    const message = `descriptor 1 (conventional, 2 pages from 0xfffffffffff000) ends above 2^56`;
    expect(() => memoryMap([conventional(0, 1), conventional(2 ** 44 - 1, 2)])).toThrow(message);
    expect(() => memoryMap([conventional(1, Number.MAX_SAFE_INTEGER)])).toThrow('ends above 2^56');
  });

  test('is refused where a count is not a page count', () => {
    for (const pages of [-1, 0.5, 2 ** 53])
      expect(() => memoryMap([conventional(0, pages)])).toThrow('descriptors[0].pages: expected PageCount');
  });

  test('reads back what it wrote', () => {
    const anyMap = fc.array(fc.tuple(fc.constantFrom(...TYPES), fc.nat(5), fc.nat(4)), { maxLength: 6 });
    fc.assert(
      fc.property(anyMap, (pieces) => {
        let end = 0;
        const descriptors = pieces.map(([type, gap, pages]) => {
          const base = end + gap;
          end = base + pages;
          return { type, start: BigInt(base) * 4096n, pages };
        });
        const map = memoryMap(descriptors.toReversed());
        const json: unknown = JSON.parse(JSON.stringify(MemoryMap.encode(map)));
        expect(decode(MemoryMap, json, 'file')).toEqual(map);
      }),
    );
  });
});

describe('memory types', () => {
  test('are numbered as UEFI numbers them, 0 to 15', () => {
    expect(TYPES.map((type) => MEMORY_TYPES[type].efi)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  test('count as RAM unless their page frames are absent, and never start as a caller’s', () => {
    for (const type of TYPES) {
      expect(isRam(type)).toBe(ownerAfterInit(type) !== 'absent');
      expect(ownerAfterInit(type)).not.toBe('caller');
    }
  });
});
