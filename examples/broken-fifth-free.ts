/**
 * Broken: the fifth free does nothing, like a counter of a few bits that wraps. The model has no such state. The counter is one of
 * the words of the manager, so a search of its states finds a shortest program.
 *
 *   npx frameproof explore --target examples/broken-fifth-free.ts --stack 2 --bitmap 2
 */
import SavedExtentList, { policies } from './works-saved.ts';

export { policies };

const LOST = 5;

export default class BrokenFifthFree extends SavedExtentList {
  #frees = 0;

  override free(address: bigint): void {
    const before = this.extents;
    super.free(address);
    this.#frees = Math.min(this.#frees + 1, LOST + 1);
    if (this.#frees === LOST) this.extents = before;
  }

  override saveState(into: Int32Array): number {
    const words = super.saveState(into.subarray(1));
    into[0] = this.#frees;
    return 1 + words;
  }

  override loadState(saved: Int32Array): void {
    this.#frees = saved[0] ?? 0;
    super.loadState(saved.subarray(1));
  }
}
