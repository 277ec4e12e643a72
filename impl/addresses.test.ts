/** Addresses at the edges of what 64 bits and the higher half hold. */
import { describe, expect, test } from 'vitest';
import { addressOf, frameAt, isU64 } from './addresses.ts';

const HIGHER_HALF = 0xffff_8000_0000_0000n;
const PAGE = 4096n;
/** One past the last byte of physical memory that there can be. */
const PHYSICAL_END = 2n ** 56n;

describe('an unsigned 64-bit integer', () => {
  test.each([0, 1, 2 ** 53, 2 ** 64 - 2048, 0n, 1n, 2n ** 64n - 1n])('is %s', (value) => {
    expect(isU64(value)).toBe(true);
  });

  test.each([-1, 0.5, 2 ** 64, Number.NaN, Number.POSITIVE_INFINITY, -1n, 2n ** 64n])(
    'is not %s',
    (value) => {
      expect(isU64(value)).toBe(false);
    },
  );
});

describe('the page frame of an address', () => {
  test('is the one that holds its byte, whichever of the 4096', () => {
    const inFrame = [0n, 1n, 4095n, 4096n, 8191n].map((byte) =>
      frameAt(HIGHER_HALF + byte, HIGHER_HALF, PHYSICAL_END),
    );
    expect(inFrame).toEqual([0, 0, 0, 1, 1]);
  });

  test('is found by the address of the page frame, up to the last that there can be', () => {
    const half = 0xff00_0000_0000_0000n;
    for (const frame of [0, 1, 2 ** 31, 2 ** 32, 2 ** 44 - 1]) {
      expect(addressOf(frame, half)).toBe(half + BigInt(frame) * PAGE);
      expect(frameAt(addressOf(frame, half), half, PHYSICAL_END)).toBe(frame);
    }
  });

  test('is none below the higher half, beyond 64 bits, and where no physical memory can be', () => {
    const half = 0xff00_0000_0000_0000n;
    expect([half - 1n, 0n, 2n ** 64n].map((address) => frameAt(address, half, PHYSICAL_END))).toEqual([
      NaN,
      NaN,
      NaN,
    ]);
    expect(frameAt(half + PHYSICAL_END - 1n, half, PHYSICAL_END)).toBe(2 ** 44 - 1);
    expect(frameAt(half + PHYSICAL_END, half, PHYSICAL_END)).toBe(NaN);
    expect(frameAt(2n ** 64n - 1n, HIGHER_HALF, PHYSICAL_END)).toBe(2 ** 35 - 1);
    expect(frameAt(2n ** 64n, 2n ** 64n - PAGE, PHYSICAL_END)).toBe(NaN);
  });

  test('is none of a number, however large: callers may be JavaScript', () => {
    const number: unknown = 2 ** 64 - 2 ** 47;
    expect(() => frameAt(number as bigint, HIGHER_HALF, PHYSICAL_END)).not.toThrow();
    expect(frameAt(number as bigint, HIGHER_HALF, PHYSICAL_END)).toBe(NaN);
  });
});
