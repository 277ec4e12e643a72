/**
 * Words bit by bit: what statements are written in. Everything here is a loop over bits that anybody can check by reading.
 */

/** Some words of the buffer's held bits. The first has the index `at` in the buffer, and its lowest bit is the ordinal `origin`. */
export interface Words {
  readonly at: number;
  readonly origin: number;
  /** Whether the bit of an ordinal is 1. */
  bit(ordinal: number): boolean;
}

/** Whether bit i of a word is 1; i mod 32. */
export function bit(word: number, i: number): boolean {
  return ((word >>> i) & 1) === 1;
}

/** Whether bit i of low + 2^32 high is 1; i < 64. */
export function bitOfTwo(low: number, high: number, i: number): boolean {
  return bit(i < 32 ? low : high, i);
}

/** Whether all i < n satisfy the condition. */
export function all(n: number, condition: (i: number) => boolean): boolean {
  for (let i = 0; i < n; i += 1) if (!condition(i)) return false;
  return true;
}

/** Whether some i < n satisfies the condition. */
export function some(n: number, condition: (i: number) => boolean): boolean {
  for (let i = 0; i < n; i += 1) if (condition(i)) return true;
  return false;
}

/** Returns the least i < n that satisfies the condition; n where none does. */
export function least(n: number, condition: (i: number) => boolean): number {
  for (let i = 0; i < n; i += 1) if (condition(i)) return i;
  return n;
}

/** Returns the greatest i < n that satisfies the condition; 0 where none does. */
export function greatest(n: number, condition: (i: number) => boolean): number {
  for (let i = n - 1; i > 0; i -= 1) if (condition(i)) return i;
  return 0;
}

/** Returns how many i < n satisfy the condition. */
export function count(n: number, condition: (i: number) => boolean): number {
  let found = 0;
  for (let i = 0; i < n; i += 1) found = found + (condition(i) ? 1 : 0);
  return found;
}
