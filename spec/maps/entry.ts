/**
 * Entries: what one line of a firmware dump says, at byte granularity. Entries may overlap, be empty, unsorted or
 * unaligned; `resolve.ts` makes descriptors of them.
 */
import type { MemoryType } from '../memory-map.ts';
import { PHYSICAL_LIMIT, U64_MAX } from '../units.ts';
import { fault, type Place } from './place.ts';

/** Bytes [start, end) of physical memory. */
export interface Extent {
  readonly start: bigint;
  readonly end: bigint;
}

/** An extent of one memory type. `start <= end <= 2^52`. */
export interface Entry extends Extent {
  readonly type: MemoryType;
}

// 16 digits = 64 bits: no firmware prints a wider address.
const HEX = /^(?:0x)?[0-9a-f]{1,16}$/i;

/** Returns the number that up to 16 hex digits stand for, with or without `0x`; throws `SpecError` for other text. */
export function hexAt(place: Place, token: string): bigint {
  if (!HEX.test(token)) throw fault(place, 'a hex number of at most 64 bits', token);
  return BigInt(/^0x/i.test(token) ? token : `0x${token}`);
}

/** Returns the extent [start, end); throws `SpecError` where it ends before it starts, or above 2^52. */
export function halfOpen(place: Place, { start, end }: Extent): Extent {
  const shown = `0x${start.toString(16)} to 0x${end.toString(16)}`;
  if (start > end) throw fault(place, 'a range that ends after its start', shown);
  if (end > PHYSICAL_LIMIT) throw fault(place, 'a range that ends at or below 2^52', shown);
  return { start, end };
}

/**
 * Returns the extent [start, last + 1). A `last` just before `start` is how the inclusive notation writes an empty range
 * (the one at 0 reads `0x0-0xffffffffffffffff`); throws `SpecError` as {@link halfOpen} does.
 */
export function inclusive(place: Place, start: bigint, last: bigint): Extent {
  const end = BigInt.asUintN(64, last + 1n) === start ? start : last + 1n;
  return halfOpen(place, { start, end });
}

/** Returns the extent of `length` bytes from `start`; throws `SpecError` where it ends above 2^52. */
export function ofLength(place: Place, start: bigint, length: bigint): Extent {
  if (length > U64_MAX) throw fault(place, 'a length of at most 64 bits', `${length}`);
  return halfOpen(place, { start, end: start + length });
}

/** Orders extents by where they start. */
export function byStart(a: Extent, b: Extent): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}
