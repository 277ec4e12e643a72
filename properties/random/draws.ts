/** Draws: a small seeded generator of numbers, for workloads that must be the same each time, not for statistics; and numbers from digits. */
import type { Passed } from '../../runner/lean/index.ts';
import { U64_MAX } from '../../spec/index.ts';

/**
 * A source of drawn numbers.
 * @internal
 */
export interface Draws {
  /** Returns an integer in [0, limit); 0 where limit is 0. */
  below(limit: number): number;
  /** Returns one of the choices. */
  of<A>(choices: readonly A[]): A;
}

/** The generator "mulberry32", whose whole state is one word: it goes up by this for each word, so the period is 2^32. */
export const STEP = 0x6d2b_79f5;

/** Returns the word, signed, of a state of the generator. */
export function wordOf(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return mixed ^ (mixed >>> 14);
}

/**
 * Returns the draws of a seed.
 * @internal
 */
export function drawsFrom(seed: number): Draws {
  let state = seed | 0;
  const next = (): number => {
    state = (state + STEP) | 0;
    return wordOf(state) >>> 0;
  };
  const below = (limit: number): number => (limit === 0 ? 0 : next() % limit);
  return {
    below,
    of: (choices) => {
      const chosen = choices[below(choices.length)];
      if (chosen === undefined) throw new RangeError('expected at least one choice, found none');
      return chosen;
    },
  };
}

/**
 * Digits: several choices from one number drawn wide. A command draws a few large numbers, which get a meaning only when it runs, by
 * taking remainders. So it stays meaningful when other commands are removed; and smaller numbers are simpler choices, because 0
 * always stands for the simplest one. The number is below 2^31.
 */
export class Digits {
  #rest: number;

  constructor(drawn: number) {
    this.#rest = drawn;
  }

  /** Returns a choice in [0, base) and removes it from the number. */
  next(base: number): number {
    const rest = this.#rest;
    if (rest < base) {
      this.#rest = 0;
      return rest;
    }
    const quotient = (rest / base) | 0; // an integer for the engine too, or each would be an object
    this.#rest = quotient;
    return rest - quotient * base;
  }

  /**
   * Returns a number of any magnitude from 1 to about 2^`bits`, and uses up what is left: each doubling is as likely as the next, and
   * half of the numbers are powers of two or their neighbours. With a fraction of a bit, the last doubling is cut off.
   */
  magnitude(bits: number): number {
    const power = 2 ** this.next(Math.floor(bits) + 1);
    const isNeat = this.next(2) === 0;
    if (isNeat) return Math.max(0, power + this.of([0, 1, -1]));
    return power + Math.floor((this.next(2 ** 21) * 0x9e3779b1) % power);
  }

  /** Returns one of several values, of which the first is the simplest. */
  of<T>(values: readonly [T, ...(readonly T[])]): T {
    return values[this.next(values.length)] ?? values[0];
  }
}

/** Returns the number of bits of a count, of which 0 counts as 1. */
export function bitsOf(count: number): number {
  return Math.floor(Math.log2(Math.max(1, count)));
}

/** What is not an unsigned 64-bit integer. */
export const BAD_ARGUMENTS = [-1, U64_MAX + 1n, 1.5] as const satisfies readonly Passed[];

/** Returns a power of two of at most 64 bits, or a neighbour. */
export function powerOfTwo(digits: Digits): Passed {
  const power = 1n << BigInt(digits.next(65));
  const value = power + (power > U64_MAX ? 0n : digits.of([0n, -1n, 1n]));
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

const EXTREMES: readonly [Passed, ...Passed[]] = [0, 1, U64_MAX, 1n << 63n, 2 ** 52, ...BAD_ARGUMENTS];

/** Returns an argument that hardly any call can grant. */
export function extreme(digits: Digits): Passed {
  return digits.next(2) === 0 ? digits.of(EXTREMES) : powerOfTwo(digits);
}
