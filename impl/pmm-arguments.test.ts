/** Arguments at the edges of their types: what is granted, refused, and said of it. */
import { describe, expect, test } from 'vitest';
import { config as configOf, memoryMap, type PmmPanic } from '../spec/index.ts';
import { createPmm, type PageFrameManager } from './index.ts';
import { type Stretch, usable } from './testing/zone.ts';

const PAGE = 4096n;
const U64_MAX = 2n ** 64n - 1n;
const BASE = 0xffff_8000_0000_0000n;

interface Machine {
  readonly pmm: PageFrameManager;
  readonly warnings: readonly string[];
}

/** A manager whose bitmap zone ends at a page frame. */
function build(limit: number, ...stretches: readonly Stretch[]): Machine {
  const warnings: string[] = [];
  const pmm = createPmm(memoryMap(stretches.map(usable)), {
    config: configOf({ bitmapMaxAddr: BigInt(limit) * PAGE }),
    warn: (warning) => warnings.push(warning),
    memory: { read: () => 0n, write: () => {} },
  });
  return { pmm, warnings };
}

/** 16 page frames in each zone. */
function small(): Machine {
  return build(16, [0, 32]);
}

/** Returns the panic of a call. */
function panicOf(call: (pmm: PageFrameManager) => unknown): PmmPanic {
  const { pmm } = small();
  const before = pmm.snapshot();
  let panic: unknown;
  try {
    call(pmm);
  } catch (error) {
    panic = error;
  }
  expect(pmm.snapshot(), 'a panic changes nothing').toEqual(before);
  expect(panic).toMatchObject({ name: 'PmmPanic' });
  return panic as PmmPanic;
}

const room = (length: number): BigUint64Array => new BigUint64Array(length).fill(BASE + 20n * PAGE);

describe('a panic says which argument is wrong, and why', () => {
  test.each<[message: string, call: (pmm: PageFrameManager) => unknown]>([
    ['allocPages: count -1 is not an unsigned 64-bit integer', (pmm) => pmm.allocPages(room(1), -1)],
    ['allocPages: count 2 is more than the 1 entry of the array', (pmm) => pmm.allocPages(room(1), 2)],
    ['allocBitmap: count 0.5 is not an unsigned 64-bit integer', (pmm) => pmm.allocBitmap(0.5, 0, 0)],
    ['allocBitmap: maxAddr -1 is not an unsigned 64-bit integer', (pmm) => pmm.allocBitmap(1, -1n, 1)],
    ['allocBitmap: alignment -2 is not an unsigned 64-bit integer', (pmm) => pmm.allocBitmap(1, 1, -2)],
    ['free: address -4096 is not an unsigned 64-bit integer', (pmm) => pmm.free(-4096n)],
    ['free: address 0x1000 is not in the higher half', (pmm) => pmm.free(PAGE)],
    ['freePages: count -1 is not an unsigned 64-bit integer', (pmm) => pmm.freePages(room(1), -1n)],
    ['freePages: count 2 is more than the 1 entry of the array', (pmm) => pmm.freePages(room(1), 2)],
    [
      'freePages: address 0x1000 is not in the higher half',
      (pmm) => pmm.freePages(BigUint64Array.of(PAGE), 1),
    ],
    ['freeRegion: address -1 is not an unsigned 64-bit integer', (pmm) => pmm.freeRegion(-1n, 0)],
    ['freeRegion: count 1.5 is not an unsigned 64-bit integer', (pmm) => pmm.freeRegion(BASE, 1.5)],
    ['freeRegion: address 0x1000 is not in the higher half', (pmm) => pmm.freeRegion(PAGE, 1)],
  ])('%s', (message, call) => {
    expect(panicOf(call)).toMatchObject({ message, pfn: null, owner: null });
  });

  test('a region that ends above all memory is blamed on its first page frame that may not be freed', () => {
    expect(panicOf((pmm) => pmm.freeRegion(BASE, U64_MAX))).toMatchObject({ pfn: 0, owner: 'pmm' });
  });
});

describe('a warning says what was asked, and what is left', () => {
  const left = 'failed: ENOMEM; 16 page frames are free in the stack zone, 16 in the bitmap zone';

  test.each<[asked: string, call: (pmm: PageFrameManager) => unknown]>([
    ['allocPages(count 17)', (pmm) => pmm.allocPages(room(0), 17)],
    ['allocPages(count 18446744073709551615)', (pmm) => pmm.allocPages(room(0), U64_MAX)],
    ['allocBitmap(count 0, maxAddr 0x1000, alignment 1)', (pmm) => pmm.allocBitmap(0, 4096, 1)],
    [
      'allocBitmap(count 17, maxAddr 0xffffffffffffffff, alignment 4096)',
      (pmm) => pmm.allocBitmap(17n, U64_MAX, 4096n),
    ],
  ])('%s', (asked, call) => {
    const { pmm, warnings } = small();
    expect([null, false]).toContain(call(pmm));
    expect(warnings).toEqual([`${asked} ${left}`]);
    expect(pmm.errno).toBe('ENOMEM');
  });

  test('alloc()', () => {
    const { pmm, warnings } = build(4, [0, 4]);
    expect(pmm.errno).toBe(null);
    expect(pmm.alloc()).toBe(null);
    expect(warnings).toEqual([
      'alloc() failed: ENOMEM; 0 page frames are free in the stack zone, 4 in the bitmap zone',
    ]);
  });
});

describe('contiguous page frames', () => {
  const frames = (address: bigint | null): number | null =>
    address === null ? null : Number((address - BASE) / PAGE);
  const first = (count: number, maxAddr: number | bigint, alignment: number | bigint): number | null =>
    frames(build(64, [1, 40]).pmm.allocBitmap(count, maxAddr, alignment));

  test('end at or below the last whole page frame of the limit', () => {
    expect([4095, 4096, 8191, 8192].map((maxAddr) => first(1, maxAddr, 1))).toEqual([null, null, null, 1]);
    expect([11 * 4096, 11 * 4096 - 1].map((maxAddr) => first(10, maxAddr, 1))).toEqual([1, null]);
    expect([2 ** 52, 2n ** 52n, 2 ** 63, U64_MAX].map((maxAddr) => first(40, maxAddr, 1))).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test('begin at a multiple of the alignment, which is rounded up to page frames', () => {
    expect([0, 1, 4096, 4097, 8192, 8193].map((alignment) => first(1, U64_MAX, alignment))).toEqual([
      1, 1, 1, 2, 2, 3,
    ]);
    expect([0n, 4097n, 40n * PAGE, 41n * PAGE].map((alignment) => first(1, U64_MAX, alignment))).toEqual([
      1,
      2,
      40,
      null,
    ]);
  });

  test('begin at page frame 0 alone where the alignment is beyond all memory', () => {
    for (const alignment of [2 ** 52, 2 ** 53, 2n ** 52n, 2n ** 52n + 1n, 2n ** 63n, U64_MAX]) {
      expect(first(1, U64_MAX, alignment)).toBe(null);
      const { pmm } = small();
      expect([pmm.allocBitmap(1, U64_MAX, alignment), pmm.allocBitmap(1, U64_MAX, alignment)]).toEqual([
        BASE,
        null,
      ]);
    }
  });
});

describe('a batch', () => {
  test('of more than 4096 pages comes in the order of one, and is freed in it', () => {
    const { pmm } = build(0, [0, 9000]);
    const addresses = new BigUint64Array(9000);
    expect(() => expect(pmm.allocPages(addresses, 8193)).toBe(true)).not.toThrow();
    expect([...addresses.subarray(0, 8194)]).toEqual([
      ...Array.from({ length: 8193 }, (_, i) => BASE + BigInt(8999 - i) * PAGE),
      0n,
    ]);
    expect(() => pmm.freePages(addresses, 8193n)).not.toThrow();
    expect([pmm.freeAmount(), pmm.alloc()]).toEqual([9000, BASE + BigInt(9000 - 8193) * PAGE]);
  });

  test('with a page frame beyond 2^32 is refused for that one, which is nobody’s', () => {
    const { pmm } = small();
    const page = pmm.alloc() ?? 0n;
    expect(() => pmm.freePages(BigUint64Array.of(page, BASE + 2n ** 45n), 2)).toThrowError(
      expect.objectContaining({ call: 'freePages', pfn: 2 ** 33, owner: 'absent' }),
    );
  });

  test('of all that is free is granted, and one of no page at all', () => {
    const { pmm, warnings } = small();
    expect(() => expect(pmm.allocPages(room(16), 16)).toBe(true)).not.toThrow();
    expect(pmm.allocPages(room(0), 0)).toBe(true);
    pmm.freePages(room(0), 0);
    expect([pmm.freeAmount(), pmm.reservedAmount(), pmm.totalAmount(), warnings]).toEqual([16, 16, 32, []]);
  });
});

describe('a region', () => {
  test('of no page frame is freed wherever it is, if that is an address of 64 bits', () => {
    const { pmm } = small();
    const before = pmm.snapshot();
    expect(() => pmm.freeRegion(0n, 0)).not.toThrow();
    pmm.freeRegion(U64_MAX, 0n);
    expect(pmm.snapshot()).toEqual(before);
  });

  test('that reaches beyond the last page frame there can be is refused for its end', () => {
    const half = 0xff00_0000_0000_0000n;
    const pmm = createPmm(memoryMap([{ type: 'loaderData', start: (2n ** 40n - 4n) * PAGE, pages: 4 }]), {
      config: configOf({ higherHalf: half }),
      warn: () => {},
      memory: { read: () => 0n, write: () => {} },
    });
    const base = half + (2n ** 40n - 4n) * PAGE;
    for (const count of [5n, 6n, 2n ** 40n, U64_MAX])
      expect(() => pmm.freeRegion(base, count)).toThrowError(
        expect.objectContaining({ message: 'freeRegion: the region ends above physical memory', pfn: null }),
      );
    pmm.freeRegion(base, 4n);
    expect(pmm.freeAmount()).toBe(4);
  });
});

describe('a manager', () => {
  test('goes back to its snapshot, and leaves errno to the caller', () => {
    const { pmm } = small();
    const fresh = pmm.snapshot();
    pmm.allocPages(room(16), 16);
    pmm.alloc();
    expect(pmm.freeAmount()).toBe(16);
    pmm.restore(fresh);
    expect([pmm.freeAmount(), pmm.errno]).toEqual([32, 'ENOMEM']);
  });

  test('has no state left once it is disposed of', () => {
    const { pmm } = small();
    pmm.dispose();
    expect(pmm.freeAmount()).toBe(0);
  });
});
