/**
 * Statements: what a function is claimed to return, for which arguments. A statement is code: the same text runs, when a
 * function is tried on arguments, and is translated, when it is proved for all of them.
 */

/** Some of the values of a parameter, treated together. */
export type Choice =
  | { readonly kind: 'constant'; readonly value: number | boolean }
  /** Every integer of [low, high]. */
  | { readonly kind: 'integers'; readonly low: number; readonly high: number }
  | { readonly kind: 'booleans' }
  /** The buffer: a window of so many words of held bits at any place, whatever they are. */
  | { readonly kind: 'window'; readonly words: number }
  /** The ordinals of the window, from the `low`-th to the `high`-th. */
  | { readonly kind: 'ordinals'; readonly low: number; readonly high: number }
  /** The indexes of the window's words, from the `low`-th to the `high`-th. */
  | { readonly kind: 'indexes'; readonly low: number; readonly high: number };

/** All values of a parameter. */
export type Domain = readonly Choice[];

/** Each integer of [low, high] in a proof of its own, or in a run where all parameters are such. */
export const each = (low: number, high: number): Domain =>
  Array.from({ length: high - low + 1 }, (_, k) => ({ kind: 'constant', value: low + k }));
/** Each integer of [low, high], in one proof. */
export const integers = (low: number, high: number): Domain => [{ kind: 'integers', low, high }];
/** Each word. */
export const WORD: Domain = integers(-(2 ** 31), 2 ** 31 - 1);
export const BOOLEAN: Domain = [{ kind: 'booleans' }];
export const window = (words: number): Domain => [{ kind: 'window', words }];
export const ordinals = (low: number, high: number): Domain => [{ kind: 'ordinals', low, high }];
export const indexes = (low: number, high: number): Domain => [{ kind: 'indexes', low, high }];

/** What an argument of a statement is: a number, a boolean, or the words of the buffer. */
// biome-ignore lint/suspicious/noExplicitAny: parameters of each statement are those of the function it speaks of.
type Arguments = any[];

export interface Statement {
  /** Of each parameter of the function, then of what else the statement speaks of: "for each ordinal n of the window". */
  readonly domain: readonly Domain[];
  /** Of which arguments the statement speaks; of all where it is left out. */
  readonly given?: (...args: Arguments) => boolean;
  /** What holds of the result, then the arguments. The result of a function without one are the words after it. */
  readonly holds: (result: never, ...args: Arguments) => boolean;
  /** Rounds that each loop is unrolled, 33 where it is left out; that it ends by then is part of what is proved. */
  readonly rounds?: number;
  /** What the proof does not cover, where it does not cover all arguments. */
  readonly within?: string;
}
