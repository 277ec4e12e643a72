/** WebAssembly targets: an allocator in the linear memory of this process, which answers one call at a time. */
import { beyond, type Program } from '../../spec/index.ts';
import { Results } from '../results.ts';
import type { SavableSession } from '../savable-session.ts';
import {
  ClaimedTarget,
  type Claims,
  type StartedProgram,
  sourceOf,
  type Target,
  type TargetSource,
  type TimedProgram,
} from '../target.ts';
import { shareTime } from '../time-limit.ts';
import type { World } from '../world.ts';
import type { Machines } from './machines.ts';
import { WasmSession } from './wasm-session.ts';

export class WasmTarget extends ClaimedTarget implements Target {
  readonly isInteractive = true;
  readonly compiled: string | null;
  readonly factory = null;
  readonly takesAnyNumber = false;
  readonly seesWrites = true;
  readonly peakKib = 0;
  readonly bytesACall = null;
  readonly programMs: number;
  readonly #machines: Machines;

  constructor(machines: Machines, claims: Claims, programMs: number) {
    super(claims);
    this.programMs = programMs;
    this.compiled = machines.loaded.compiled;
    this.#machines = machines;
  }

  get source(): TargetSource {
    return sourceOf(this, this.programMs);
  }

  start(world: World): StartedProgram {
    const session = new WasmSession(this.#machines, world, this.profile);
    return { performer: () => session };
  }

  openSavable(world: World): SavableSession | null {
    const { hasHidden, hasCounters } = this.#machines.loaded;
    return hasHidden || hasCounters ? null : new WasmSession(this.#machines, world, this.profile).savable();
  }

  timed(world: World, program: Program): TimedProgram {
    const { profile } = this;
    return {
      turn: (operations) => {
        const session = new WasmSession(this.#machines, world, profile);
        const results = new Results();
        const start = performance.now();
        for (const operation of program.slice(0, operations)) {
          const resolved = results.resolve(operation);
          if (resolved === null || beyond(profile, operation) !== null) continue;
          results.record(operation, session.perform(resolved, Number.POSITIVE_INFINITY));
        }
        const ms = performance.now() - start;
        session.close();
        return ms;
      },
    };
  }

  protected override claiming(claims: Claims): Target {
    return shareTime(this, this.programMs, new WasmTarget(this.#machines, claims, this.programMs));
  }

  async close(): Promise<void> {}
}
