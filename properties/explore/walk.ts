/**
 * The walk: tries every operation in every state of the model that the target can reach, on one manager that is never set back. Each
 * call comes after all earlier calls, so hidden state can show; but two histories that lead to one state of the model are taken to
 * be equivalent, and the program found is not a shortest one.
 *
 * From a state in which everything has been tried, the walk takes the shortest known path to one where something has not. If none
 * can be reached any more (boot memory is handed over once), it starts again with a new manager.
 */
import { setImmediate } from 'node:timers/promises';
import type { Operation } from '../../spec/index.ts';
import { ModelStates } from './model-states.ts';
import { type ProgramSearch, Run } from './run.ts';

interface WalkOptions extends ProgramSearch {
  /** Number of model states at which to give up. */
  readonly states: number;
  /** Called now and then with the numbers of model states met, and of calls. */
  readonly onCalls: (states: number, calls: number) => void;
}

export interface WalkResult {
  readonly end: 'walked' | 'violated' | 'time' | 'states' | 'interrupted';
  /** Number of model states met. */
  readonly states: number;
  /** Number of model states in which every operation was tried. */
  readonly finished: number;
  /** Number of calls of the walk, including those on paths to other states. */
  readonly calls: number;
  /** Number of managers that the walk built. */
  readonly managers: number;
  /** Number of calls on the shortest known path from init to the farthest state. */
  readonly depth: number;
  /** All calls made on the manager that broke a clause. */
  readonly program: readonly Operation[] | null;
  /** Whether the target did not return from the last of them in time. */
  readonly isStuck: boolean;
}

/** The known part of a model state's surroundings. */
interface Place {
  /** Number of operations tried so far, in order. */
  tried: number;
  /** The place that each operation leads to, by the operation's number; without those that stay. */
  readonly ways: Map<number, number>;
}

/** Turns between two checks of the clock. */
const TURN = 200;

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
    this.#run = new Run(options);
    const { world, target, policies } = options;
    this.#states = new ModelStates({ ...world, profile: target.profile, kept: this.#run.kept }, policies);
  }

  get isBroken(): boolean {
    return this.#run.violation !== null;
  }

  /** All calls made on the present manager. */
  get history(): readonly Operation[] {
    return this.#history.flatMap((operation) => this.#options.operations[operation] ?? []);
  }

  get finished(): number {
    return this.places.filter(({ tried }) => tried === this.#options.operations.length).length;
  }

  /** Starts at the state after init. Returns whether init and the sweep after it hold. */
  begin(): boolean {
    if (this.#run.violation !== null || !this.#run.sweep()) return false;
    this.#here = this.#place();
    return true;
  }

  /** Makes the next call, or walks to a place where there is one to make. Returns false if everything has been tried. */
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

  /** Returns the number of calls on the shortest known path from init to the farthest place. */
  depth(): number {
    return this.#pathsFrom(0, () => false).farthest;
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

  /** Returns the place of the present model state, which may be new. */
  #place(): number {
    const { state } = this.#run;
    const key = this.#states.ownershipOf(state) * 2 ** 26 + this.#states.orderOf(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.places.length);
    this.places.push({ tried: 0, ways: new Map() });
    return this.places.length - 1;
  }

  /** Returns the operations on the shortest known path to a place where something has not been tried, or null. */
  #wayFrom(start: number): readonly number[] | null {
    const all = this.#options.operations.length;
    const { found, arrivedBy } = this.#pathsFrom(start, (place) => (this.places[place]?.tried ?? 0) < all);
    if (found === null) return null;
    const way: number[] = [];
    for (let at = found; at !== start; ) {
      const [from, operation] = arrivedBy.get(at) ?? [start, 0];
      way.push(operation);
      at = from;
    }
    return way.toReversed();
  }

  #pathsFrom(
    start: number,
    isFound: (place: number) => boolean,
  ): {
    readonly found: number | null;
    readonly arrivedBy: ReadonlyMap<number, readonly [number, number]>;
    readonly farthest: number;
  } {
    const arrivedBy = new Map<number, readonly [number, number]>([[start, [start, 0]]]);
    let farthest = -1;
    for (let level = [start]; level.length > 0; farthest += 1) {
      const next: number[] = [];
      for (const place of level) {
        if (isFound(place)) return { found: place, arrivedBy, farthest };
        for (const [operation, to] of this.places[place]?.ways ?? [])
          if (!arrivedBy.has(to)) {
            arrivedBy.set(to, [place, operation]);
            next.push(to);
          }
      }
      level = next;
    }
    return { found: null, arrivedBy, farthest };
  }
}

function over(walk: Walk, { deadline, states, signal }: WalkOptions): WalkResult['end'] | null {
  if (walk.isBroken) return 'violated';
  if (signal?.aborted === true) return 'interrupted';
  if (performance.now() > deadline) return 'time';
  return walk.places.length >= states ? 'states' : null;
}

/** Walks until every operation has been tried in every state that was met. */
export async function walk(options: WalkOptions): Promise<WalkResult> {
  const made = new Walk(options);
  let end: WalkResult['end'] | null = made.begin() ? null : 'violated';
  let isStuck = false;
  const turns = (): boolean => {
    let goesOn = true;
    for (let turn = 0; turn < TURN && goesOn && !made.isBroken; turn += 1) goesOn = made.next();
    return goesOn;
  };
  const onStuck = (): boolean => {
    isStuck = true;
    return false;
  };
  while (end === null) {
    if (!options.patience.limited(turns, onStuck)) end = 'walked';
    if (made.isBroken || isStuck) end = 'violated';
    options.onCalls(made.places.length, made.calls);
    await setImmediate();
    end ??= over(made, options);
  }
  return {
    end,
    states: made.places.length,
    finished: made.finished,
    calls: made.calls,
    managers: made.managers,
    depth: made.depth(),
    isStuck,
    program: end === 'violated' ? made.history : null,
  };
}
