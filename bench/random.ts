/** Random numbers: xorshift32, the same sequence as in `page_stack_bench.c`. */

/** A source of unsigned 32-bit numbers. */
export class Random {
  #state = 1;

  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }
}
