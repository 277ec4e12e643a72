/**
 * Broken: the lock-free stack without its count of changes. Where a page frame at the head was taken and put back meanwhile, the
 * compare-and-swap succeeds, and the head becomes a page frame that a caller owns, or loses one: the ABA problem.
 *
 *   npx frameproof check --concurrent --target examples/broken-lock-free.ts
 */

import type { CallerOptions } from 'frameproof/concurrent';
import type { MemoryMap } from 'frameproof/spec';
import { LockFree } from './lock-free.ts';

export { profile, sharedWords } from './lock-free.ts';

class WithoutCount extends LockFree {
  protected override changed(_: number, top: number): number {
    return top;
  }
}

export default function attach(_: MemoryMap, options: CallerOptions): LockFree {
  return new WithoutCount(options);
}
