/**
 * Addresses: between higher-half addresses (`bigint`) and page frame numbers, for hot paths.
 *
 * `BigInt.asUintN(64, …)` round an expression lets the engine compute it in one 64-bit register; without, each step makes a
 * `bigint` on the heap (20 to 40 ns). Nothing wraps: what would is refused before.
 */
import { U64_MAX } from '../spec/index.ts';

/** Bits of a byte's place in its page frame: 2^12 = 4096. */
const PAGE_SHIFT = 12n;
const LARGEST = U64_MAX;

/** Whether an argument is an unsigned 64-bit integer. */
export function isU64(value: number | bigint): boolean {
  if (typeof value === 'bigint') return value >= 0n && value <= LARGEST;
  return Number.isInteger(value) && value >= 0 && value < 2 ** 64;
}

/** Returns the address of a page frame where physical memory is mapped from `higherHalf` on. */
export function addressOf(frame: number, higherHalf: bigint): bigint {
  return BigInt.asUintN(64, higherHalf + (BigInt(frame) << PAGE_SHIFT));
}

/**
 * Returns the page frame that holds an address (rounds down), or NaN where the address maps no physical one: below the
 * higher half, or from `limit`, a physical address, on.
 */
export function frameAt(address: bigint, higherHalf: bigint, limit: bigint): number {
  if (typeof address !== 'bigint' || address < higherHalf || address > LARGEST) return Number.NaN;
  const physical = BigInt.asUintN(64, address - higherHalf);
  return physical < limit ? Number(BigInt.asUintN(64, physical >> PAGE_SHIFT)) : Number.NaN;
}
