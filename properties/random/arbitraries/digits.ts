/**
 * Digits: choices out of one number drawn wide. A command draws a few large numbers and gives them a meaning only when it
 * runs, by taking remainders; so it stays meaningful when its neighbours are removed, and smaller numbers are simpler
 * choices, because 0 always stands for the plainest one.
 */
export class Digits {
  #rest: number;

  constructor(drawn: number) {
    this.#rest = drawn;
  }

  /** Returns a choice in [0, base) and drops it from the number. */
  next(base: number): number {
    const digit = this.#rest % base;
    this.#rest = (this.#rest - digit) / base;
    return digit;
  }

  /** Returns one of several values; the first is the plainest. */
  of<T>(values: readonly [T, ...(readonly T[])]): T {
    return values[this.next(values.length)] ?? values[0];
  }
}
