/**
 * Broken: a batch does not take the lock, because it "only reads the stack once". Concurrent callers reveal it.
 *
 *   npx frameproof check --concurrent --target examples/broken-lock.ts
 */

import type { CallerOptions } from 'frameproof/concurrent';
import { type SharedParts, SharedPmm, sharedParts } from 'frameproof/impl';
import type { MemoryMap } from 'frameproof/spec';

class BrokenLock extends SharedPmm {
  readonly #parts: SharedParts;

  constructor(parts: SharedParts) {
    super(parts);
    this.#parts = parts;
  }

  override allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const { inside, takeWarnings, warn } = this.#parts;
    const granted = inside.allocPages(addresses, count); // without the lock
    for (const message of takeWarnings()) warn(message);
    return granted;
  }
}

/** The promises of our implementation hold under the lock. */
export const policies = ['lifo', 'first-fit'];

/** Attaches one caller. */
export default function attach(map: MemoryMap, { shared, waiting, ...options }: CallerOptions): SharedPmm {
  return new BrokenLock(sharedParts(map, options, shared, waiting));
}
