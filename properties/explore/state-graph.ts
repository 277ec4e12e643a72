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

/** A graph of more states cannot be drawn: it is not kept. */
export const MOST_STATES = 20_000;
/** A tree of more states would make a page of more than some 15 MB. */
export const MOST_ROWS = 500_000;

/**
 * The shortest ways to the states of a search that are too many for a graph. States that differ only in what the manager remembers are
 * one. Their numbers are as in a {@link StateGraph}; rows have one width, so that a page reads one without the others:
 *
 *     owners, a letter a frame · the free stack from the top, a character a frame, padded · state before · operation
 *     ppcbpp                     10....                                                     0000a          003
 *
 * @public
 */
export interface StateTree {
  readonly levels: readonly number[];
  readonly frames: readonly number[];
  /** All rows, one behind the other. */
  readonly rows: string;
}

/** Digits of the state before, and of the operation, to the base 36. */
const [BEFORE_DIGITS, OPERATION_DIGITS] = [5, 3];
/** The character of the first page frame in a free stack. */
const FIRST_FRAME = '0'.charCodeAt(0);

/** A state of a tree. */
export interface TreeRow {
  /** The owners, and the free stack from the top as places in the frames: what tells states apart. */
  readonly key: string;
  readonly before: number;
  readonly operation: number;
}

/**
 * Returns what tells two states apart: owners, and the free stack from the top, which is empty where its order is not promised.
 * @internal
 */
export function stateKey(frames: readonly number[], owners: string, stack: readonly number[]): string {
  const places = stack.map((frame) => String.fromCharCode(FIRST_FRAME + frames.indexOf(frame)));
  return owners + places.join('').padEnd(frames.length, '.');
}

/** Returns a row of a tree. */
export function rowText({ key, before, operation }: TreeRow): string {
  const number = before.toString(36).padStart(BEFORE_DIGITS, '0');
  return key + number + operation.toString(36).padStart(OPERATION_DIGITS, '0');
}

/**
 * Returns the row of a state. O(frames).
 * @internal
 */
export function rowOf({ frames, rows }: StateTree, state: number): TreeRow {
  const width = 2 * frames.length + BEFORE_DIGITS + OPERATION_DIGITS;
  const row = rows.slice(state * width, (state + 1) * width);
  const [key, rest] = [row.slice(0, 2 * frames.length), row.slice(2 * frames.length)];
  return {
    key,
    before: Number.parseInt(rest.slice(0, BEFORE_DIGITS), 36),
    operation: Number.parseInt(rest.slice(BEFORE_DIGITS), 36),
  };
}

/**
 * Returns the page frames of the free stack in a key, from the top.
 * @internal
 */
export function stackIn(frames: readonly number[], key: string): readonly number[] {
  const places = key.slice(frames.length).replaceAll('.', '');
  return Array.from(places, (place) => frames[place.charCodeAt(0) - FIRST_FRAME] ?? 0);
}

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
