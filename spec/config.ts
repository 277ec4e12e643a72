/**
 * Configuration: the end of the bitmap zone, and the address at which physical memory is mapped.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { closed, decode, withJsonForm } from './decode.ts';
import { HexPageAddress, HexU64, toHex } from './hex.ts';
import { type MemoryMap, pfnEnd } from './memory-map.ts';
import { addressOf, isPageAddress, type Pfn, type PhysicalAddress, pfn, pfnOf, U64_MAX } from './units.ts';

/** The higher half with 48-bit virtual addresses: 0xFFFF_8000_0000_0000. */
export const HIGHER_HALF_48 = 0xffff_8000_0000_0000n;
/** The higher half with 57-bit virtual addresses: 0xFF00_0000_0000_0000. */
export const HIGHER_HALF_57 = 0xff00_0000_0000_0000n;
/** The bitmap zone ends here unless told otherwise: 64 MiB. */
export const DEFAULT_BITMAP_MAX_ADDR = 0x400_0000n;
/** Physical memory ends here (exclusive) unless told otherwise: 52 bits, as on x86-64 and Arm. */
export const DEFAULT_PHYSICAL_LIMIT = 1n << 52n;
const DEFAULT_PFN_LIMIT = pfn(2 ** 40);

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
withJsonForm(HigherHalf, HexU64);

/**
 * The configuration of a manager.
 *
 * - `bitmapMaxAddr`: physical address at which the bitmap zone ends (exclusive); any multiple of 4096, 0 for no
 *   bitmap zone.
 * - `higherHalf`: the virtual address at which physical address 0 is mapped.
 * - `physicalLimit`: physical address at which memory ends (exclusive) on machines of this kind; 2^52 where it is left
 *   out, 2^56 on RISC-V.
 */
export const Config = t.readonly(
  closed(
    t.intersection(
      [
        t.type({ bitmapMaxAddr: HexPageAddress, higherHalf: HigherHalf }),
        t.partial({ physicalLimit: HexPageAddress }),
      ],
      'a configuration',
    ),
  ),
);
export type Config = t.TypeOf<typeof Config>;

/** Values of a configuration; the others are the usual ones. */
export interface ConfigInput {
  readonly bitmapMaxAddr?: bigint;
  readonly higherHalf?: bigint;
  readonly physicalLimit?: bigint | undefined;
}

/** Returns a configuration; throws `SpecError` where a value is not a multiple of 4096 or out of range. */
export function config(input: ConfigInput = {}): Config {
  const { bitmapMaxAddr = DEFAULT_BITMAP_MAX_ADDR, higherHalf = HIGHER_HALF_48, physicalLimit } = input;
  if (physicalLimit === undefined && isPageAddress(bitmapMaxAddr) && isHigherHalf(higherHalf))
    return { bitmapMaxAddr, higherHalf };
  const limit = physicalLimit === undefined ? {} : { physicalLimit: toHex(physicalLimit) };
  const data = { bitmapMaxAddr: toHex(bitmapMaxAddr), higherHalf: toHex(higherHalf), ...limit };
  return decode(Config, data, 'config');
}

/** Returns the page frame number at which physical memory ends on machines of a configuration. */
export function pfnLimit({ physicalLimit }: Config): Pfn {
  return physicalLimit === undefined ? DEFAULT_PFN_LIMIT : pfnOf(physicalLimit);
}

/** Returns the reason why a memory map is not one of a machine of this configuration, or null: it ends above the physical limit. */
export function aboveLimit(map: MemoryMap, config: Config): string | null {
  const [end, limit] = [pfn(pfnEnd(map)), pfnLimit(config)];
  if (end <= limit) return null;
  return `the memory map ends at ${toHex(addressOf(end))}, and physical memory at ${toHex(addressOf(limit))}`;
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
export function pfnAt(config: Config, address: bigint): Pfn | null {
  const { higherHalf } = config;
  if (address < higherHalf || address > U64_MAX) return null;
  // asUintN keeps the arithmetic in machine words, several times faster than integers on the heap.
  const frame = Number(BigInt.asUintN(64, BigInt.asUintN(64, address - higherHalf) >> 12n));
  return frame < pfnLimit(config) ? pfn(frame) : null;
}
