/**
 * Timed calls: the calls of a program are prepared with the addresses that the target hands out, and then timed with nothing between
 * them. Init is not timed.
 */
import { beyond, type PmmFactory, type Program, SpecError } from '../spec/index.ts';
import { invoke, type PreparedCall, prepareCall } from './perform-call.ts';
import { Results } from './results.ts';
import { Session } from './session.ts';
import { SimulatedMemory } from './simulated-memory.ts';
import type { Claims, TimedProgram } from './target.ts';
import type { World } from './world.ts';

export class TimedCalls implements TimedProgram {
  readonly #create: PmmFactory;
  readonly #name: string;
  readonly #world: World;
  readonly #calls: readonly PreparedCall[];

  /** Runs the program once to learn the addresses. Calls that cannot be made are left out. */
  constructor(create: PmmFactory, { name, profile }: Claims, world: World, program: Program) {
    this.#create = create;
    this.#name = name;
    this.#world = world;
    const session = new Session(create, world);
    const results = new Results();
    this.#calls = program.flatMap((operation) => {
      const resolved = results.resolve(operation);
      if (resolved === null || beyond(profile, operation) !== null) return [];
      results.record(operation, session.perform(resolved, Number.POSITIVE_INFINITY));
      const call = prepareCall(resolved, Number.POSITIVE_INFINITY);
      call.array?.reset();
      return [call];
    });
    session.close();
  }

  turn(operations: number): number {
    const { map, config } = this.#world;
    const pmm = this.#create(map, { config, warn: () => {}, memory: new SimulatedMemory() });
    const calls = this.#calls;
    const end = Math.min(operations, calls.length);
    const start = performance.now();
    try {
      for (let i = 0; i < end; i += 1) {
        const call = calls[i];
        if (call !== undefined) invoke(pmm, call);
      }
    } catch (cause) {
      // The same calls did not throw when they were prepared.
      throw new SpecError(
        `${this.#name}: expected the answers of a first run again, and it threw ${String(cause)}`,
        { cause },
      );
    }
    const ms = performance.now() - start;
    pmm.dispose?.();
    return ms;
  }
}
