import { describe, expect, it } from 'vitest';
import { config, PAGE_BYTES, pfnLimit, U64_MAX } from '../../spec/index.ts';
import { halfOf } from './numbered-call.ts';

const BASES = [
  0x1000n,
  0xffff_f000n,
  0x7fff_ffff_f000n,
  0xffff_8000_0000_0000n,
  0xffff_8000_8000_0000n,
  0xff00_0000_0000_0000n,
  0xffff_ffff_ffff_0000n,
];
const FRAMES = [
  1n,
  15n,
  16n,
  17n,
  2n ** 20n - 1n,
  2n ** 20n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 40n,
];

describe('the page frames of a batch', () => {
  it.each(BASES)(
    'are those whose first bytes have the addresses, where memory is mapped from %i on',
    (higherHalf) => {
      const world = config({ higherHalf });
      const half = halfOf(world);
      const end = BigInt(pfnLimit(world));
      const addresses = [0n, 1n, 0xf000n, U64_MAX, U64_MAX - 4095n, 2n ** 63n];
      for (const frame of FRAMES)
        for (const off of [0n, 1n, -1n, 4095n])
          addresses.push(BigInt.asUintN(64, higherHalf + frame * PAGE_BYTES + off));
      const expected = addresses.map((address) => {
        const bytes = address - higherHalf;
        const isFirst = bytes >= 0n && bytes % PAGE_BYTES === 0n && bytes / PAGE_BYTES < end;
        return isFirst ? Number(bytes / PAGE_BYTES) : -1;
      });
      const read = new Float64Array(addresses.length);
      const halves = new Uint32Array(BigUint64Array.from(addresses).buffer);
      expect(half.readFrames(halves, read, addresses.length)).toBe(false);
      expect([...read]).toEqual(expected);
      const whole = addresses.filter((_, i) => (expected[i] ?? -1) >= 0);
      expect(half.readFrames(new Uint32Array(BigUint64Array.from(whole).buffer), read, whole.length)).toBe(
        true,
      );
    },
  );
});
