/**
 * The physical memory manager: the interface that implementations offer and callers rely on.
 *
 * Addresses are higher-half addresses in bytes, as `bigint`: physical address + `config.higherHalf`. Counts are
 * page frames. Every argument called `count`, `maxAddr` or `alignment` may be any unsigned 64-bit integer; anything
 * else (negative, fractional, 2^64 and more) is a misuse. Nothing wraps.
 *
 * A call *fails* (returns its failure value, sets `errno` to `ENOMEM`, reports one warning, changes nothing) or is
 * *misused* (throws {@link PmmPanic}, changes nothing) or succeeds (leaves `errno` unchanged, reports nothing).
 *
 * Source: the API of PatchworkOS' `pmm.h`; the functions keep their names in camelCase, `pmm_init` is the factory.
 */

import type { Call } from './calls.ts';
import type { Config } from './config.ts';
import type { MemoryMap } from './memory-map.ts';
import type { Owner } from './owner.ts';

/** An error number by its name. A manager sets `ENOMEM`; a caller may have others. */
export type Errno = string;

/** The details of a panic: the call, and the page frame to blame with its owner, if there is one. */
export interface PanicDetails {
  readonly call: Call;
  /** The page frame that the call may not touch, or null where an argument is not a valid number or address. */
  readonly pfn: number | null;
  /** The owner of that page frame as the manager sees it, or null. */
  readonly owner: Owner | null;
}

/** Text, or what makes it when it is read for the first time. */
type Text = string | (() => string);

/** How much of a stack is captured; not a number where a judge performs calls, to which a panic is an answer. */
const STACKS: { readonly stackTraceLimit?: number | undefined } = Error;

/**
 * Misuse of the manager. Thrown before anything has changed.
 *
 * An `Error` that the constructor of `Error` has not made: that takes 1.2 µs, and judges ask for a panic every few operations.
 * Its message is made when it is read, and a stack is captured where `Error.stackTraceLimit` asks for one.
 */
class Panic implements PanicDetails {
  declare readonly name: 'PmmPanic';
  declare readonly stack?: string;
  readonly call: Call;
  readonly pfn: number | null;
  readonly owner: Owner | null;
  #message: Text;

  constructor(message: Text, { call, pfn, owner }: PanicDetails) {
    this.#message = message;
    this.call = call;
    this.pfn = pfn;
    this.owner = owner;
    if (STACKS.stackTraceLimit !== undefined) Error.captureStackTrace(this, PmmPanic);
  }

  get message(): string {
    if (!(#message in this)) return ''; // a copy, which test frameworks make field by field to print how it differs
    if (typeof this.#message !== 'string') this.#message = this.#message();
    return this.#message;
  }

  set message(text: string) {
    if (#message in this) this.#message = text;
  }
}
Object.setPrototypeOf(Panic.prototype, Error.prototype);
Object.defineProperty(Panic.prototype, 'name', { value: 'PmmPanic' });

/** Misuse of the manager: an error that names the call, the page frame and its owner. Thrown before anything has changed. */
export const PmmPanic: new (message: Text, details: PanicDetails) => PmmPanic = Panic;
export type PmmPanic = Panic & Error;

/** Whether `error` is a {@link PmmPanic}, of this copy of the package or of another one. */
export function isPmmPanic(error: unknown): error is PmmPanic {
  return error instanceof Error && error.name === 'PmmPanic' && 'call' in error && 'pfn' in error;
}

/**
 * What a factory throws on a memory map or configuration that its managers cannot manage. Such a world is left out: it is not judged.
 */
export class WorldRefused extends Error {
  override readonly name = 'WorldRefused';
}

/** Whether `error` is a {@link WorldRefused}, of this copy of the package or of another one. */
export function isWorldRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorldRefused';
}

/** Consecutive page frames in one condition, as a manager reports them. */
export interface InspectedRun {
  readonly base: number;
  readonly count: number;
  /** `free`: the manager owns them. `held`: allocated, or still to be handed over by boot code. */
  readonly condition: 'free' | 'held';
}

/** A physical memory manager. */
export interface Pmm {
  /**
   * The error number of the last failure, or null. A call that fails sets it to `ENOMEM`; every other call leaves it as it is,
   * whatever the caller has put there.
   */
  errno: Errno | null;

  /**
   * Allocates one page frame of the stack zone. Never falls back to the bitmap zone. The page is not zeroed.
   *
   * @returns its address, or null where the stack zone has no free page frame. O(1).
   */
  alloc(): bigint | null;

  /**
   * Allocates `count` distinct page frames of the stack zone, all or nothing, and writes their addresses to
   * `addresses[0 .. count)`. No other entry of `addresses` is written; none at all where the call fails.
   * `count` 0 succeeds.
   *
   * @returns whether it did: false where fewer than `count` page frames of the stack zone are free. O(count).
   * @throws PmmPanic where the request could be granted but `addresses` is shorter than `count`; a request that
   *   exceeds what is free fails whatever the length of `addresses`.
   */
  allocPages(addresses: BigUint64Array, count: number | bigint): boolean;

  /**
   * Allocates `count` contiguous page frames of the bitmap zone. The first address is a multiple of `alignment`
   * (bytes; rounded up to a multiple of 4096, at least 4096; need not be a power of two). The run ends at or below
   * `maxAddr` (a physical address in bytes, exclusive, rounded down to 4096).
   *
   * @returns the address of the first page frame, or null where no such run is free or `count` is 0.
   */
  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null;

  /**
   * Frees the page frame that holds `address`, which was allocated or is boot memory handed over. It returns to the
   * zone that its address lies in.
   *
   * @throws PmmPanic where its owner is neither `caller` nor `boot`, or `address` is below the higher half or beyond
   *   the last page frame.
   */
  free(address: bigint): void;

  /**
   * Frees the page frames of `addresses[0 .. count)`, all or nothing. Entries behind are not looked at. O(count).
   *
   * @throws PmmPanic where one of them may not be freed, one is named twice, or `addresses` is shorter than `count`.
   */
  freePages(addresses: BigUint64Array, count: number | bigint): void;

  /**
   * Frees `count` contiguous page frames from the one that holds `address`, all or nothing; the region may straddle the
   * two zones. `count` 0 does nothing.
   *
   * @throws PmmPanic where one of them may not be freed.
   */
  freeRegion(address: bigint, count: number | bigint): void;

  /**
   * Optional: adds a reference to an allocated page frame; it has one when it is allocated. Offered by managers whose profile claims it.
   *
   * @returns false where it has the most references that there can be; anything else where it succeeds.
   * @throws PmmPanic where the page frame is not a caller's.
   */
  retain?(address: bigint): unknown;

  /**
   * Optional: takes a reference from a page frame, which is freed with its last one. Boot memory has one. Offered by managers whose
   * profile claims it.
   *
   * @throws PmmPanic as `free` does.
   */
  release?(address: bigint): void;

  /**
   * Optional: allocates the `count` page frames from the one that holds `address` on, in either zone; this reserves a range too. Offered
   * by managers whose profile claims it.
   *
   * @returns the address of the first page frame, or null where not all of them are free or `count` is 0.
   * @throws PmmPanic where `address` is below the higher half or beyond the last page frame.
   */
  allocAt?(address: bigint, count: number | bigint): bigint | null;

  /**
   * Optional: allocates `count` contiguous page frames as `allocBitmap` does, which start at or above `minAddr` (a physical address in
   * bytes, rounded up to 4096) and cross no multiple of `boundary` (bytes, rounded down to a multiple of 4096; below that there is none).
   * Offered by managers whose profile claims it.
   *
   * @returns the address of the first page frame, or null where no such run is free or `count` is 0.
   */
  allocWithin?(
    count: number | bigint,
    minAddr: number | bigint,
    maxAddr: number | bigint,
    alignment: number | bigint,
    boundary: number | bigint,
  ): bigint | null;

  /**
   * Optional: adds the `count` page frames from the one that holds `address` on to memory. They are free then, each in its zone. `count` 0
   * does nothing. Offered by managers whose profile claims it.
   *
   * @throws PmmPanic where one of them is RAM already, or lies beyond the end of the memory map.
   */
  addRegion?(address: bigint, count: number | bigint): void;

  /**
   * Optional: takes the `count` page frames from the one that holds `address` on out of memory. `count` 0 does nothing. Offered by managers
   * whose profile claims it.
   *
   * @returns false where not all of them are free; anything else where it succeeds.
   * @throws PmmPanic where `address` is below the higher half or beyond the last page frame.
   */
  removeRegion?(address: bigint, count: number | bigint): unknown;

  /** Returns the number of RAM page frames; changes only where memory is added or removed. */
  totalAmount(): number;

  /** Returns the number of page frames that the manager owns. */
  freeAmount(): number;

  /** Returns `totalAmount() - freeAmount()`: the RAM page frames that are not available for allocation. */
  reservedAmount(): number;

  /**
   * Optional, for checking: returns the page frames that the manager has, free or held, as runs in ascending order.
   * Page frames that no run covers can never be allocated or freed. Sweeps compare them with
   * the specification page frame by page frame.
   */
  inspect?(): Iterable<InspectedRun>;

  /**
   * Optional, for exhaustive search: writes everything that a later answer can depend on to `into`, as 32-bit words, and
   * returns their number. Where `into` is too short, it may be filled with anything; the number needed is returned. Managers of
   * one memory map and configuration whose words are equal must answer all later calls alike. So hidden state (a hint, a cache,
   * a counter) belongs in the words; `errno` does not. The search is smaller if states that answer alike have equal words.
   */
  saveState?(into: Int32Array): number;
  /** Optional, with `saveState`: restores the state in which these words were written; `errno` stays as it is. */
  loadState?(saved: Int32Array): void;
  /** Optional: releases the manager's own resources after a program has ended. No call follows. */
  dispose?(): void;
}

/**
 * The contents of physical memory, simulated: 64-bit words at physical byte addresses that are multiples of 8. For
 * managers that keep their own data in free page frames. A word never written holds something, as in RAM.
 */
export interface PhysicalMemory {
  read(address: bigint): bigint;
  write(address: bigint, value: bigint): void;
}

/** The options that a manager is built with, next to the memory map. */
export interface PmmOptions {
  readonly config: Config;
  /** Receives the one-line warning of each failure: the call, what was asked for, and what is left. */
  readonly warn: (message: string) => void;
  readonly memory: PhysicalMemory;
  /**
   * Names page frames that the manager keeps for itself for ever, such as its own tables. They must be free RAM, named once, during
   * init, by a manager whose profile says `keeps: "named"`.
   */
  readonly keep?: (base: number, count: number) => void;
}

/** Builds a manager for the memory that `map` describes; this is `pmm_init`. Throws {@link WorldRefused} where it cannot. */
export type PmmFactory = (map: MemoryMap, options: PmmOptions) => Pmm;

/** A manager with the calls that its profile claims, and `errno` if its failures set that. */
export type SomePmm = Partial<Omit<Pmm, 'allocPages' | 'errno'>> & {
  errno?: Pmm['errno'] | undefined;
  /** As in `Pmm`; where the profile says `batches: "partial"`, it returns how many page frames it has allocated. */
  allocPages?(addresses: BigUint64Array, count: number | bigint): boolean | number;
};

/** Builds a manager that need not have every call. */
export type SomePmmFactory = (map: MemoryMap, options: PmmOptions) => SomePmm;
