/** Obligations: what a term cannot say, and must hold besides so that it means what the text does. */
import type { Node, SourceFile } from './source.ts';
import type { Term, Terms } from './term.ts';

/** What must hold besides the statement, and where the text asks for it. */
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
