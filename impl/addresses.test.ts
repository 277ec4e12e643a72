/** Addresses at the edges of what 64 bits and the higher half hold. */
import { describe, expect, test } from 'vitest';
import { AddressBatches, addressOf, frameAt, isU64 } from './addresses.ts';

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

describe.each([
  ['0xffff_8000_0000_0000', HIGHER_HALF],
  ['one whose lower half is not zero', 0xff12_3456_ffff_f000n],
  ['one just below 4 GiB', 0xffff_f000n],
])('a batch above a higher half at %s', (_, half) => {
  const batches = new AddressBatches(half, PHYSICAL_END);
  const frames = [0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 31, 2 ** 32 - 1];
  const addresses = BigUint64Array.from(frames, (frame) => addressOf(frame, half));

  test('is written as the same addresses one by one, and nothing else', () => {
    expect(() => batches.write(new BigUint64Array(1), 0, Uint32Array.of(1), 1)).not.toThrow();
    const written = new BigUint64Array(frames.length + 3).fill(7n);
    batches.write(written, 2, Uint32Array.from(frames), frames.length);
    expect([...written]).toEqual([7n, 7n, ...addresses, 7n]);
  });

  test('is read as the same page frames, any byte of them, up to the first that is not physical memory', () => {
    const inside = addresses.map((address, k) => address + BigInt(k * 500));
    const read = new Uint32Array(frames.length);
    expect(batches.read(inside, read, frames.length)).toBe(frames.length);
    expect([...read]).toEqual(frames);
    for (const outside of [half - 1n, 0n, half - PAGE, half + PHYSICAL_END, 2n ** 64n - 1n]) {
      const isInside = frameAt(outside, half, PHYSICAL_END) < 2 ** 32;
      expect(batches.read(BigUint64Array.of(half, outside), read, 2)).toBe(isInside ? 2 : 1);
    }
  });

  test('is read up to the first page frame that 32 bits do not hold, and up to the end of memory', () => {
    const two = (frame: number): BigUint64Array => BigUint64Array.of(half, addressOf(frame, half));
    const read = new Uint32Array(2);
    const small = new AddressBatches(half, 2n ** 33n);
    const end = 2 ** 21;
    expect([end - 1, end].map((frame) => small.read(two(frame), read, 2))).toEqual([2, 1]);
    expect([2 ** 32 - 1, 2 ** 32, 2 ** 33 + 5].map((frame) => batches.read(two(frame), read, 2))).toEqual([
      2, 1, 1,
    ]);
  });
});

test('a batch is read up to the last page frame of memory, and no further than asked', () => {
  const batches = new AddressBatches(HIGHER_HALF, 5n * PAGE);
  const addresses = BigUint64Array.from([3, 4, 5], (frame) => addressOf(frame, HIGHER_HALF));
  const read = new Uint32Array(3);
  expect(batches.read(addresses, read, 3)).toBe(2);
  expect(batches.read(addresses, read.fill(0), 1)).toBe(1);
  expect([...read]).toEqual([3, 0, 0]);
});

test('a batch refuses an address below a higher half that ends at 2^64, which is memory modulo 2^64', () => {
  const half = 0xffff_ffff_ffff_0000n;
  const batches = new AddressBatches(half, PHYSICAL_END);
  expect(batches.read(BigUint64Array.of(half, 0n), new Uint32Array(2), 2)).toBe(1);
  expect(batches.read(BigUint64Array.of(2n ** 64n - 1n, half), new Uint32Array(2), 2)).toBe(2); // the last page frame
});

test('a batch follows an array whose buffer has grown', () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 32 });
  const addresses = new BigUint64Array(buffer);
  const batches = new AddressBatches(HIGHER_HALF, PHYSICAL_END);
  batches.write(addresses, 0, Uint32Array.of(1), 1);
  buffer.resize(32);
  batches.write(addresses, 0, Uint32Array.of(1, 2, 3, 4), 4);
  expect(addresses[3]).toBe(addressOf(4, HIGHER_HALF));
});

test('a batch is that of its array, of several in turns, whose buffers grow', () => {
  const batches = new AddressBatches(HIGHER_HALF, PHYSICAL_END);
  const buffers = [8, 8, 8].map((bytes) => new ArrayBuffer(bytes, { maxByteLength: 32 }));
  const arrays = buffers.map((buffer) => new BigUint64Array(buffer));
  const read = new Uint32Array(4);
  for (const pages of [1, 1, 4]) {
    for (const buffer of buffers) buffer.resize(8 * pages);
    for (const [k, array] of arrays.entries()) batches.write(array, 0, Uint32Array.of(k, 10, 11, 12), pages);
    for (const [k, array] of arrays.entries()) {
      expect(batches.read(array, read, pages)).toBe(pages);
      expect([...read.subarray(0, pages)]).toEqual([k, 10, 11, 12].slice(0, pages));
    }
  }
});
