/**
 * Linearizability: whether the calls of a history can be put in an order that explains every answer, each call at one moment
 * between its invocation and its return.
 *
 * The search is that of Wing and Gong, with the memory that Lowe gave it: callers are sequential, so what has been put in
 * order so far is a *cut*, how many calls of each caller. The next call can be any caller's next one that was invoked before
 * all calls outside the cut returned:
 *
 *     caller 1   ├─ a ─┤      ├── c ──┤            cut (1, 0): next can be b, and c, for c was invoked
 *     caller 2      ├────── b ──────────┤          before b returned
 *
 * A cut that was reached before in the same state is not searched again. If the answers tell what each call changed, the state
 * follows from the cut, and the search takes O(calls · callers) unless many calls overlap at once. If the state depends on the
 * order of calls too, `stateKey` tells the states of one cut apart.
 *
 * Calls are tried in the order in which they returned, which is usually right. Sources: Wing and Gong, "Testing and verifying
 * concurrent objects" (1993); Lowe, "Testing for linearizability" (2017); Horn and Kroening, "Faster linearizability
 * checking via P-compositionality" (2015).
 */

/** A call of a history: its caller, and the times of its invocation and return on one clock. All times are distinct. */
export interface TimedCall {
  /** Callers are numbered from 0. */
  readonly caller: number;
  readonly invoked: number;
  readonly returned: number;
}

/** A sequential specification: a start state, and the state after each call. */
export interface Sequential<S, C> {
  readonly start: S;
  /** Returns the state after a call with the answer it got, or null if that answer is wrong in this state. */
  apply(state: S, call: C): S | null;
  /** Tells apart the states that one cut can lead to. Left out: a cut leads to one state. */
  stateKey?(state: S): string;
}

/** An order that explains a history, and the state that it leads to. */
export interface Explained<S, C> {
  readonly isLinearizable: true;
  readonly order: readonly C[];
  readonly end: S;
}

/** A longest order: the answer of every call that could be next is wrong in its state. */
export interface DeadEnd<S, C> {
  readonly order: readonly C[];
  readonly state: S;
  readonly next: readonly C[];
}

/** Some of the longest orders that explain a part of a history. */
export interface Unexplained<S, C> {
  readonly isLinearizable: false;
  readonly deadEnds: readonly DeadEnd<S, C>[];
}

export type Linearization<S, C> = Explained<S, C> | Unexplained<S, C>;

/** Most dead ends that are kept. */
const KEPT_DEAD_ENDS = 8;

/** Returns the calls of each caller in order. Throws `RangeError` if a call began before its caller's previous one returned. */
function callsByCaller<C extends TimedCall>(calls: readonly C[]): readonly (readonly C[])[] {
  const byCaller: C[][] = [];
  for (const call of calls.toSorted((a, b) => a.invoked - b.invoked)) {
    while (byCaller.length <= call.caller) byCaller.push([]);
    const own = byCaller[call.caller] ?? [];
    const last = own.at(-1);
    if (last !== undefined && last.returned >= call.invoked)
      throw new RangeError(
        `caller ${call.caller} made a call at ${call.invoked} before its last had returned`,
      );
    own.push(call);
  }
  return byCaller;
}

/** A node of the search: a state, and the calls that can be next in it. */
interface SearchNode<S, C> {
  readonly state: S;
  /** The calls that can be next, in the order in which they are tried. */
  readonly next: readonly C[];
  /** Number of calls tried so far. */
  tried: number;
  /** Whether the answer of one of those tried is right. */
  isOpen: boolean;
}

class Search<S, C extends TimedCall> {
  readonly #spec: Sequential<S, C>;
  readonly #callers: readonly (readonly C[])[];
  readonly #total: number;
  /** Number of calls of each caller that are in the order. */
  readonly #cut: number[];
  readonly #order: C[] = [];
  readonly #seen = new Set<string>();
  #deadEnds: DeadEnd<S, C>[] = [];

  constructor(calls: readonly C[], spec: Sequential<S, C>) {
    this.#spec = spec;
    this.#callers = callsByCaller(calls);
    this.#total = calls.length;
    this.#cut = this.#callers.map(() => 0);
  }

  run(): Linearization<S, C> {
    const path: SearchNode<S, C>[] = [this.#nodeOf(this.#spec.start)];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (this.#order.length === this.#total)
        return { isLinearizable: true, order: this.#order, end: node.state };
      const after = this.#advance(node);
      if (after !== null) path.push(this.#nodeOf(after));
      else {
        path.pop();
        this.#takeBack();
      }
    }
    return { isLinearizable: false, deadEnds: this.#deadEnds };
  }

  #nodeOf(state: S): SearchNode<S, C> {
    return { state, next: this.#nextCalls(), tried: 0, isOpen: false };
  }

  /** Returns the calls that can be next, in the order in which they returned. O(callers log callers). */
  #nextCalls(): readonly C[] {
    const heads: C[] = [];
    let firstReturn = Number.POSITIVE_INFINITY;
    for (const [caller, calls] of this.#callers.entries()) {
      const head = calls[this.#cut[caller] ?? 0];
      if (head === undefined) continue;
      heads.push(head);
      firstReturn = Math.min(firstReturn, head.returned);
    }
    return heads.filter(({ invoked }) => invoked < firstReturn).sort((a, b) => a.returned - b.returned);
  }

  /** Appends the next call that leads to a new cut and state. Returns the state after it, or null if there is none. */
  #advance(node: SearchNode<S, C>): S | null {
    while (node.tried < node.next.length) {
      const call = node.next[node.tried];
      node.tried += 1;
      if (call === undefined) break;
      const after = this.#spec.apply(node.state, call);
      if (after === null) continue;
      node.isOpen = true;
      this.#put(call);
      if (this.#isNew(after)) return after;
      this.#takeBack();
    }
    if (!node.isOpen) this.#noteDeadEnd(node);
    return null;
  }

  #put(call: C): void {
    this.#order.push(call);
    this.#cut[call.caller] = (this.#cut[call.caller] ?? 0) + 1;
  }

  #takeBack(): void {
    const call = this.#order.pop();
    if (call !== undefined) this.#cut[call.caller] = (this.#cut[call.caller] ?? 0) - 1;
  }

  #isNew(state: S): boolean {
    const before = this.#seen.size;
    this.#seen.add(`${this.#cut.join(' ')}|${this.#spec.stateKey?.(state) ?? ''}`);
    return this.#seen.size > before;
  }

  #noteDeadEnd({ state, next }: SearchNode<S, C>): void {
    const [longest] = this.#deadEnds;
    if (longest !== undefined && longest.order.length > this.#order.length) return;
    if (longest !== undefined && longest.order.length < this.#order.length) this.#deadEnds = [];
    if (this.#deadEnds.length < KEPT_DEAD_ENDS) this.#deadEnds.push({ order: [...this.#order], state, next });
  }
}

/** Returns an order that explains the calls, or the longest orders that explain a part of them. Callers are sequential. */
export function linearize<S, C extends TimedCall>(
  calls: readonly C[],
  spec: Sequential<S, C>,
): Linearization<S, C> {
  return new Search(calls, spec).run();
}
