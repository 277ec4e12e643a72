import fc from 'fast-check';
import * as either from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  bytesOf,
  endOf,
  PAGE_SIZE,
  PageCount,
  PFN_LIMIT,
  Pfn,
  PHYSICAL_LIMIT,
  pageCount,
  pagesBetween,
  pfn,
  pfnAfter,
  pfnOf,
  physicalAddress,
  U64_MAX,
} from './units.ts';

const anyFrame = fc.integer({ min: 0, max: PFN_LIMIT - 1 }).map(pfn);

describe('page frame numbers', () => {
  test('a page frame starts at its number times 4096', () => {
    expect(addressOf(pfn(3))).toBe(0x3000n);
    expect(bytesOf(pageCount(3))).toBe(12288n);
  });

  test('every byte of a page frame belongs to it, the last one too, and the next byte does not', () => {
    expect([0x2fffn, 0x3000n, 0x3fffn, 0x4000n].map((a) => pfnOf(physicalAddress(a)))).toEqual([2, 3, 3, 4]);
  });

  test('any page frame is found again from any of its bytes', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(PAGE_SIZE - 1), (frame, byte) => {
        expect(pfnOf(physicalAddress(addressOf(frame) + BigInt(byte)))).toBe(frame);
      }),
    );
  });

  test('the limits agree: 2^44 page frames of 4096 bytes are 2^56 bytes', () => {
    expect(addressOf(pfn(PFN_LIMIT))).toBe(PHYSICAL_LIMIT);
    expect(PHYSICAL_LIMIT).toBe(2n ** 56n);
    expect(U64_MAX).toBe(2n ** 64n - 1n);
  });

  test('the end of physical memory is one, and nothing beyond it', () => {
    expect(pfn(2 ** 44)).toBe(2 ** 44);
    for (const n of [-1, 0.5, 2 ** 44 + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => pfn(n)).toThrow(`${n} is not a page frame number`);
  });
});

describe('page counts', () => {
  test('are the non-negative integers that a double holds exactly', () => {
    expect([0, 1, Number.MAX_SAFE_INTEGER].map(pageCount)).toEqual([0, 1, 2 ** 53 - 1]);
    for (const n of [-1, 1.5, 2 ** 53, Number.NaN])
      expect(() => pageCount(n)).toThrow(`${n} is not a page count`);
  });

  test('are what lies between two page frames, the end excluded', () => {
    expect(pagesBetween(pfn(3), pfn(7))).toBe(4);
    expect(pagesBetween(pfn(3), pfn(3))).toBe(0);
    expect(() => pagesBetween(pfn(7), pfn(3))).toThrow(RangeError);
  });

  test('a region ends where its count says, and may end with physical memory but not after it', () => {
    expect(endOf({ base: pfn(3), count: pageCount(4) })).toBe(7);
    expect(pfnAfter(pfn(PFN_LIMIT - 1), pageCount(1))).toBe(PFN_LIMIT);
    expect(() => pfnAfter(pfn(PFN_LIMIT - 1), pageCount(2))).toThrow(RangeError);
  });
});

describe('physical addresses', () => {
  test('end with 2^56, which is one so that an exclusive end is', () => {
    expect(physicalAddress(PHYSICAL_LIMIT)).toBe(2n ** 56n);
    for (const n of [-1n, PHYSICAL_LIMIT + 1n])
      expect(() => physicalAddress(n)).toThrow(`${n} is not a physical address`);
  });
});

describe('the codecs', () => {
  test('accept exactly what the functions accept', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer({ min: -2, max: 2 }), fc.maxSafeInteger()), (n) => {
        const accepts = (f: (n: number) => number): boolean =>
          either.isRight(either.tryCatch(() => f(n), String));
        expect(either.isRight(Pfn.decode(n))).toBe(accepts(pfn));
        expect(either.isRight(PageCount.decode(n))).toBe(accepts(pageCount));
      }),
    );
  });
});
