/**
 * Digits: several choices from one number drawn wide. A command draws a few large numbers, which get a meaning only when it runs, by
 * taking remainders. So it stays meaningful when other commands are removed; and smaller numbers are simpler choices, because 0
 * always stands for the simplest one.
 */
export class Digits {
  #rest: number;

  constructor(drawn: number) {
    this.#rest = drawn;
  }

  /** Returns a choice in [0, base) and removes it from the number. */
  next(base: number): number {
    const digit = this.#rest % base;
    this.#rest = Math.floor(this.#rest / base);
    return digit;
  }

  /** Returns one of several values, of which the first is the simplest. */
  of<T>(values: readonly [T, ...(readonly T[])]): T {
    return values[this.next(values.length)] ?? values[0];
  }
}
