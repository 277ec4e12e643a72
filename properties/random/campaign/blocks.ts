/**
 * Blocks: the programs of a campaign in parts that can run separately. The programs of a block depend only on the campaign and the
 * block's index: each batch has a separate seed, derived from the campaign's.
 *
 *   programs   0          32         64         96
 *   batches    ├─ seed 0 ─┼─ seed 1 ─┼─ seed 2 ─┼ …
 *   blocks     ├────── 0 ────────────┼────── 1 …        whole batches, 1024 blocks at most
 *   shards         0 of 2                1 of 2
 */

/** Number of programs that share a seed. Between two batches a campaign checks the clock. */
export const BATCH = 32;

/** Most blocks of a campaign, so that the counts kept of each stay few. */
const MOST_BLOCKS = 1024;

/** Consecutive batches of a campaign. */
export interface Block {
  readonly index: number;
  readonly firstBatch: number;
  /** Number of programs: full batches, except for the last one of a campaign. */
  readonly programs: number;
}

/**
 * One of `of` disjoint parts of a campaign, which together are the whole.
 * @public
 */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

const WHOLE: Shard = { index: 0, of: 1 };

/** Mixes an index, so that blocks that recur at a regular distance do not all fall into one shard. */
function mixed(n: number): number {
  return Math.imul(n, 0x9e37_79b1) >>> 16;
}

/** Whether a block belongs to a shard. Of any `of` aligned consecutive blocks, each shard has one. */
function isOf(block: number, { index, of }: Shard): boolean {
  return (block + mixed(Math.floor(block / of))) % of === index;
}

/** Yields the blocks of a shard of a campaign of `programs` programs, which may be infinite, in order. */
export function* blocksOf(programs: number, shard: Shard = WHOLE): Generator<Block> {
  const batches = Number.isFinite(programs) ? Math.ceil(programs / BATCH / MOST_BLOCKS) : 1;
  const size = Math.max(1, batches) * BATCH;
  for (let index = 0; index * size < programs; index += 1)
    if (isOf(index, shard))
      yield {
        index,
        firstBatch: (index * size) / BATCH,
        programs: Math.min(size, programs - index * size),
      };
}
