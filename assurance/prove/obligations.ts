/** Obligations: conditions that a term cannot express, and that must hold for it to mean the same as the text. */
import type { Node, SourceFile } from './source.ts';
import type { Term, Terms } from './term.ts';

/** A condition that must hold in addition to the statement, and the place in the text that requires it. */
export interface Obligation {
  readonly term: Term;
  readonly text: string;
}

/** A place in the text, reached exactly where the guard holds. */
export interface Site {
  readonly file: SourceFile;
  readonly node: Node;
  readonly guard: Term;
}

export class Obligations {
  readonly all: Obligation[] = [];
  readonly #terms: Terms;

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** Requires a condition of all ways that reach a place. */
  require({ file, node, guard }: Site, condition: Term, text: string): void {
    const term = this.#terms.or(this.#terms.not(guard), condition);
    if (term !== this.#terms.true) this.all.push({ term, text: file.error(node, text).message });
  }
}
