import fc from 'fast-check';
import * as either from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { decode } from './decode.ts';
import { fromHex, HexInteger, HexPageAddress, HexPhysicalAddress, HexU64, toHex } from './hex.ts';

/** Returns which of these texts a codec reads. */
function read(codec: typeof HexInteger | typeof HexPhysicalAddress, texts: readonly string[]): string[] {
  return texts.filter((text) => either.isRight(codec.decode(text)));
}

describe('hex strings', () => {
  test('are written in lower case, without leading zeros', () => {
    expect([0n, 31n, 0xdead_beefn, -16n].map(toHex)).toEqual(['0x0', '0x1f', '0xdeadbeef', '-0x10']);
  });

  test('are read in either case, with leading zeros', () => {
    expect(['0x0', '0X1F', '0x001f', '0xDeadBeef', '-0x10'].map(fromHex)).toEqual([
      0n,
      31n,
      31n,
      0xdead_beefn,
      -16n,
    ]);
  });

  test.each(['', '0x', '1f', '31', '0x1g', ' 0x1', '0x1 ', '--0x1', '+0x1', '0x1.0', '0x1\n'])(
    'refuse %j',
    (text) => {
      expect(fromHex(text)).toBeNull();
    },
  );

  test('come back as the integer that was written, whatever it is', () => {
    fc.assert(fc.property(fc.bigInt(), (n) => fromHex(toHex(n)) === n));
  });

  test('are not JSON numbers, which do not hold 64 bits', () => {
    expect(() => decode(HexU64, 31, 'file')).toThrow(
      'file: the whole: expected an unsigned 64-bit hex string such as "0x1f", found 31',
    );
  });
});

describe('the ranges', () => {
  const edges = ['-0x1', '0x0', '0xfff', '0x1000', '0x100000000000000', '0x100000000000001'];
  const wide = ['0xffffffffffffffff', '0x10000000000000000'];

  test('any integer will do where a misused call may have been given it', () => {
    expect(read(HexInteger, [...edges, ...wide])).toEqual([...edges, ...wide]);
  });

  test('an unsigned 64-bit integer ends with 2^64 - 1', () => {
    expect(read(HexU64, [...edges, ...wide])).toEqual([...edges.slice(1), '0xffffffffffffffff']);
  });

  test('a physical address ends with 2^56', () => {
    expect(read(HexPhysicalAddress, [...edges, ...wide])).toEqual(edges.slice(1, 5));
  });

  test('a page address is a multiple of 4096 besides', () => {
    expect(read(HexPageAddress, [...edges, ...wide])).toEqual(['0x0', '0x1000', '0x100000000000000']);
  });

  test('a number that is not a physical address is refused', () => {
    expect([0n, 2n ** 56n, -1n, 2n ** 56n + 1n, 3].map((u) => HexPhysicalAddress.is(u))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
