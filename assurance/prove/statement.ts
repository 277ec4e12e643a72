/**
 * Statements: the claims on what a function returns, and for which arguments. A statement is code: the same text is run to try a function
 * on arguments, and translated to prove it for all of them.
 */

/** Some of the values of a parameter, treated together. */
export type Choice =
  | { readonly kind: 'constant'; readonly value: number | boolean }
  /** Every integer of [low, high]. */
  | { readonly kind: 'integers'; readonly low: number; readonly high: number }
  | { readonly kind: 'booleans' }
  /** The buffer: a window of `words` arbitrary words of held bits, at any place. */
  | { readonly kind: 'window'; readonly words: number }
  /** The ordinals of the window, from the `low`-th to the `high`-th. */
  | { readonly kind: 'ordinals'; readonly low: number; readonly high: number }
  /** The indexes of the window's words, from the `low`-th to the `high`-th. */
  | { readonly kind: 'indexes'; readonly low: number; readonly high: number };

/** All values of a parameter. */
export type Domain = readonly Choice[];

/** Each integer of [low, high] in a separate proof, or in a separate run if all parameters are listed so. */
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

/** The arguments of a statement: numbers, booleans, or the words of the buffer. */
// biome-ignore lint/suspicious/noExplicitAny: each statement has the parameters of its function.
type Arguments = any[];

export interface Statement {
  /** The domain of each parameter of the function, then of further variables of the statement: "for each ordinal n of the window". */
  readonly domain: readonly Domain[];
  /** The arguments to which the statement applies. Default: all. */
  readonly given?: (...args: Arguments) => boolean;
  /** The claim on the result, followed by the arguments. The result of a function that returns nothing is the words after it. */
  readonly holds: (result: never, ...args: Arguments) => boolean;
  /** Rounds to which each loop is unrolled. The proof includes that it ends by then. Default: 33. */
  readonly rounds?: number;
  /** The limit of the proof, if it does not cover all arguments. */
  readonly within?: string;
}
