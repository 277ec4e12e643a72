/**
 * Results: the page frames that the allocating calls of a running program have returned, to resolve references. The k-th allocating
 * call is result k, whether it succeeded or not. A reference to a failed call cannot be resolved.
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

/** The page frames of one result, by their addresses. */
interface Result {
  readonly pages: number;
  /** The number of page frames from the first on that are consecutive on every manager. */
  readonly run: number;
  /** The first of them, and the only one stored if all are consecutive. */
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

/** Returns the address of a page frame of a result. `page` is less than its number of page frames. */
function addressIn({ address, addresses }: Result, page: number): bigint {
  if (page === 0) return address;
  return addresses === null ? address + BigInt(page) * PAGE_BYTES : (addresses[page] ?? 0n);
}

/** Which of the allocating calls of a running program have handed out page frames, by their ordinals. */
export class ResultPlaces {
  /** The ordinals of the results that handed out page frames, in order. */
  readonly handedOut: number[] = [];
  /** The same in any order, without those noted as freed. */
  readonly perhapsHeld: number[] = [];

  /** Removes the result at a place of {@link perhapsHeld}, which has been freed. O(1). */
  noteFreed(place: number): void {
    const last = this.perhapsHeld.pop();
    if (last !== undefined && place < this.perhapsHeld.length) this.perhapsHeld[place] = last;
  }

  protected noteHandedOut(result: number): void {
    this.handedOut.push(result);
    this.perhapsHeld.push(result);
  }
}

export class Results extends ResultPlaces {
  readonly #results: (Result | null)[] = [];

  /** The number of allocating calls so far. */
  get length(): number {
    return this.#results.length;
  }

  /** Returns the number of page frames of a result; 0 if the call failed. */
  pagesOf(result: number): number {
    return this.#results[result]?.pages ?? 0;
  }

  /** Returns the number of page frames of a result, from the first on, that are sure to be consecutive. */
  runOf(result: number): number {
    return this.#results[result]?.run ?? 0;
  }

  /** Returns the address that a reference stands for, or null if its result has no such page frame. O(1). */
  addressOf(reference: Reference): bigint | null {
    if (!namesResult(reference)) return reference.absolute;
    const result = this.#results[reference.result];
    if (result == null || reference.page >= result.pages) return null;
    const start = addressIn(result, reference.page);
    return reference.offset === 0n ? start : start + reference.offset;
  }

  /** Returns the operation with its references resolved, or null if one cannot be. O(references). */
  resolve(operation: Operation<Reference>): Operation | null {
    const isBatch = 'addresses' in operation;
    return mapAddresses(operation, (reference) => {
      const address = this.addressOf(reference);
      // A batch is an array of 64-bit words.
      return address === null || !isBatch ? address : BigInt.asUintN(64, address);
    });
  }

  /** Returns the first reference of an operation that cannot be resolved, as programs write it. */
  dangling(operation: Operation<Reference>): string | null {
    const found = addressesOf(operation).find((reference) => this.addressOf(reference) === null);
    return found === undefined ? null : formatReference(found);
  }

  /** Records a response. */
  record(operation: Operation<Reference>, response: Response): void {
    if (!isAllocation(operation.call)) return;
    const result = resultOf(operation, response);
    if (result !== null && result.pages > 0) this.noteHandedOut(this.#results.length);
    this.#results.push(result);
  }
}
