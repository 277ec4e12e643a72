/**
 * Units: page frame numbers, page counts, byte addresses, and every conversion between them.
 *
 * A page frame is 4096 bytes of physical memory, aligned to its size. Page frame numbers and counts are
 * `number` (56-bit physical addresses leave 44 bits for a page frame number, exact in a double); byte
 * addresses are `bigint`. An index, a count and a size are three different things: they are converted here
 * and nowhere else. Only the codecs and the functions of this file mint the brands.
 */
import * as t from 'io-ts';

/** Bytes in a page frame. */
export const PAGE_SIZE = 4096;
/** {@link PAGE_SIZE} as a byte quantity for address arithmetic. */
export const PAGE_BYTES = 4096n;
/** Physical addresses lie below this (exclusive) on every machine: RISC-V has 56 bits. A configuration may say less. */
export const PHYSICAL_LIMIT = 1n << 56n;
/** Page frame numbers lie below this (exclusive): 2^56 / 4096. */
export const PFN_LIMIT = 2 ** 44;
/** The largest unsigned 64-bit integer. */
export const U64_MAX = (1n << 64n) - 1n;

export interface PfnBrand {
  readonly Pfn: unique symbol;
}
export interface PageCountBrand {
  readonly PageCount: unique symbol;
}
export interface PhysicalAddressBrand {
  readonly PhysicalAddress: unique symbol;
}

/** Index of a page frame: physical address / 4096, from 0 to 2^44 (inclusive, so that an end is one too). */
export type Pfn = t.Branded<number, PfnBrand>;

/** Number of page frames; never an index. */
export type PageCount = t.Branded<number, PageCountBrand>;

/** Physical byte address, from 0 to 2^56 (inclusive, so that an exclusive end is one too). */
export type PhysicalAddress = t.Branded<bigint, PhysicalAddressBrand>;

function isPfn(n: number): n is Pfn {
  return n >= 0 && n <= PFN_LIMIT && Number.isInteger(n);
}

/** Whether a value is the number of a page frame that there can be. */
export function isPageFrame(value: unknown): value is number {
  return typeof value === 'number' && isPfn(value) && value < PFN_LIMIT;
}

function isPageCount(n: number): n is PageCount {
  return n >= 0 && Number.isSafeInteger(n);
}

/** Whether an integer is a physical address. */
export function isPhysicalAddress(n: bigint): n is PhysicalAddress {
  return n >= 0n && n <= PHYSICAL_LIMIT;
}

/** Whether an integer is the physical address of a page frame. */
export function isPageAddress(n: bigint): n is PhysicalAddress {
  return isPhysicalAddress(n) && isPageAligned(n);
}

/** JSON: a number. */
export const Pfn = t.brand(t.number, isPfn, 'Pfn');

/** JSON: a number. */
export const PageCount = t.brand(t.number, isPageCount, 'PageCount');

// The functions below are on the path of every judged operation, so they use the guards and not the codecs.

/** Returns `n` as a page frame number; throws `RangeError` unless it is an integer in [0, 2^44]. */
export function pfn(n: number): Pfn {
  if (isPfn(n)) return n;
  throw new RangeError(`${n} is not a page frame number`);
}

/** Returns `n` as a page count; throws `RangeError` unless it is a non-negative safe integer. */
export function pageCount(n: number): PageCount {
  if (isPageCount(n)) return n;
  throw new RangeError(`${n} is not a page count`);
}

/** Returns `n` as a physical address; throws `RangeError` unless it lies in [0, 2^56]. */
export function physicalAddress(n: bigint): PhysicalAddress {
  if (isPhysicalAddress(n)) return n;
  throw new RangeError(`${n} is not a physical address`);
}

/** Returns the page frame that holds the byte at `address` (rounds down). */
export function pfnOf(address: PhysicalAddress): Pfn {
  return pfn(Number(wholePages(address)));
}

// asUintN keeps the two functions below in machine words, several times faster than integers on the heap.

/** Returns how many whole page frames fit in that many bytes, less than 2^64. */
export function wholePages(bytes: bigint): bigint {
  return BigInt.asUintN(64, BigInt.asUintN(64, bytes) >> 12n);
}

/** Whether a byte address is a multiple of {@link PAGE_SIZE}. */
export function isPageAligned(address: bigint): boolean {
  return BigInt.asUintN(12, address) === 0n;
}

/** Returns the address of the first byte of page frame `frame`. */
export function addressOf(frame: Pfn): PhysicalAddress {
  return physicalAddress(BigInt(frame) * PAGE_BYTES);
}

/** Returns the page frame `count` frames after `frame`; the end of a region that starts there. */
export function pfnAfter(frame: Pfn, count: PageCount): Pfn {
  return pfn(frame + count);
}

/** Returns the number of page frames in the extent [base, end); throws `RangeError` if end < base. */
export function pagesBetween(base: Pfn, end: Pfn): PageCount {
  return pageCount(end - base);
}

/** Returns how many bytes `count` page frames are. */
export function bytesOf(count: PageCount): bigint {
  return BigInt(count) * PAGE_BYTES;
}

/** Consecutive page frames [base, base + count). An empty region has count 0. */
export interface Region {
  readonly base: Pfn;
  readonly count: PageCount;
}

/** Returns the exclusive end of a region. */
export function endOf(region: Region): Pfn {
  return pfnAfter(region.base, region.count);
}
