/**
 * Assertions: what this implementation relies on, checked as it runs:
 *
 *     if (!(count > 0)) throw broken('held bits: what is marked has ordinals', 'count', count);
 *
 * One that fails is a defect of ours, whatever the caller did: misuse by a caller is a `PmmPanic` (see `misuse.ts`). The state
 * may be half changed by then, so nobody catches one to go on.
 *
 * The condition stands in the code itself and not in a function: a check then costs one comparison, and no call. Even so each
 * makes its function larger, and the engine inlines only up to a size. Some checks are therefore in a separate function that the
 * hot path seldom reaches: a search for what does not fit takes 8.5 ns where all of it is inlined, and 11 ns where not.
 */

/** A defect of this implementation, found by its assertions. */
export class BrokenAssertion extends Error {
  override readonly name = 'BrokenAssertion';

  constructor(claim: string) {
    super(`${claim}; a defect of the allocator itself: please report it with the calls that led here`);
  }
}

/** Returns the error for a claim that does not hold for a page frame, an ordinal or an index: `unit` says which. */
export function broken(claim: string, unit: string, at: number): BrokenAssertion {
  return new BrokenAssertion(`${claim}: not so for ${unit} ${at}`);
}
