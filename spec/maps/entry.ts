/**
 * Entries: what one line of a dump says, at byte granularity. Entries may overlap, be empty, unsorted or unaligned;
 * `resolve.ts` makes descriptors of them.
 */
import type { MemoryType } from '../memory-map.ts';
import { fault, type Place } from './lines.ts';

/** Bytes [start, end) of physical memory. */
export interface Extent {
  readonly start: bigint;
  readonly end: bigint;
}

/** An extent of one memory type. `start <= end`, at or below the physical limit. */
export interface Entry extends Extent {
  readonly type: MemoryType;
}

// 16 hex digits = 64 bits: no firmware prints a wider address. 20 decimal digits are as wide.
const NUMBER: Readonly<Record<10 | 16, RegExp>> = {
  16: /^(?:0x)?[0-9a-f]{1,16}$/i,
  10: /^(?:0x[0-9a-f]{1,16}|\d{1,20})$/i,
};

/** Returns the number that a token stands for: hex with `0x`, else of the given base; throws `SpecError` for other text. */
export function numberAt(place: Place, token: string, base: 10 | 16): bigint {
  if (!NUMBER[base].test(token))
    throw fault(
      place,
      base === 16 ? 'a hex number of at most 64 bits' : 'a number of at most 64 bits',
      token,
    );
  return BigInt(base === 16 && !/^0x/i.test(token) ? `0x${token}` : token);
}

/** Returns the extent [start, end); throws `SpecError` where it ends before it starts. */
export function halfOpen(place: Place, { start, end }: Extent): Extent {
  if (start > end) throw fault(place, 'a range that ends after its start', shown({ start, end }));
  return { start, end };
}

/**
 * Returns the extent [start, last + 1). A `last` just before `start` is how the inclusive notation writes an empty range
 * (the one at 0 reads `0x0-0xffffffffffffffff`); throws `SpecError` as {@link halfOpen} does.
 */
export function inclusive(place: Place, start: bigint, last: bigint): Extent {
  return halfOpen(place, { start, end: BigInt.asUintN(64, last + 1n) === start ? start : last + 1n });
}

/** Returns the extent; throws `SpecError` where it ends above the physical limit. */
export function below(limit: bigint, place: Place, extent: Extent): Extent {
  if (extent.end <= limit) return extent;
  throw fault(place, `a range that ends at or below 2^${limit.toString(2).length - 1}`, shown(extent));
}

function shown({ start, end }: Extent): string {
  return `0x${start.toString(16)} to 0x${end.toString(16)}`;
}

/** Orders extents by where they start. */
export function byStart(a: Extent, b: Extent): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}

/** Whether two extents have a byte in common. */
export function overlaps(a: Extent, b: Extent): boolean {
  return a.start < b.end && b.start < a.end;
}
