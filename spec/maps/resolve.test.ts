import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRam, MEMORY_TYPES, type MemoryType, memoryMap, ownerAfterInit } from '../memory-map.ts';
import type { Entry } from './entry.ts';
import { BY_USABILITY, resolve, resolveUnlessOrderly } from './resolve.ts';

const entry = (type: MemoryType, start: bigint, end: bigint): Entry => ({ type, start, end });

describe('resolving entries', () => {
  it('rounds usable RAM inward', () => {
    expect(resolve([entry('conventional', 0x800n, 0x3800n)])).toEqual([
      { type: 'conventional', start: 0x1000n, pages: 2 },
    ]);
  });

  it('rounds everything else outward', () => {
    expect(resolve([entry('reserved', 0x1fffn, 0x2001n)])).toEqual([
      { type: 'reserved', start: 0x1000n, pages: 2 },
    ]);
  });

  it('gives a page frame that usable and reserved bytes share to the reserved ones', () => {
    expect(resolve([entry('conventional', 0n, 0x1c00n), entry('reserved', 0x1c00n, 0x2000n)])).toEqual([
      { type: 'conventional', start: 0n, pages: 1 },
      { type: 'reserved', start: 0x1000n, pages: 1 },
    ]);
  });

  it('keeps a page frame that two usable entries share', () => {
    expect(resolve([entry('conventional', 0n, 0x1010n), entry('conventional', 0x1010n, 0x3000n)])).toEqual([
      { type: 'conventional', start: 0n, pages: 3 },
    ]);
  });

  it('drops a page frame of which one byte is unknown', () => {
    expect(resolve([entry('conventional', 0n, 0x1010n), entry('conventional', 0x1011n, 0x3000n)])).toEqual([
      { type: 'conventional', start: 0n, pages: 1 },
      { type: 'conventional', start: 0x2000n, pages: 1 },
    ]);
  });

  it('lets the less usable of two overlapping entries win, whichever comes first', () => {
    const [ram, nvs] = [entry('conventional', 0n, 0x4000n), entry('acpiNvs', 0x1000n, 0x2000n)];
    const expected = [
      { type: 'conventional', start: 0n, pages: 1 },
      { type: 'acpiNvs', start: 0x1000n, pages: 1 },
      { type: 'conventional', start: 0x2000n, pages: 2 },
    ];
    expect(resolve([ram, nvs])).toEqual(expected);
    expect(resolve([nvs, ram])).toEqual(expected);
  });

  it('makes nothing of an empty entry, not even of an unaligned one', () => {
    expect(resolve([entry('reserved', 0x1234n, 0x1234n)])).toEqual([]);
  });

  it('keeps orderly entries as they are, with their order and the empty ones', () => {
    const entries = [
      entry('conventional', 0x2000n, 0x3000n),
      entry('reserved', 0n, 0n),
      entry('mmio', 0n, 0x1000n),
    ];
    expect(resolveUnlessOrderly(entries)).toEqual([
      { type: 'conventional', start: 0x2000n, pages: 1 },
      { type: 'reserved', start: 0n, pages: 0 },
      { type: 'mmio', start: 0n, pages: 1 },
    ]);
  });

  it('resolves entries that were promised to be orderly and are not', () => {
    const overlapping = [entry('conventional', 0n, 0x2000n), entry('mmio', 0x1000n, 0x2000n)];
    expect(resolveUnlessOrderly(overlapping)).toEqual(resolve(overlapping));
    const unaligned = [entry('conventional', 1n, 0x2000n)];
    expect(resolveUnlessOrderly(unaligned)).toEqual(resolve(unaligned));
  });

  it('takes time that grows with the entries and not with what they cover', () => {
    const many = Array.from({ length: 20_000 }, (_, i) =>
      entry(
        i % 3 === 0 ? 'reserved' : 'conventional',
        BigInt(i) * 0x1_0000_0000n,
        BigInt(i) * 0x1_0000_0000n + 0xffff_fff0n,
      ),
    );
    expect(resolve(many)).toHaveLength(20_000);
  });
});

describe('the order of usability', () => {
  it('names every memory type once', () => {
    expect([...BY_USABILITY].sort()).toEqual(Object.keys(MEMORY_TYPES).sort());
  });

  it('goes by owner: the manager, boot code, firmware, nobody', () => {
    const order = ['pmm', 'boot', 'firmware', 'absent'];
    const ranks = BY_USABILITY.map((type) => order.indexOf(ownerAfterInit(type)));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });
});

/** A world of a few page frames whose entries start and end at multiples of 512 bytes: 8 cells a page frame. */
const FRAMES = 8;
const CELL_BYTES = 512;
const CELLS_PER_FRAME = 8;
const CELLS = FRAMES * CELLS_PER_FRAME;

const smallEntry: fc.Arbitrary<Entry> = fc
  .record({
    type: fc.constantFrom(...BY_USABILITY),
    start: fc.nat(CELLS),
    cells: fc.nat(CELLS / 2),
  })
  .map(({ type, start, cells }) =>
    entry(type, BigInt(start * CELL_BYTES), BigInt(Math.min(start + cells, CELLS) * CELL_BYTES)),
  );
const smallWorld = fc.array(smallEntry, { maxLength: 8 });

/** Returns the types of the entries that hold a byte. */
function typesAt(entries: readonly Entry[], byte: number): readonly MemoryType[] {
  return entries.filter(({ start, end }) => start <= byte && byte < end).map(({ type }) => type);
}

/** The rule as it is written: the least usable type that touches, and all bytes known where that type is usable. */
function typeByHand(entries: readonly Entry[], frame: number): MemoryType | null {
  const cells = Array.from({ length: CELLS_PER_FRAME }, (_, i) =>
    typesAt(entries, frame * 4096 + i * CELL_BYTES),
  );
  const least = BY_USABILITY.findLast((type) => cells.some((types) => types.includes(type)));
  if (least === undefined) return null;
  return ownerAfterInit(least) === 'pmm' && cells.some((types) => types.length === 0) ? null : least;
}

/** Returns the type of each page frame of the small world. */
function frameTypes(entries: readonly Entry[]): readonly (MemoryType | null)[] {
  const descriptors = resolve(entries);
  return Array.from({ length: FRAMES }, (_, frame) => {
    const at = BigInt(frame) * 4096n;
    const holding = descriptors.filter((d) => d.start <= at && at < d.start + BigInt(d.pages) * 4096n);
    expect(holding.length).toBeLessThanOrEqual(1);
    return holding[0]?.type ?? null;
  });
}

describe('resolving any entries of a small world', () => {
  it('agrees with the rule applied to each page frame by hand', () => {
    fc.assert(
      fc.property(smallWorld, (entries) => {
        const expected = Array.from({ length: FRAMES }, (_, frame) => typeByHand(entries, frame));
        expect(frameTypes(entries)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('makes a memory map that decodes: disjoint, aligned, ascending, none empty', () => {
    fc.assert(
      fc.property(smallWorld, (entries) => {
        const descriptors = resolve(entries);
        expect(memoryMap(descriptors).descriptors).toHaveLength(descriptors.length);
        expect(descriptors.every(({ pages }) => pages > 0)).toBe(true);
        expect(descriptors).toEqual(descriptors.toSorted((a, b) => (a.start < b.start ? -1 : 1)));
      }),
    );
  });

  it('does not depend on the order of the entries', () => {
    fc.assert(
      fc.property(smallWorld, (entries) => {
        expect(resolve(entries.toReversed())).toEqual(resolve(entries));
      }),
    );
  });

  it('changes nothing when it is done twice', () => {
    fc.assert(
      fc.property(smallWorld, (entries) => {
        const once = resolve(entries);
        const again = once.map(({ type, start, pages }) => entry(type, start, start + BigInt(pages) * 4096n));
        expect(resolve(again)).toEqual(once);
      }),
    );
  });

  it('reaches page frames of every kind', () => {
    const worlds = fc.sample(smallWorld, { numRuns: 500, seed: 1 });
    const types = worlds.flatMap(frameTypes);
    expect(types.some((type) => type === null)).toBe(true);
    expect(types.some((type) => type !== null && isRam(type))).toBe(true);
    expect(new Set(types).size).toBe(BY_USABILITY.length + 1);
  });
});
