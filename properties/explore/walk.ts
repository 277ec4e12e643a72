/**
 * The walk: tries every operation in every state of the model that a target lets itself be led to, on one manager that is
 * never set back. Each call has all calls before it for its history, so hidden state gets its chance; but two histories that
 * lead to one state of the model are taken to be alike, and what is found is not a shortest program.
 *
 * From a state in which everything has been tried the walk goes the shortest known way to one where something has not; where
 * none can be reached any more (boot memory is handed over once), it begins anew.
 */
import { setImmediate } from 'node:timers/promises';
import type { Operation } from '../../spec/index.ts';
import { ModelStates } from './model-states.ts';
import { Run, type Subject } from './run.ts';

interface WalkOptions extends Subject {
  readonly operations: readonly Operation[];
  /** When to give up, by `performance.now()`. */
  readonly deadline?: number;
  /** States of the model after which to give up. */
  readonly states?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly states: number; readonly calls: number }) => void;
}

interface WalkResult {
  readonly end: 'done' | 'violated' | 'time' | 'states' | 'interrupted';
  /** States of the model that were met, and how many of them have had every operation tried. */
  readonly states: number;
  readonly finished: number;
  /** Calls made, those on the way included. */
  readonly calls: number;
  /** Managers that were made. */
  readonly managers: number;
  /** Calls on the way to the farthest state, by the shortest known ways from init. */
  readonly depth: number;
  /** All calls made on the manager that broke a clause. */
  readonly program: readonly Operation[] | null;
}

/** A state of the model, as far as it is known. */
interface Place {
  /** Operations tried so far, in order: those before this one. */
  tried: number;
  /** Where operations lead that lead elsewhere: the operation by its number, and the place. */
  readonly ways: Map<number, number>;
}

/** Calls between two looks at the clock. */
const TURN = 2000;

class Walk {
  readonly #options: WalkOptions;
  readonly #states: ModelStates;
  readonly #numbers = new Map<number, number>();
  readonly places: Place[] = [];
  #run: Run;
  #history: number[] = [];
  #here = 0;
  calls = 0;
  managers = 1;

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#states = new ModelStates(options.world, options.policies);
    this.#run = new Run(options);
  }

  get isBroken(): boolean {
    return this.#run.violation !== null;
  }

  /** The calls made on the present manager. */
  get history(): readonly Operation[] {
    return this.#history.flatMap((operation) => this.#options.operations[operation] ?? []);
  }

  get finished(): number {
    return this.places.filter(({ tried }) => tried === this.#options.operations.length).length;
  }

  /** Begins at the state after init. Returns whether it holds. */
  begin(): boolean {
    if (this.#run.violation !== null || !this.#run.sweep()) return false;
    this.#here = this.#place();
    return true;
  }

  /** Makes the next call, or goes where there is one to make. Returns false where everything has been tried. */
  next(): boolean {
    const place = this.places[this.#here];
    if (place === undefined) throw new Error('the walk is nowhere');
    if (place.tried < this.#options.operations.length) {
      place.tried += 1;
      this.#call(place.tried - 1);
      return true;
    }
    const way = this.#wayFrom(this.#here);
    if (way !== null) for (const operation of way) this.#call(operation);
    else if (this.#history.length > 0 && this.#wayFrom(0) !== null) this.#beginAnew();
    else return false;
    return true;
  }

  /** Calls on the shortest known ways from init to the farthest place. */
  depth(): number {
    return this.#waysFrom(0, () => false).farthest;
  }

  #beginAnew(): void {
    this.#run.close();
    this.#run = new Run(this.#options);
    this.#history = [];
    this.#here = 0;
    this.managers += 1;
  }

  #call(operation: number): void {
    const called = this.#options.operations[operation];
    if (called === undefined || this.isBroken) return;
    this.calls += 1;
    this.#history.push(operation);
    if (!this.#run.perform(called)) return;
    const before = this.#here;
    const known = this.places.length;
    this.#here = this.#place();
    if (this.#here !== before) this.places[before]?.ways.set(operation, this.#here);
    if (this.places.length > known) this.#run.sweep();
  }

  /** Returns the place of the present state of the model, which may be new. */
  #place(): number {
    const { state } = this.#run;
    const key = this.#states.ownershipOf(state) * 2 ** 26 + this.#states.orderOf(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.places.length);
    this.places.push({ tried: 0, ways: new Map() });
    return this.places.length - 1;
  }

  /** Returns the operations that lead by the shortest known way to a place where something has not been tried. */
  #wayFrom(start: number): readonly number[] | null {
    const all = this.#options.operations.length;
    const { found, cameBy } = this.#waysFrom(start, (place) => (this.places[place]?.tried ?? 0) < all);
    if (found === null) return null;
    const way: number[] = [];
    for (let at = found; at !== start; ) {
      const [from, operation] = cameBy.get(at) ?? [start, 0];
      way.push(operation);
      at = from;
    }
    return way.toReversed();
  }

  #waysFrom(
    start: number,
    isFound: (place: number) => boolean,
  ): {
    readonly found: number | null;
    readonly cameBy: ReadonlyMap<number, readonly [number, number]>;
    readonly farthest: number;
  } {
    const cameBy = new Map<number, readonly [number, number]>([[start, [start, 0]]]);
    let farthest = -1;
    for (let level = [start]; level.length > 0; farthest += 1) {
      const next: number[] = [];
      for (const place of level) {
        if (isFound(place)) return { found: place, cameBy, farthest };
        for (const [operation, to] of this.places[place]?.ways ?? [])
          if (!cameBy.has(to)) {
            cameBy.set(to, [place, operation]);
            next.push(to);
          }
      }
      level = next;
    }
    return { found: null, cameBy, farthest };
  }
}

function over(walk: Walk, { deadline, states, signal }: WalkOptions): WalkResult['end'] | null {
  if (walk.isBroken) return 'violated';
  if (signal?.aborted === true) return 'interrupted';
  if (performance.now() > (deadline ?? Number.POSITIVE_INFINITY)) return 'time';
  return walk.places.length >= (states ?? Number.POSITIVE_INFINITY) ? 'states' : null;
}

/** Walks until every operation has been tried in every state that was met. */
export async function walk(options: WalkOptions): Promise<WalkResult> {
  const made = new Walk(options);
  let end: WalkResult['end'] | null = made.begin() ? null : 'violated';
  for (let turn = 1; end === null; turn += 1) {
    if (!made.next()) end = 'done';
    if (turn % TURN === 0) {
      options.onProgress?.({ states: made.places.length, calls: made.calls });
      await setImmediate();
      end ??= over(made, options);
    }
    if (made.isBroken) end = 'violated';
  }
  return {
    end,
    states: made.places.length,
    finished: made.finished,
    calls: made.calls,
    managers: made.managers,
    depth: made.depth(),
    program: end === 'violated' ? made.history : null,
  };
}
