import type { SideCounts } from '../../../model/index.ts';
import type { OwnClause, SettledStep } from '../../../spec/index.ts';

/** How often each own clause was checked on each side. */
export class OwnClauseCounts {
  readonly #clauses: readonly OwnClause[];
  /** Two numbers a clause. */
  readonly #counts: number[];

  constructor(clauses: readonly OwnClause[]) {
    this.#clauses = clauses;
    this.#counts = Array<number>(2 * clauses.length).fill(0);
  }

  /** Counts an accepted step. */
  note(step: SettledStep): void {
    for (const [place, clause] of this.#clauses.entries()) {
      const met = clause.side(step);
      if (met !== null) this.#counts[2 * place + met] = (this.#counts[2 * place + met] ?? 0) + 1;
    }
  }

  /** Returns the counts by name and side. */
  toRecord(): Readonly<Record<string, SideCounts>> {
    return Object.fromEntries(
      this.#clauses.map(({ name, sides: [first, second] }, place) => [
        name,
        { [first]: this.#counts[2 * place] ?? 0, [second]: this.#counts[2 * place + 1] ?? 0 },
      ]),
    );
  }
}
