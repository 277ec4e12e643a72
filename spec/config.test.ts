import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aboveLimit,
  bitmapLimit,
  Config,
  config,
  HIGHER_HALF_48,
  HIGHER_HALF_57,
  pfnAt,
  toHigherHalf,
} from './config.ts';
import { decode } from './decode.ts';
import { memoryMap } from './memory-map.ts';
import { addressOf, PFN_LIMIT, pfn, physicalAddress, U64_MAX } from './units.ts';

describe('a configuration', () => {
  test('ends the bitmap zone at 64 MiB and maps at the 48-bit higher half unless told otherwise', () => {
    expect(config()).toEqual({ bitmapMaxAddr: 0x400_0000n, higherHalf: 0xffff_8000_0000_0000n });
    expect(bitmapLimit(config())).toBe(16384);
  });

  test('may have no bitmap zone, or nothing else', () => {
    expect(bitmapLimit(config({ bitmapMaxAddr: 0n }))).toBe(0);
    expect(bitmapLimit(config({ bitmapMaxAddr: 2n ** 56n }))).toBe(PFN_LIMIT);
  });

  test.each([
    [
      { bitmapMaxAddr: 0x1800n },
      'bitmapMaxAddr: expected a multiple of 4096 of at most 2^56 as a hex string, found "0x1800"',
    ],
    [{ bitmapMaxAddr: 1n }, 'bitmapMaxAddr: expected a multiple of 4096'],
    [{ bitmapMaxAddr: -0x1000n }, 'found "-0x1000"'],
    [{ bitmapMaxAddr: 2n ** 56n + 4096n }, 'found "0x100000000001000"'],
    [{ higherHalf: 0n }, 'higherHalf: expected a multiple of 4096 from which physical memory can be mapped'],
    [{ higherHalf: HIGHER_HALF_48 + 8n }, 'higherHalf: expected a multiple of 4096'],
    [{ higherHalf: 2n ** 64n }, 'found "0x10000000000000000"'],
  ])('%o is refused, and the value is named', (options, message) => {
    expect(() => config(options)).toThrow(message);
  });

  test('reads back what it wrote', () => {
    const chosen = config({ bitmapMaxAddr: 0x3000n, higherHalf: HIGHER_HALF_57 });
    expect(Config.encode(chosen)).toEqual({ bitmapMaxAddr: '0x3000', higherHalf: '0xff00000000000000' });
    expect(decode(Config, Config.encode(chosen), 'file')).toEqual(chosen);
  });
});

describe('the higher half', () => {
  const chosen = config();

  test('rounds an address down to its page frame', () => {
    expect([0n, 4095n, 4096n].map((byte) => pfnAt(chosen, HIGHER_HALF_48 + byte))).toEqual([0, 0, 1]);
  });

  test('holds no address below its base, NULL among them, and none above 64 bits', () => {
    for (const address of [0n, -1n, 0x1000n, HIGHER_HALF_48 - 1n, U64_MAX + 1n])
      expect(pfnAt(chosen, address)).toBeNull();
    expect(pfnAt(chosen, U64_MAX)).toBe(2 ** 35 - 1);
  });

  test('ends with the last page frame where the base leaves room for more', () => {
    const low = config({ higherHalf: HIGHER_HALF_57 });
    expect(pfnAt(low, HIGHER_HALF_57 + 2n ** 52n - 1n)).toBe(2 ** 40 - 1);
    expect(pfnAt(low, HIGHER_HALF_57 + 2n ** 52n)).toBeNull();
    const wide = config({ higherHalf: HIGHER_HALF_57, physicalLimit: 2n ** 56n });
    expect(pfnAt(wide, U64_MAX)).toBe(PFN_LIMIT - 1);
  });

  test('maps every byte to the page frame that holds it', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(4095), (n, byte) => {
        const address = toHigherHalf(chosen, physicalAddress(addressOf(pfn(n)) + BigInt(byte)));
        expect(pfnAt(chosen, address)).toBe(n);
      }),
    );
  });
});

describe('the physical limit', () => {
  const high = memoryMap([{ type: 'conventional', start: 2n ** 52n, pages: 1 }]);

  test('is 2^52 unless the configuration says otherwise, as for RISC-V', () => {
    expect(aboveLimit(high, config())).toBe(
      'the memory map ends at 0x10000000001000, and physical memory at 0x10000000000000',
    );
    expect(aboveLimit(high, config({ physicalLimit: 2n ** 56n }))).toBeNull();
  });

  test('is a part of the configuration only where it is given, so that files stay as they were', () => {
    expect(Config.encode(config())).not.toHaveProperty('physicalLimit');
    const riscv = config({ physicalLimit: 2n ** 56n });
    expect(decode(Config, Config.encode(riscv), 'again')).toEqual(riscv);
    expect(() => config({ physicalLimit: 2n ** 57n })).toThrow('physicalLimit: expected a multiple of 4096');
  });
});
