/**
 * Sizes: how large the worlds and steps of a program may be. They grow over a run, so that a first verdict comes at once; a target
 * that is slow on large worlds is given smaller ones from then on.
 */

/**
 * The largest sizes of a program.
 * @public
 */
export interface Sizes {
  /** Page frames lie below 2 to the power of this. */
  readonly memoryBits: number;
  /** Calls of a burst at most; 1 for none. */
  readonly burst: number;
}

/** The sizes of the first batches of programs; all later ones have the last. */
export const GROWTH = [
  { memoryBits: 12, burst: 2 ** 6 },
  { memoryBits: 16, burst: 2 ** 8 },
  { memoryBits: 20, burst: 2 ** 10 },
  { memoryBits: 24, burst: 2 ** 12 },
  { memoryBits: 28, burst: 2 ** 13 },
  { memoryBits: 44, burst: 2 ** 14 + 1 },
] as const satisfies readonly [Sizes, ...Sizes[]];

/**
 * The sizes of a program of which nothing is known.
 * @public
 */
export const ANY_SIZE: Sizes = GROWTH[5];

/** Returns the sizes of a batch of programs. */
export function sizesOf(batch: number): Sizes {
  return GROWTH[Math.min(batch, GROWTH.length - 1)] ?? ANY_SIZE;
}
