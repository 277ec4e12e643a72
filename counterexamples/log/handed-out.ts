/**
 * Handed out: which result of a log a page frame came from last, so that an address can be turned into a reference.
 * Runs of page frames in a sorted map; a run handed out again takes the place of what it covers. O(log runs).
 */
import BTreeModule from 'sorted-btree';

// The package is CommonJS: its class sits on `default` of the module object that Node hands over.
const BTree = BTreeModule.default;

/** Page frames [its key, end) that are page `page` and following of a result. */
interface Origin {
  readonly end: number;
  readonly result: number;
  readonly page: number;
}

/** A page frame of a result. */
export interface ResultPage {
  readonly result: number;
  readonly page: number;
}

export class HandedOut {
  readonly #runs = new BTree<number, Origin>(undefined, (a, b) => a - b);

  /** Takes note that `count` page frames from `base` on are those of a result from `page` on. */
  note(base: number, count: number, { result, page }: ResultPage): void {
    if (count <= 0) return;
    this.#cut(base);
    this.#cut(base + count);
    for (const [start] of [...this.#runs.getRange(base, base + count)]) this.#runs.delete(start);
    this.#runs.set(base, { end: base + count, result, page });
  }

  /** Returns where a page frame came from, or null where it was never handed out. */
  originOf(frame: number): ResultPage | null {
    const found = this.#runs.getPairOrNextLower(frame);
    if (found === undefined || found[1].end <= frame) return null;
    const [start, { result, page }] = found;
    return { result, page: page + frame - start };
  }

  /** Divides the run that reaches across a page frame in two. */
  #cut(frame: number): void {
    const found = this.#runs.getPairOrNextLower(frame);
    if (found === undefined || found[0] >= frame || found[1].end <= frame) return;
    const [start, { end, result, page }] = found;
    this.#runs.set(start, { end: frame, result, page });
    this.#runs.set(frame, { end, result, page: page + frame - start });
  }
}
