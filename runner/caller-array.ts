/**
 * Caller arrays: the array argument of a batch call, with guard entries at its end. A write outside the entries that the call may
 * write is detected, whether the call succeeds, fails or panics.
 *
 *     allocPages(a, 3)   [ a[0] a[1] a[2] | guard guard ]     a success writes the first three, a failure none
 *     freePages(a, 3)    [ a[0] a[1] a[2] ]                   read only
 */
import type { Argument } from '../spec/index.ts';

/** Each half of an entry before the call. Together the halves are not an address of the higher half. */
const UNTOUCHED = 0x5555_5555;
/** Guard entries at the end. */
const GUARDS = 2;
/** A request up to this size gets an array for all of it even if it must be refused: a wrong manager may grant it. */
const WHOLE_ARRAY = 4096;
/** Entries for a larger request, which must be refused: enough to detect a write. */
const SHORT_ARRAY = 16;

/** Memory for arrays that a call writes. Kept from call to call, it saves an allocation a call. */
export class ArrayMemory {
  #entries: BigUint64Array;
  #halves: Uint32Array;

  constructor(entries: number) {
    this.#entries = new BigUint64Array(entries);
    this.#halves = new Uint32Array(this.#entries.buffer);
  }

  /** The same memory, two words an entry: to read an entry allocates a `bigint`, to read its halves does not. */
  get halves(): Uint32Array {
    return this.#halves;
  }

  /** Returns `length` entries with arbitrary contents. Invalidates the entries returned before. */
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
  /** Entries that the call writes if it succeeds; the ones that it says it wrote, once it has said so. */
  writable: number;
  /** Entries that there is room for. */
  readonly room: number;
  /** The memory of an array to write, at least as long as the array; empty for an array to read. */
  readonly #halves: Uint32Array;
  /** The contents of an array to read. */
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
    this.room = writable;
    this.#halves = halves;
    this.#given = given;
  }

  /**
   * Returns the array for a request of `count` page frames: for all of it if `free` page frames suffice, or for what is free if it can
   * be granted in part. If `memory` is given, the array lies there and serves one call.
   */
  static toWrite(
    count: Argument,
    free: number,
    {
      memory,
      isPartial = false,
    }: { readonly memory?: ArrayMemory | undefined; readonly isPartial?: boolean } = {},
  ): CallerArray {
    const most = Math.max(free, WHOLE_ARRAY);
    const isWhole = typeof count === 'bigint' && count >= 0n && (count <= most || isPartial);
    const writable = isWhole ? Math.min(Number(count), most) : SHORT_ARRAY;
    const length = writable + GUARDS;
    const under = memory ?? new ArrayMemory(length);
    const entries = under.take(length);
    return new CallerArray(entries, writable, under.halves, null);
  }

  /** Returns the array that passes addresses to a call. */
  static toRead(addresses: readonly bigint[]): CallerArray {
    return new CallerArray(new BigUint64Array(addresses.length), 0, NO_HALVES, addresses);
  }

  /** Restores the contents before a call. */
  reset(): void {
    this.writable = this.room;
    if (this.#isReady) return;
    this.#isReady = true;
    if (this.#given === null) this.#halves.fill(UNTOUCHED, 0, 2 * this.entries.length);
    else for (let i = 0; i < this.entries.length; i += 1) this.entries[i] = this.#given[i] ?? 0n;
  }

  /** Whether the call that has ended changed entries that it must leave alone. */
  isStray(hasSucceeded: boolean): boolean {
    const from = hasSucceeded ? this.writable : 0;
    const isStray = this.#isChanged(from);
    this.#isReady = from === 0 && !isStray;
    return isStray;
  }

  /** Returns a copy of the entries that a success wrote, made one by one: several times faster than with an iterator. */
  written(): readonly bigint[] {
    const copied: bigint[] = [];
    for (let i = 0; i < this.writable; i += 1) copied.push(this.entries[i] ?? 0n);
    return copied;
  }

  /** Whether another success wrote the same entries. */
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
