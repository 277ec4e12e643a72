/**
 * Handed out: which result of a log a page frame came from last, so that an address can be turned into a reference. A run of
 * page frames is kept as aligned blocks of 2^k page frames, in one map for each k. Nothing is removed: of the blocks that a
 * page frame lies in, at most one for each k, the latest one counts. O(log page frames) a note and a query.
 *
 *     [3, 10) = [3, 4) + [4, 8) + [8, 10)     blocks 3 of size 1, 1 of size 4, 4 of size 2
 */

/** A page frame of a result. */
export interface ResultPage {
  readonly result: number;
  readonly page: number;
}

/** A run that was handed out: `base` is page `page` of a result. */
interface Run extends ResultPage {
  readonly base: number;
  /** Counts the notes: a later one takes the place of an earlier one. */
  readonly note: number;
}

/** Returns the binary logarithm of the largest aligned block that begins at `base` and has no more than `pages` page frames. */
function orderAt(base: number, pages: number): number {
  let order = 0;
  while (2 ** (order + 1) <= pages && base % 2 ** (order + 1) === 0) order += 1;
  return order;
}

export class HandedOut {
  /** By order, the runs that blocks belong to, by the number of the block. */
  readonly #blocks: Map<number, Run>[] = [];
  #notes = 0;

  /** Returns one that knows as much, and notes for itself from now on. */
  copy(): HandedOut {
    const copied = new HandedOut();
    copied.#blocks.push(...this.#blocks.map((blocks) => new Map(blocks)));
    copied.#notes = this.#notes;
    return copied;
  }

  /** Notes that `count` page frames from `base` on are the pages of a result from `page` on. */
  note(base: number, count: number, { result, page }: ResultPage): void {
    this.#notes += 1;
    const run: Run = { base, result, page, note: this.#notes };
    let from = base;
    while (from < base + count) {
      const order = orderAt(from, base + count - from);
      while (this.#blocks.length <= order) this.#blocks.push(new Map());
      this.#blocks[order]?.set(from / 2 ** order, run);
      from += 2 ** order;
    }
  }

  /** Returns where a page frame came from, or null where it was never handed out. */
  originOf(frame: number): ResultPage | null {
    let last: Run | null = null;
    for (const [order, blocks] of this.#blocks.entries()) {
      const run = blocks.get(Math.floor(frame / 2 ** order));
      if (run !== undefined && run.note > (last?.note ?? 0)) last = run;
    }
    return last === null ? null : { result: last.result, page: last.page + frame - last.base };
  }
}
