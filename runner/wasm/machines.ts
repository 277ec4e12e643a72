/** Machines at rest: the ones that have run a program to its end serve the next one of their size. A new one costs 150 µs and a hundred page faults. */
import type { World } from '../world.ts';
import { type Loaded, Machine, sizeFor } from './machine.ts';

export class Machines {
  readonly loaded: Loaded;
  /** By size. */
  readonly #resting = new Map<number, Machine>();

  constructor(loaded: Loaded) {
    this.loaded = loaded;
  }

  /** Returns a machine, up to where init is called. */
  take(world: World): Machine {
    const size = sizeFor(world, this.loaded.bits);
    const resting = this.#resting.get(size);
    this.#resting.delete(size);
    return resting?.reuse(world) === true ? resting : new Machine(this.loaded, world);
  }

  /** Keeps a machine whose program has ended for the next one. */
  giveBack(machine: Machine): void {
    if (!this.loaded.hasHidden) this.#resting.set(machine.size, machine);
  }
}
