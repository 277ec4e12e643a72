/** A table from two numbers to one, all from 0 up; the value may be negative, but not -1, which stands for none. */
import { mixed } from './word-lists.ts';

const INITIAL_SLOTS = 1 << 8;
/** Words of a slot: both numbers, the first plus one so that 0 is an empty slot, and the value. */
const SLOT = 3;
const NONE = -1;

export class PairTable {
  #slots = new Int32Array(INITIAL_SLOTS * SLOT);
  #mask = INITIAL_SLOTS - 1;
  #count = 0;

  /** Returns the value for a pair, or -1. */
  get(a: number, b: number): number {
    const at = this.#place(a, b);
    return this.#slots[at] === 0 ? NONE : (this.#slots[at + 2] ?? NONE);
  }

  set(a: number, b: number, value: number): void {
    const at = this.#place(a, b);
    if (this.#slots[at] === 0) this.#count += 1;
    this.#slots.set([a + 1, b, value], at);
    if (2 * this.#count > this.#mask) this.#grow();
  }

  /** Returns where a pair is kept, or would be. */
  #place(a: number, b: number): number {
    let slot = mixed(mixed(0, a), b) & this.#mask;
    for (;;) {
      const at = slot * SLOT;
      const found = this.#slots[at] ?? 0;
      if (found === 0 || (found === a + 1 && this.#slots[at + 1] === b)) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = 2 * this.#mask + 1;
    this.#slots = new Int32Array((this.#mask + 1) * SLOT);
    for (let at = 0; at < old.length; at += SLOT) {
      const key = old[at] ?? 0;
      if (key !== 0) this.#slots.set(old.subarray(at, at + SLOT), this.#place(key - 1, old[at + 1] ?? 0));
    }
  }
}
