/** Paths: the ways through the text of a function, and how two of them are joined where they meet. */
import type { Numbers } from './number.ts';
import type { SourceFile } from './source.ts';
import type { Term, Terms } from './term.ts';
import { booleanOf, type Locals, type Value } from './value.ts';

/** One way through a function up to some place: it is taken exactly if the guard holds. */
export interface Path {
  readonly guard: Term;
  readonly locals: Locals;
  readonly cells: readonly Term[];
}

/** The end of a function: the value that it returns, and the window's words. */
export interface Exit {
  readonly value: Value;
  readonly cells: readonly Term[];
}

/** The outcome of some statements: the path on which they continue, if they do, and the function's end, given the end of the rest. */
export interface Outcome {
  readonly path: Path | null;
  readonly exit: (rest: Exit) => Exit;
}

export const goesOn = (path: Path): Outcome => ({ path, exit: (rest) => rest });

/** Returns a path without the locals declared since an earlier one. */
export function withoutLater(path: Path | null, before: Path): Path | null {
  if (path === null || path.locals.size === before.locals.size) return path;
  return { ...path, locals: new Map([...path.locals].filter(([name]) => before.locals.has(name))) };
}

/** The present path in an expression, which may change it. */
export class Walk {
  path: Path;

  constructor(path: Path) {
    this.path = path;
  }

  set(name: string, value: Value): void {
    this.path = { ...this.path, locals: new Map(this.path.locals).set(name, value) };
  }

  setCells(cells: readonly Term[]): void {
    this.path = { ...this.path, cells };
  }
}

/** Joins the outcomes of two paths. */
export class Choices {
  readonly #terms: Terms;
  readonly #numbers: Numbers;

  constructor(terms: Terms, numbers: Numbers) {
    this.#terms = terms;
    this.#numbers = numbers;
  }

  /** Returns one value if a condition holds, else the other; null if they are of two kinds. */
  value(condition: Term, a: Value, b: Value): Value | null {
    if (a === b) return a;
    if (a.kind === 'number' && b.kind === 'number') return this.#numbers.ite(condition, a, b);
    if (a.kind === 'boolean' && b.kind === 'boolean')
      return booleanOf(this.#terms.ite(condition, a.term, b.term));
    return a.kind === 'nothing' && b.kind === 'nothing' ? a : null;
  }

  /** Returns one outcome if a condition holds, else the other. */
  outcome(file: SourceFile, condition: Term, a: Outcome, b: Outcome): Outcome {
    return {
      path: this.#path(condition, a.path, b.path),
      exit: (rest) => this.#exit(file, condition, a.exit(rest), b.exit(rest)),
    };
  }

  #path(condition: Term, a: Path | null, b: Path | null): Path | null {
    if (a === null || b === null) return a ?? b;
    const locals = new Map<string, Value>();
    for (const [name, value] of a.locals) {
      const other = b.locals.get(name);
      const joined = other === undefined ? null : this.value(condition, value, other);
      if (joined !== null) locals.set(name, joined);
    }
    return {
      guard: this.#terms.or(a.guard, b.guard),
      locals,
      cells: this.#cells(condition, a.cells, b.cells),
    };
  }

  #exit(file: SourceFile, condition: Term, a: Exit, b: Exit): Exit {
    if (a === b || condition === this.#terms.true) return a;
    if (condition === this.#terms.false) return b;
    const value = this.value(condition, a.value, b.value);
    if (value === null)
      throw new TypeError(`${file.name}: expected values of one kind from all ends of a function`);
    return { value, cells: this.#cells(condition, a.cells, b.cells) };
  }

  #cells(condition: Term, a: readonly Term[], b: readonly Term[]): readonly Term[] {
    return a === b ? a : a.map((cell, k) => this.#terms.ite(condition, cell, b[k] ?? cell));
  }
}
