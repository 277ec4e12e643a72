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

const PAGE_BITS = 12;
/** 2^20 page frames have addresses of one upper half: 2^32 / 4096. */
const FRAME_BITS = 20;
/** Page frame numbers that 32 bits hold. */
const FRAMES = 2 ** 32;

/** Places of the two halves of a 64-bit word among 32-bit words, as this machine has them. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

const NO_WORDS: Uint32Array = new Uint32Array(0);

/**
 * Batches of addresses as pairs of 32-bit words, which are numbers: a `bigint` read from an array or written to it takes some
 * 10 ns. For page frame numbers below 2^32; arithmetic is modulo 2^32, in which the engine needs no fractions.
 */
export class AddressBatches {
  readonly #low: number;
  readonly #high: number;
  /** The last page frame that there can be. */
  readonly #last: number;
  /** The last array, and its words. An array that its buffer has left or outgrown gets other words. */
  #array: BigUint64Array | null = null;
  #words = NO_WORDS;
  /** The words of arrays that were read after another: a caller has several batches. To make them takes 70 ns. */
  readonly #known = new WeakMap<BigUint64Array, Uint32Array>();

  /** Physical memory is mapped from `higherHalf` on, and ends below `limit`, a multiple of the page size. */
  constructor(higherHalf: bigint, limit: bigint) {
    this.#low = Number(BigInt.asUintN(32, higherHalf));
    this.#high = Number(higherHalf >> 32n);
    const reach = Number((U64_MAX - higherHalf) >> PAGE_SHIFT) + 1; // beyond, no address has 64 bits
    this.#last = Math.min(FRAMES, reach, Number(limit >> PAGE_SHIFT)) - 1;
  }

  /** Writes the addresses of `frames[0 .. pages)` to the entries from `from` on. */
  write(addresses: BigUint64Array, from: number, frames: Uint32Array, pages: number): void {
    const words = this.#wordsOf(addresses, from + pages, false);
    const [low, high] = [this.#low >>> 0, this.#high >>> 0];
    for (let i = 0; i < pages; i += 1) {
      const frame = frames[i];
      const sum = (low + (frame << PAGE_BITS)) >>> 0;
      const carry = sum < low ? 1 : 0;
      const at = (from + i) << 1;
      words[at + LOW] = sum;
      words[at + HIGH] = (high + (frame >>> FRAME_BITS) + carry) >>> 0;
    }
  }

  /**
   * Writes the page frames of the first `pages` addresses to `frames`, rounded down. Returns the index of the first address that maps
   * no physical one, as {@link frameAt} has it, or a page frame from 2^32 on; `pages` where there is none.
   */
  read(addresses: BigUint64Array, frames: Uint32Array, pages: number): number {
    const words = this.#wordsOf(addresses, pages, true);
    const [low, high, last] = [this.#low >>> 0, this.#high >>> 0, this.#last >>> 0];
    const most = last >>> FRAME_BITS;
    for (let i = 0; i < pages; i += 1) {
      const at = words[(i << 1) + LOW];
      const upper = words[(i << 1) + HIGH];
      const above = (upper - high - (at < low ? 1 : 0)) >>> 0; // below the higher half: more than `most`
      const frame = ((above << FRAME_BITS) | ((at - low) >>> PAGE_BITS)) >>> 0;
      if (above >= most && (above > most || frame > last)) return i;
      frames[i] = frame;
    }
    return pages;
  }

  /** Returns the words of an array; where `isKept`, they are kept for a time at which another one was the last. */
  #wordsOf(addresses: BigUint64Array, entries: number, isKept: boolean): Uint32Array {
    if (this.#array === addresses && this.#words.length >= 2 * entries) return this.#words;
    let words = this.#known.get(addresses);
    if (words === undefined || words.length < 2 * entries) {
      words = new Uint32Array(addresses.buffer, addresses.byteOffset, 2 * addresses.length);
      if (isKept) this.#known.set(addresses, words);
    }
    this.#array = addresses;
    this.#words = words;
    return words;
  }
}
