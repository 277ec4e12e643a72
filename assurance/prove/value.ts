/** Values: the meanings of names while a function is translated. */
import type { NumberTerm } from './number.ts';
import type { FunctionSource } from './source.ts';
import type { Term } from './term.ts';

export interface BooleanTerm {
  readonly kind: 'boolean';
  readonly term: Term;
}

/** The words of an Int32Array from an index on; what lies around them is out of bounds. */
export interface WindowTerm {
  readonly kind: 'window';
  /** Index of the first word. */
  readonly at: NumberTerm;
  /** The ordinal of the first bit of the first word. */
  readonly origin: NumberTerm;
  /** The words at some time; null for the window to which functions write. */
  readonly cells: readonly Term[] | null;
}

interface Closure {
  readonly kind: 'closure';
  readonly function: FunctionSource;
  readonly locals: Locals;
}

export type Value = NumberTerm | BooleanTerm | WindowTerm | Closure | { readonly kind: 'nothing' };
export type Locals = ReadonlyMap<string, Value>;

export const NOTHING: Value = { kind: 'nothing' };

export function booleanOf(term: Term): BooleanTerm {
  return { kind: 'boolean', term };
}
