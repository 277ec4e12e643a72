/** The crew of one: expands in this thread, and looks up now and then so that others get their turn. */
import { setImmediate } from 'node:timers/promises';
import type { Crew, LevelFindings } from './crew.ts';
import type { Expander } from './expander.ts';
import { CONTROL, type StateTable } from './state-table.ts';

/** Milliseconds of work between two looks up. */
const TURN = 50;

export class InlineCrew implements Crew {
  readonly size = 1;
  readonly #expander: Expander;
  readonly #table: StateTable;
  #done = 0;

  constructor(expander: Expander, table: StateTable) {
    this.#expander = expander;
    this.#table = table;
  }

  async expand(level: Int32Array): Promise<LevelFindings> {
    let place = 0;
    let turn = performance.now();
    for (; place < level.length && !this.#isStopped(); place += 1) {
      this.#expander.expand(level[place] ?? 0, place);
      if (performance.now() - turn < TURN) continue;
      await setImmediate();
      turn = performance.now();
    }
    const findings = this.#expander.take();
    this.#done += findings.transitions;
    return { ...findings, expanded: place };
  }

  transitions(): number {
    return this.#done + this.#expander.transitions;
  }

  stop(): void {
    Atomics.store(this.#table.control, CONTROL.stop, 1);
  }

  close(): Promise<readonly Uint8Array[]> {
    return Promise.resolve([]);
  }

  #isStopped(): boolean {
    return Atomics.load(this.#table.control, CONTROL.stop) !== 0;
  }
}
