/**
 * Configuration: where the bitmap zone ends, and where physical memory is mapped.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed } from './closed.ts';
import { decode } from './decode.ts';
import { HexPageAddress, HexU64, toHex } from './hex.ts';
import { isPageAddress, PFN_LIMIT, type Pfn, type PhysicalAddress, pfn, pfnOf, U64_MAX } from './units.ts';

/** The higher half with 48-bit virtual addresses: 0xFFFF_8000_0000_0000. */
export const HIGHER_HALF_48 = 0xffff_8000_0000_0000n;
/** The higher half with 57-bit virtual addresses: 0xFF00_0000_0000_0000. */
export const HIGHER_HALF_57 = 0xff00_0000_0000_0000n;
/** The bitmap zone ends here unless told otherwise: 64 MiB. */
export const DEFAULT_BITMAP_MAX_ADDR = 0x400_0000n;

function isHigherHalf(base: bigint): boolean {
  return base > 0n && base % 4096n === 0n && base <= U64_MAX;
}

const HigherHalf = new t.Type<bigint, string, unknown>(
  'a multiple of 4096 from which physical memory can be mapped, as a hex string',
  (u): u is bigint => typeof u === 'bigint',
  (u, context) =>
    either.chain<t.Errors, bigint, bigint>((base) =>
      isHigherHalf(base) ? either.right(base) : t.failure(u, context),
    )(HexU64.validate(u, context)),
  toHex,
);

/**
 * The configuration of a manager.
 *
 * - `bitmapMaxAddr`: physical address at which the bitmap zone ends (exclusive); any multiple of 4096, 0 for no
 *   bitmap zone.
 * - `higherHalf`: the virtual address at which physical address 0 is mapped.
 */
export const Config = t.readonly(
  closed(t.type({ bitmapMaxAddr: HexPageAddress, higherHalf: HigherHalf }, 'a configuration')),
);
export type Config = t.TypeOf<typeof Config>;

/** Returns a configuration; throws `SpecError` where a value is not a multiple of 4096 or out of range. */
export function config(
  options: { readonly bitmapMaxAddr?: bigint; readonly higherHalf?: bigint } = {},
): Config {
  const { bitmapMaxAddr = DEFAULT_BITMAP_MAX_ADDR, higherHalf = HIGHER_HALF_48 } = options;
  if (isPageAddress(bitmapMaxAddr) && isHigherHalf(higherHalf)) return { bitmapMaxAddr, higherHalf };
  return decode(Config, { bitmapMaxAddr: toHex(bitmapMaxAddr), higherHalf: toHex(higherHalf) }, 'config');
}

/** Returns the first page frame of the stack zone. */
export function bitmapLimit({ bitmapMaxAddr }: Config): Pfn {
  return pfnOf(bitmapMaxAddr);
}

/** Returns the higher-half address of a physical one. */
export function toHigherHalf({ higherHalf }: Config, physical: PhysicalAddress): bigint {
  return higherHalf + physical;
}

/**
 * Returns the page frame that holds the byte at a higher-half address (rounds down), or null where the address is
 * below the higher half or maps no physical address. O(1).
 */
export function pfnAt({ higherHalf }: Config, address: bigint): Pfn | null {
  if (address < higherHalf || address > U64_MAX) return null;
  // asUintN keeps the arithmetic in machine words, which is several times faster than in heap-allocated integers.
  const frame = Number(BigInt.asUintN(64, BigInt.asUintN(64, address - higherHalf) >> 12n));
  return frame < PFN_LIMIT ? pfn(frame) : null;
}
