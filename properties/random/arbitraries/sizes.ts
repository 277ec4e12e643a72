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
  /** Counts at most that a sweep tries: a burst of runs, each of another count and freed at once. */
  readonly sweep: number;
  /** Programs in 128 that have the longest bursts. */
  readonly deep: number;
  /** The count with which a program begins that tries batches of each count. Default: programs of any kind. */
  readonly batchesFrom?: number;
}

/** The sizes of the first batches of programs; later ones have the last, until they go deeper. */
export const GROWTH = [
  { memoryBits: 12, burst: 2 ** 6, sweep: 2 ** 6, deep: 1 },
  { memoryBits: 16, burst: 2 ** 8, sweep: 2 ** 8, deep: 1 },
  { memoryBits: 20, burst: 2 ** 10, sweep: 2 ** 10, deep: 1 },
  { memoryBits: 24, burst: 2 ** 12, sweep: 2 ** 12, deep: 1 },
  { memoryBits: 28, burst: 2 ** 13, sweep: 2 ** 12, deep: 1 },
  { memoryBits: 44, burst: 2 ** 14 + 1, sweep: 2 ** 12, deep: 1 },
] as const satisfies readonly [Sizes, ...Sizes[]];

/**
 * The sizes of a program of which nothing is known.
 * @public
 */
export const ANY_SIZE: Sizes = GROWTH[5];

/** The largest batch that is tried. */
export const LARGEST_BATCH = 2 ** 16;
/** Page frames that a program which tries batches is handed out, each batch freed at once. */
export const PAGES_OF_BATCHES = 2 ** 20;
/** The first programs of a batch are of this kind: about a quarter of the time goes into them. */
const SWEEPS = 3;
/** This many of them try every count once. */
const ROUND = LARGEST_BATCH ** 2 / (2 * PAGES_OF_BATCHES);

/** By this batch, 2,048 programs, most of what short programs show has been found; a longer run spends half of its time on deep ones. */
const DEEP_FROM = 64;
const DEEP: Sizes = { ...ANY_SIZE, sweep: LARGEST_BATCH + 1, deep: 8 };

/** Returns the sizes of a batch of programs, for a target that can take those up to a place of {@link GROWTH}. */
export function sizesOf(batch: number, most: number = GROWTH.length - 1): Sizes {
  const level = Math.min(batch, most);
  if (level < GROWTH.length - 1) return GROWTH[level] ?? ANY_SIZE;
  return isDeep(batch, most) ? DEEP : ANY_SIZE;
}

function isDeep(batch: number, most: number): boolean {
  return batch >= DEEP_FROM && most >= GROWTH.length - 1;
}

/**
 * Returns the sizes of the first programs of a batch, which try batches of each count: of a long run, each such program goes on where the one
 * before it has ended. The counts up to n take n² / 2 page frames.
 *
 *   programs    0        1        2     …
 *   counts      1 … 1448 ├─ 2048 ─┼─ 2508 ─┼ …  65536, and again from 1
 */
export function batchesOf(batch: number, most: number = GROWTH.length - 1): readonly Sizes[] {
  if (!isDeep(batch, most)) return [];
  return Array.from({ length: SWEEPS }, (_, k) => {
    const before = (SWEEPS * (batch - DEEP_FROM) + k) % ROUND;
    return { ...DEEP, batchesFrom: 1 + Math.floor(Math.sqrt(2 * before * PAGES_OF_BATCHES)) };
  });
}
