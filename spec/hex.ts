/**
 * Hex strings: 64-bit integers in JSON, which has no integers that wide. `"0x1f"`, encoded in lower case and without leading
 * zeros; upper case and leading zeros are accepted.
 */
import * as either from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { withJsonForm } from './decode.ts';
import { isPhysicalAddress, PAGE_BYTES, type PhysicalAddress, U64_MAX } from './units.ts';

const HEX = /^-?0x[0-9a-f]+$/i;
/** The same for JSON Schema, whose patterns have no flags. */
export const HEX_PATTERN = '^-?0[xX][0-9a-fA-F]+$';

/** Returns the JSON form of an integer: `0x…`, or `-0x…` where it is negative. */
export function toHex(n: bigint): string {
  return n < 0n ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`;
}

/** Returns the integer that a hex string stands for, or null where the text is not a hex string. */
export function fromHex(text: string): bigint | null {
  if (!HEX.test(text)) return null;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

function hexCodec<A extends bigint>(
  name: string,
  is: (u: unknown) => u is A,
  convert: (n: bigint) => A | null,
): t.Type<A, string> {
  const codec = new t.Type<A, string>(
    name,
    is,
    (u, context) => {
      const n = typeof u === 'string' ? fromHex(u) : null;
      const value = n === null ? null : convert(n);
      return value === null ? t.failure(u, context) : either.right(value);
    },
    toHex,
  );
  return withJsonForm(codec, { type: 'string', pattern: HEX_PATTERN });
}

const isBigInt = (u: unknown): u is bigint => typeof u === 'bigint';

/** Any integer as a hex string; negative ones too, because a misused call may have been given one. */
export const HexInteger = hexCodec('a hex string such as "0x1f"', isBigInt, (n) => n);

/** An unsigned 64-bit integer as a hex string. */
export const HexU64 = hexCodec('an unsigned 64-bit hex string such as "0x1f"', isBigInt, (n) =>
  n >= 0n && n <= U64_MAX ? n : null,
);

/** A physical address as a hex string: at most 2^56. */
export const HexPhysicalAddress: t.Type<PhysicalAddress, string> = hexCodec(
  'a physical address of at most 2^56 as a hex string',
  (u): u is PhysicalAddress => isBigInt(u) && isPhysicalAddress(u),
  (n) => (isPhysicalAddress(n) ? n : null),
);

/** A page-aligned physical address as a hex string. */
export const HexPageAddress: t.Type<PhysicalAddress, string> = hexCodec(
  'a multiple of 4096 of at most 2^56 as a hex string',
  (u): u is PhysicalAddress => isBigInt(u) && isPhysicalAddress(u),
  (n) => (isPhysicalAddress(n) && n % PAGE_BYTES === 0n ? n : null),
);
