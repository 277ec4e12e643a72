/**
 * Results as numbers: the page frames that the allocating calls of a running program have handed out. Consecutive ones are a
 * base and a count; page frames of a batch lie in one array, one result after the other.
 */
/** Room for page frames of batches at first. */
const FEW_PAGES = 256;

export class LeanResults {
  /** The ordinals of the results that handed out page frames, in order. */
  readonly handedOut: number[] = [];
  /** The same in any order, but for those noted as freed. */
  readonly perhapsHeld: number[] = [];
  readonly #pages: number[] = [];
  /** The first page frame, or -1 less the place of the first in the array. */
  readonly #bases: number[] = [];
  #batches = new Float64Array(FEW_PAGES);
  #inBatches = 0;

  /** Number of allocating calls so far. */
  get length(): number {
    return this.#pages.length;
  }

  /** Returns how many page frames a result has; 0 where it handed out none. */
  pagesOf(result: number): number {
    return this.#pages[result] ?? 0;
  }

  /** Returns a page frame of a result, by its index there. */
  frameOf(result: number, page: number): number {
    const base = this.#bases[result] ?? 0;
    return base >= 0 ? base + page : (this.#batches[-1 - base + page] ?? 0);
  }

  /** Takes note that the result at a place of {@link perhapsHeld} is held no more. O(1). */
  noteFreed(place: number): void {
    const last = this.perhapsHeld.pop();
    if (last !== undefined && place < this.perhapsHeld.length) this.perhapsHeld[place] = last;
  }

  /** Adds a result of consecutive page frames; 0 of them where it handed out none. */
  add(base: number, pages: number): void {
    const at = this.#pages.length;
    this.#pages.push(pages);
    this.#bases.push(base);
    if (pages === 0) return;
    this.handedOut.push(at);
    this.perhapsHeld.push(at);
  }

  /** Adds a result of these page frames. */
  addBatch(frames: Float64Array, pages: number): void {
    const at = this.#inBatches;
    this.#inBatches = at + pages;
    if (this.#inBatches > this.#batches.length) {
      const wider = new Float64Array(2 * this.#inBatches);
      wider.set(this.#batches);
      this.#batches = wider;
    }
    for (let i = 0; i < pages; i += 1) this.#batches[at + i] = frames[i] ?? 0;
    this.add(-1 - at, pages);
  }
}
