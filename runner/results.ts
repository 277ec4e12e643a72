/**
 * Results: what the allocating calls of a running program have returned, so that references can be resolved. The k-th
 * allocating call is result k, whether it succeeded or not; a reference to one that handed out nothing resolves to
 * nothing.
 */
import {
  addressesOf,
  describedCall,
  formatReference,
  isAllocation,
  isU64,
  mapAddresses,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Reference,
  type Response,
} from '../spec/index.ts';

/** The page frames of one result, as the addresses that were returned for them. */
interface Result {
  readonly pages: number;
  /** How many of them follow one another from the first on, whichever manager handed them out. */
  readonly run: number;
  /** The first of them; the only one that is told where they all follow one another. */
  readonly address: bigint;
  /** All of them, or null. */
  readonly addresses: readonly bigint[] | null;
}

function resultOf(operation: Operation<Reference>, { outcome }: Response): Result | null {
  if (outcome.kind === 'addresses') {
    const { addresses } = outcome;
    const pages = addresses.length;
    return { pages, run: Math.min(1, pages), address: addresses[0] ?? 0n, addresses };
  }
  if (outcome.kind !== 'address') return null;
  const pages =
    describedCall(operation.call).effect === 'run' && 'count' in operation && isU64(operation.count)
      ? Number(operation.count)
      : 1;
  return { pages, run: pages, address: outcome.address, addresses: null };
}

/** Returns the address of a page frame of a result, which has so many. */
function addressIn({ address, addresses }: Result, page: number): bigint {
  if (page === 0) return address;
  return addresses === null ? address + BigInt(page) * PAGE_BYTES : (addresses[page] ?? 0n);
}

export class Results {
  readonly #results: (Result | null)[] = [];
  readonly #handedOut: number[] = [];
  readonly #perhapsHeld: number[] = [];

  /** Number of allocating calls so far. */
  get length(): number {
    return this.#results.length;
  }

  /** The ordinals of the results that handed out page frames, in order. */
  get handedOut(): readonly number[] {
    return this.#handedOut;
  }

  /** The same in any order, but for those noted as freed. */
  get perhapsHeld(): readonly number[] {
    return this.#perhapsHeld;
  }

  /** Takes note that the result at a place of {@link perhapsHeld} is held no more. O(1). */
  noteFreed(place: number): void {
    const last = this.#perhapsHeld.pop();
    if (last !== undefined && place < this.#perhapsHeld.length) this.#perhapsHeld[place] = last;
  }

  /** Returns how many page frames a result has; 0 where it handed out none. */
  pagesOf(result: number): number {
    return this.#results[result]?.pages ?? 0;
  }

  /** Returns how many of the page frames of a result are sure to follow one another from the first on. */
  runOf(result: number): number {
    return this.#results[result]?.run ?? 0;
  }

  /** Returns the address that a reference stands for, or null where its result has no such page frame. O(1). */
  addressOf(reference: Reference): bigint | null {
    if (!namesResult(reference)) return reference.absolute;
    const result = this.#results[reference.result];
    if (result == null || reference.page >= result.pages) return null;
    const start = addressIn(result, reference.page);
    return reference.offset === 0n ? start : start + reference.offset;
  }

  /** Returns the operation with its references resolved, or null where one cannot be. O(references). */
  resolve(operation: Operation<Reference>): Operation | null {
    const isBatch = 'addresses' in operation;
    return mapAddresses(operation, (reference) => {
      const address = this.addressOf(reference);
      // A batch is an array of 64-bit words: that is all its entries can say.
      return address === null || !isBatch ? address : BigInt.asUintN(64, address);
    });
  }

  /** Returns the first reference of an operation that cannot be resolved, in the form that programs use. */
  dangling(operation: Operation<Reference>): string | null {
    const found = addressesOf(operation).find((reference) => this.addressOf(reference) === null);
    return found === undefined ? null : formatReference(found);
  }

  /** Takes note of a response. */
  record(operation: Operation<Reference>, response: Response): void {
    if (!isAllocation(operation.call)) return;
    const result = resultOf(operation, response);
    if (result !== null && result.pages > 0) {
      this.#handedOut.push(this.#results.length);
      this.#perhapsHeld.push(this.#results.length);
    }
    this.#results.push(result);
  }
}
