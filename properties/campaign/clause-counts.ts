/** How often each clause was checked, on each of its two sides. */
import { CLAUSES, type ClauseName, type Side } from '../../spec/index.ts';

/** How often a clause was checked on each side, by the side's name. */
export type SideCounts = Readonly<Record<string, number>>;

export class ClauseCounts {
  readonly #counts = new Map<ClauseName, [number, number]>(CLAUSES.map(({ name }) => [name, [0, 0]]));

  /** Takes note of one check. Bound, so that it can be passed as a tally. */
  readonly note = (clause: ClauseName, side: Side): void => {
    const counts = this.#counts.get(clause);
    if (counts !== undefined) counts[side] += 1;
  };

  /** Returns the counts of the clauses that have been asked for, by name and side. */
  toRecord(clauses: readonly ClauseName[]): Readonly<Record<string, SideCounts>> {
    const listed = CLAUSES.filter(({ name }) => clauses.includes(name));
    return Object.fromEntries(
      listed.map(({ name, sides }) => {
        const [first, second] = this.#counts.get(name) ?? [0, 0];
        return [name, { [sides[0]]: first, [sides[1]]: second }];
      }),
    );
  }
}
