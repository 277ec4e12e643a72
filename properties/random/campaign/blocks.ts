/**
 * Blocks: the programs of a campaign in stretches that can be run apart. What a block runs depends on the campaign and on
 * the place of the block alone: each batch of programs in it has a seed of its own, derived from the campaign's.
 *
 *   programs   0          32         64         96
 *   batches    ├─ seed 0 ─┼─ seed 1 ─┼─ seed 2 ─┼ …
 *   blocks     ├────── 0 ────────────┼────── 1 …        whole batches, 1024 blocks at most
 *   shards         0 of 2                1 of 2
 */

/** Programs that share a seed; between two batches a campaign looks at the clock. */
export const BATCH = 32;

/** Blocks of a campaign at most: what is kept of each stays small beside what it takes to run it. */
const MOST_BLOCKS = 1024;

/** Consecutive batches of a campaign. */
export interface Block {
  readonly index: number;
  readonly firstBatch: number;
  /** All of its batches are full, but for the last one of a campaign. */
  readonly programs: number;
}

/** One of several parts of a campaign, which together are the whole and have nothing in common. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

const WHOLE: Shard = { index: 0, of: 1 };

/** Mixes an index, so that what recurs at regular distances does not always meet the same shard. */
function mixed(n: number): number {
  return Math.imul(n, 0x9e37_79b1) >>> 16;
}

/** Whether a block is of a shard. Of as many blocks in a row as there are shards, each shard has one. */
function isOf(block: number, { index, of }: Shard): boolean {
  return (block + mixed(Math.floor(block / of))) % of === index;
}

/** Returns the blocks of a campaign of so many programs, or without end, that are of a shard; in order. */
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
