/**
 * Caller arrays: the array that a batch call is given, with guards behind the entries asked for. Whatever a call changes
 * beyond what it may is seen, whether it succeeds, fails or panics.
 *
 *     allocPages(a, 3)   [ a[0] a[1] a[2] | guard guard ]     a success may write the first three; a failure none
 *     freePages(a, 3)    [ a[0] a[1] a[2] ]                   read only
 */
import type { Argument } from '../spec/index.ts';

/** What both halves of an entry hold before it is written: together not an address of the higher half. */
const UNTOUCHED = 0x5555_5555;
/** Entries behind those asked for. */
const GUARDS = 2;
/** A request up to this size gets an array for all of it, even where it must be refused: it may be granted all the same. */
const WHOLE_ARRAY = 4096;
/** Entries asked for, as far as the array goes, of a larger request that must be refused: enough to see one written. */
const SHORT_ARRAY = 16;

/** Memory for arrays to write: those of one call each, where it is kept for the next one, or that of one array. */
export class ArrayMemory {
  #entries: BigUint64Array;
  #halves: Uint32Array;

  constructor(entries: number) {
    this.#entries = new BigUint64Array(entries);
    this.#halves = new Uint32Array(this.#entries.buffer);
  }

  /** The same memory, two words an entry: to look at an entry takes a `bigint`, to look at its halves does not. */
  get halves(): Uint32Array {
    return this.#halves;
  }

  /** Returns the first entries, which hold anything. What was taken before is of no more use. */
  take(length: number): BigUint64Array {
    if (this.#entries.length < length) {
      this.#entries = new BigUint64Array(length * 2);
      this.#halves = new Uint32Array(this.#entries.buffer);
    }
    return this.#entries.subarray(0, length);
  }
}

const NO_HALVES = new Uint32Array(0);

export class CallerArray {
  readonly entries: BigUint64Array;
  /** Entries that the call may write where it succeeds. */
  readonly writable: number;
  /** What lies under an array to write; at least the halves of its entries. */
  readonly #halves: Uint32Array;
  /** What an array to read holds. */
  readonly #given: readonly bigint[] | null;
  #isReady = false;

  private constructor(
    entries: BigUint64Array,
    writable: number,
    halves: Uint32Array,
    given: readonly bigint[] | null,
  ) {
    this.entries = entries;
    this.writable = writable;
    this.#halves = halves;
    this.#given = given;
  }

  /**
   * Returns the array for a request of `count` page frames, all of it where it can be granted with `free` page frames. It lies in
   * `memory` where that is given, for one call.
   */
  static toWrite(count: Argument, free: number, memory?: ArrayMemory): CallerArray {
    const most = Math.max(free, WHOLE_ARRAY);
    const isWhole = typeof count === 'bigint' && count >= 0n && count <= most;
    const writable = isWhole ? Number(count) : SHORT_ARRAY;
    const length = writable + GUARDS;
    const under = memory ?? new ArrayMemory(length);
    const entries = under.take(length);
    return new CallerArray(entries, writable, under.halves, null);
  }

  /** Returns the array of the addresses that a call is given. */
  static toRead(addresses: readonly bigint[]): CallerArray {
    return new CallerArray(new BigUint64Array(addresses.length), 0, NO_HALVES, addresses);
  }

  /** Makes the array what it must be before a call. */
  reset(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    if (this.#given === null) this.#halves.fill(UNTOUCHED, 0, 2 * this.entries.length);
    else for (let i = 0; i < this.entries.length; i += 1) this.entries[i] = this.#given[i] ?? 0n;
  }

  /** Whether the call that ended changed entries that it may not. */
  isStray(hasSucceeded: boolean): boolean {
    const from = hasSucceeded ? this.writable : 0;
    const isStray = this.#isChanged(from);
    this.#isReady = from === 0 && !isStray;
    return isStray;
  }

  /** Returns the entries that a success wrote, copied one by one: several times faster than to iterate over them. */
  written(): readonly bigint[] {
    const copied: bigint[] = [];
    for (let i = 0; i < this.writable; i += 1) copied.push(this.entries[i] ?? 0n);
    return copied;
  }

  /** Whether a success wrote the same to another array. */
  isLike({ writable, entries }: CallerArray): boolean {
    for (let i = 0; i < writable; i += 1) if (entries[i] !== this.entries[i]) return false;
    return writable === this.writable;
  }

  #isChanged(from: number): boolean {
    const { entries } = this;
    const [halves, given] = [this.#halves, this.#given];
    const { length } = entries;
    if (given !== null) {
      for (let i = from; i < length; i += 1) if (entries[i] !== given[i]) return true;
      return false;
    }
    for (let i = 2 * from; i < 2 * length; i += 1) if (halves[i] !== UNTOUCHED) return true;
    return false;
  }
}
