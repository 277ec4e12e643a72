/**
 * Patience: how long a search waits for a target to return. The limit is around a stretch of calls, since one around each would cost more
 * than the call. A stretch that takes longer has ended somewhere in its midst, in the target's code or in ours: what it was doing is
 * run again from init, alone, and the search is over. If the target was only slow, all is searched again with more patience.
 */
import { ProgramTime, type Target, TimeLimitError, type World, within } from '../../runner/index.ts';

/** A search with ten times the patience follows one that was too impatient. */
const MORE = 10;

export class Patience {
  readonly ms: number;
  readonly #target: Target;
  readonly #world: World;

  constructor(
    target: Target,
    world: World,
    ms: number = new ProgramTime(target.programMs).limitOf(world, 0),
  ) {
    this.#target = target;
    this.#world = world;
    this.ms = ms;
  }

  /** Does the work; `onStuck` does what is left to do where the target has not returned by then. */
  limited<T>(work: () => T, onStuck: () => T): T {
    try {
      return within(this.ms, work);
    } catch (error) {
      if (error instanceof TimeLimitError) return onStuck();
      throw error;
    }
  }

  more(): Patience {
    return new Patience(this.#target, this.#world, this.ms * MORE);
  }
}

/** Thrown where a target has not returned: the operation that was performed last, and the place of its state in the level. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
  readonly place: number;
  readonly operation: number;

  constructor({ place, operation }: { readonly place: number; readonly operation: number }) {
    super('the target has not returned');
    this.place = place;
    this.operation = operation;
  }
}
