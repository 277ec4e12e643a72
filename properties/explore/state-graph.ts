/**
 * State graphs: the states that a search met, and the operations that lead from one to another, for people to walk. Several
 * operations that lead from one state to one other are represented by the simplest.
 */

/**
 * The states that a search met. They are numbered from 0, level by level; state 0 is the one after init.
 * @public
 */
export interface StateGraph {
  /** Number of states in each level. */
  readonly levels: readonly number[];
  /** The page frames that can change hands, ascending. */
  readonly frames: readonly number[];
  /** For each state, the owner of each of these page frames: `p` for pmm, `c` for caller, `b` for boot. */
  readonly owners: readonly string[];
  /** For each state, the free stack from the top; empty where its order is not promised. */
  readonly stacks: readonly (readonly number[])[];
  /** For each state, the state before it on the simplest shortest way, and the number of the operation there; empty for state 0. */
  readonly ways: readonly (readonly number[])[];
  /** For each state, pairs of an operation and the state that it leads to. */
  readonly next: readonly (readonly number[])[];
}

/** A graph of more states is of no use to people: it is not kept. */
export const MOST_STATES = 20_000;

/** The transitions between records of a search, as they are met: operations come in the order of simplicity. */
export class Edges {
  readonly #next = new Map<number, Map<number, number>>();

  /** Notes that an operation leads from one record to another. */
  note(from: number, operation: number, to: number): void {
    const known = this.#next.get(from) ?? new Map<number, number>();
    if (known.size === 0) {
      if (this.#next.size >= MOST_STATES) return;
      this.#next.set(from, known);
    }
    if (!known.has(to)) known.set(to, operation);
  }

  /** Returns, for each record that lies behind one, the simplest operation that leads there. */
  from(record: number): ReadonlyMap<number, number> {
    return this.#next.get(record) ?? new Map();
  }
}
