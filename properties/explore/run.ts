/** A run: one manager under the judge, operation by operation, for searches that cannot save and load states. */
import { init, type ModelState, step, sweep, type Violation } from '../../model/index.ts';
import { inspection, isRefusal, type Performer, type Target, type World } from '../../runner/index.ts';
import {
  freeForSingles,
  keptRegions,
  leftUndefined,
  type Operation,
  type Policy,
  type Region,
  SpecError,
} from '../../spec/index.ts';
import type { Patience } from './patience.ts';

/** A target on a world, held to some policies. */
export interface Subject {
  readonly target: Target;
  readonly world: World;
  readonly policies: readonly Policy[];
}

/** A search of programs that are run from init. */
export interface ProgramSearch extends Subject {
  readonly operations: readonly Operation[];
  readonly patience: Patience;
  /** The time at which to give up, by `performance.now()`. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

export class Run {
  readonly #performer: Performer;
  #state: ModelState | null;
  #violation: Violation | null = null;

  constructor({ target, world, policies }: Subject) {
    this.#performer = target.start(world).performer();
    if (isRefusal(this.#performer.started))
      throw new SpecError(`expected a world that ${target.name} manages: its init refuses this one`);
    const verdict = init({ ...world, policies, profile: target.profile }, this.#performer.started);
    this.#state = verdict.accepted ? verdict.state : null;
    if (!verdict.accepted) this.#violation = verdict.violation;
  }

  /** The page frames that the manager has named as kept. */
  get kept(): readonly Region[] {
    return keptRegions(this.#performer.started);
  }

  /** The violation, or null if no clause has been broken so far. */
  get violation(): Violation | null {
    return this.#violation;
  }

  /** The state of the model. Throws if init was rejected. */
  get state(): ModelState {
    if (this.#state === null) throw new Error('the run has no state: init was rejected');
    return this.#state;
  }

  /** Performs an operation without judging it: it was accepted before, and led to the state `after`. */
  repeat(operation: Operation, after: ModelState): void {
    if (leftUndefined(this.state, operation) !== null) return;
    this.#performer.perform(operation, freeForSingles(this.state));
    this.#state = after;
  }

  /** Performs and judges an operation. Returns whether it is accepted. One that is undefined is passed over. */
  perform(operation: Operation): boolean {
    if (leftUndefined(this.state, operation) !== null) return true;
    const response = this.#performer.perform(operation, freeForSingles(this.state));
    const verdict = step(this.state, operation, response);
    if (verdict.accepted) this.#state = verdict.state;
    else this.#violation = verdict.violation;
    return verdict.accepted;
  }

  /** Compares the manager's answer to `inspect()` with the state. Returns whether they agree. */
  sweep(): boolean {
    this.#violation ??= inspection(this.#performer, (runs) => sweep(this.state, runs));
    return this.#violation === null;
  }

  close(): void {
    this.#performer.close();
  }
}
