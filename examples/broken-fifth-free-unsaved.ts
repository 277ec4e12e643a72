/**
 * Broken in the same way, but without its state as words. The bug is found on a long walk, if at all, and the program is then
 * shrunk.
 *
 *   npx frameproof explore --target examples/broken-fifth-free-unsaved.ts --stack 2 --bitmap 2
 */
import ExtentList, { policies } from './works.ts';

export { policies };

const LOST = 5;

export default class BrokenFifthFree extends ExtentList {
  #frees = 0;

  override free(address: bigint): void {
    const before = this.extents;
    super.free(address);
    this.#frees += 1;
    if (this.#frees === LOST) this.extents = before;
  }
}
