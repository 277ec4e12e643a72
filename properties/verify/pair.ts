/**
 * Pairs: two managers as one, which does what the first does as long as the second does the same, and throws where it does
 * not. So a difference that breaks no clause is found and shrunk by what finds and shrinks broken clauses.
 */

import type { LocalTarget } from '../../runner/index.ts';
import { SimulatedMemory } from '../../runner/index.ts';
import { isPmmPanic, type Pmm } from '../../spec/index.ts';
import { isSaved, type SavedPmm } from '../explore/manager-driver.ts';

/** Thrown by a pair: the two managers did not do the same. */
class DifferenceError extends Error {
  override readonly name = 'DifferenceError';
}

/** What a call returned, or threw. */
interface Came {
  readonly value?: unknown;
  readonly error?: unknown;
}

function came(call: () => unknown): Came {
  try {
    return { value: call() };
  } catch (error) {
    return { error };
  }
}

/** Returns what can be compared of how a call ended. */
function essence({ value, error }: Came): string {
  if (error === undefined) return `returned ${String(value)}`;
  return isPmmPanic(error) ? `panicked in ${error.call} at ${error.pfn} of ${error.owner}` : 'threw';
}

/** Saves two managers one after the other, behind the number of words of the first. */
function saveBoth(first: SavedPmm, second: SavedPmm, into: Int32Array): number {
  const words = first.saveState(into.subarray(1));
  if (into.length > 0) into[0] = words;
  return 1 + words + second.saveState(into.subarray(1 + words));
}

function loadBoth(first: SavedPmm, second: SavedPmm, saved: Int32Array): void {
  const [words = 0] = saved;
  first.loadState(saved.subarray(1, 1 + words));
  second.loadState(saved.subarray(1 + words));
}

class Pair implements Pmm {
  readonly #first: Pmm;
  readonly #second: Pmm;

  /** Offered where both managers offer it. */
  readonly saveState?: (into: Int32Array) => number;
  readonly loadState?: (saved: Int32Array) => void;

  constructor(first: Pmm, second: Pmm) {
    this.#first = first;
    this.#second = second;
    if (!isSaved(first) || !isSaved(second)) return;
    this.saveState = (into) => saveBoth(first, second, into);
    this.loadState = (saved) => loadBoth(first, second, saved);
  }

  get errno(): Pmm['errno'] {
    return this.#same(
      () => this.#first.errno,
      () => this.#second.errno,
    );
  }

  set errno(value: Pmm['errno']) {
    this.#first.errno = value;
    this.#second.errno = value;
  }

  alloc(): bigint | null {
    return this.#both((pmm) => pmm.alloc());
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const others = addresses.slice();
    const granted = this.#same(
      () => this.#first.allocPages(addresses, count),
      () => this.#second.allocPages(others, count),
    );
    if (addresses.some((address, i) => address !== others[i]))
      throw new DifferenceError('allocPages: other addresses');
    return granted;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    return this.#both((pmm) => pmm.allocBitmap(count, maxAddr, alignment));
  }

  free(address: bigint): void {
    this.#both((pmm) => pmm.free(address));
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    const others = addresses.slice();
    this.#same(
      () => this.#first.freePages(addresses, count),
      () => this.#second.freePages(others, count),
    );
  }

  freeRegion(address: bigint, count: number | bigint): void {
    this.#both((pmm) => pmm.freeRegion(address, count));
  }

  totalAmount(): number {
    return this.#both((pmm) => pmm.totalAmount());
  }

  freeAmount(): number {
    return this.#both((pmm) => pmm.freeAmount());
  }

  reservedAmount(): number {
    return this.#both((pmm) => pmm.reservedAmount());
  }

  dispose(): void {
    this.#first.dispose?.();
    this.#second.dispose?.();
  }

  #both<T>(call: (pmm: Pmm) => T): T {
    return this.#same(
      () => call(this.#first),
      () => call(this.#second),
    );
  }

  #same<T>(first: () => T, second: () => T): T {
    let value: { readonly of: T } | undefined;
    const [one, other] = [
      came(() => {
        value = { of: first() };
        return value.of;
      }),
      came(second),
    ];
    if (essence(one) !== essence(other))
      throw new DifferenceError(`one ${essence(one)}, the other ${essence(other)}`);
    if (value === undefined) throw one.error;
    return value.of;
  }
}

/** Returns the pair of two targets. What the second reports and writes is not looked at. */
export function pairOf(candidate: LocalTarget, baseline: LocalTarget): LocalTarget {
  return {
    name: `${candidate.name} beside ${baseline.name}`,
    policies: candidate.policies,
    create: (map, options) =>
      new Pair(
        candidate.create(map, options),
        baseline.create(map, { ...options, warn: () => {}, memory: new SimulatedMemory() }),
      ),
  };
}
