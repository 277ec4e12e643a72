/** How often each clause was checked, on each of its two sides. */
import { CLAUSE_NAMES, CLAUSES, type ClauseName, type Side } from '../spec/index.ts';

/** How often a clause was checked on each side, by the side's name. */
export type SideCounts = Readonly<Record<string, number>>;

export class ClauseCounts {
  /** Two numbers a clause, by its place among all clauses. */
  readonly #counts = new Float64Array(2 * CLAUSE_NAMES.length);

  /** Takes note of a check, or of several alike. Bound, so that it can be passed as a tally. */
  readonly note = (_clause: ClauseName, side: Side, place: number, times = 1): void => {
    this.#counts[2 * place + side] = (this.#counts[2 * place + side] ?? 0) + times;
  };

  /** Returns the counts of the clauses that have been asked for, by name and side. */
  toRecord(clauses: readonly ClauseName[]): Readonly<Record<string, SideCounts>> {
    const listed = CLAUSES.filter(({ name }) => clauses.includes(name));
    return Object.fromEntries(
      listed.map(({ name, sides }) => {
        const [first, second] = sides;
        return [name, { [first]: this.#count(name, 0), [second]: this.#count(name, 1) }];
      }),
    );
  }

  #count(name: ClauseName, side: number): number {
    return this.#counts[2 * CLAUSE_NAMES.indexOf(name) + side] ?? 0;
  }
}
