/**
 * Cutting: a long failing program made short. The last operations may fail alone with what they depend on; of what is left,
 * large pieces are left out, then smaller ones (delta debugging). What it costs to run a program goes with its length,
 * so the order pays: most of 100,000 operations are gone after a few short runs. The result still breaks the same clause;
 * finer moves are those of the shrinker.
 */

import type { Target } from '../../runner/index.ts';
import { type Execution, execute } from '../../runner/index.ts';
import type { ClauseName, Operation, Program, Reference, Scenario } from '../../spec/index.ts';
import { keeping } from './keeping.ts';

interface CutOptions {
  /** Cut no further once a program is this short. */
  readonly operations: number;
  /** Milliseconds after which no further program is run. */
  readonly ms: number;
  /** Told how long the program still is. */
  readonly onProgress?: (operations: number, executions: number) => void;
}

/** A program cut short. */
interface CutResult {
  /** The last execution that broke the clause. */
  readonly run: Execution;
  readonly executions: number;
  /** Whether time ended before no piece could be left out. */
  readonly exhausted: boolean;
}

class Cutter {
  run: Execution;
  executions = 0;
  readonly #target: Target;
  readonly #scenario: Scenario;
  readonly #clause: ClauseName;
  readonly #options: CutOptions;
  readonly #end: number;

  constructor(target: Target, scenario: Scenario, start: Execution, clause: ClauseName, options: CutOptions) {
    this.#target = target;
    this.#scenario = scenario;
    this.run = start;
    this.#clause = clause;
    this.#options = options;
    this.#end = performance.now() + options.ms;
  }

  get operations(): readonly Operation<Reference>[] {
    return this.run.operations;
  }

  get isSpent(): boolean {
    return performance.now() >= this.#end;
  }

  get isShort(): boolean {
    return this.operations.length <= this.#options.operations;
  }

  /** Leaves out pieces of this many operations, from the end to the start. Returns whether any could be. */
  pass(size: number): boolean {
    const before = this.operations.length;
    let end = before - 1;
    while (end > 0 && !this.isSpent && !this.isShort) {
      const from = Math.max(0, end - size);
      this.#leaveOut(from, end);
      end = Math.min(from, this.operations.length - 1);
    }
    return this.operations.length < before;
  }

  #leaveOut(from: number, to: number): void {
    const { operations } = this;
    const last = operations[operations.length - 1];
    const shorter = keeping(operations, (at) => at < from || at >= to);
    // The failing operation goes where it names what was left out.
    if (shorter.at(-1)?.call === last?.call) this.#adopt(shorter);
  }

  #adopt(operations: Program): void {
    const run = this.#attempt(operations);
    if (run === null || run.operations.length >= this.operations.length) return;
    this.run = run;
    this.#options.onProgress?.(run.operations.length, this.executions);
  }

  #attempt(operations: Program): Execution | null {
    this.executions += 1;
    const run = execute(this.#target, { ...this.#scenario, operations });
    return run.violation?.clause === this.#clause ? run : null;
  }
}

/** Runs the program once more without the operations that were passed over, because what they name was not handed out. */
function withoutDangling(target: Target, scenario: Scenario, run: Execution): Execution {
  if (run.dangling.length === 0) return run;
  const idle = new Set(run.dangling.map(({ at }) => at));
  return execute(target, { ...scenario, operations: run.operations.filter((_, at) => !idle.has(at)) });
}

/**
 * Cuts a failing program short. Returns the shortest run found that breaks the same clause; an execution stops where the
 * clause is broken, so what follows it is gone at once. O(log n) runs of the whole length at best, n the operations.
 */
export function cut(target: Target, scenario: Scenario, start: Execution, options: CutOptions): CutResult {
  const clause = start.violation?.clause;
  if (clause === undefined) throw new Error('only a failing run can be cut');
  const cutter = new Cutter(target, scenario, start, clause, options);
  for (let size = Math.ceil(cutter.operations.length / 2); size >= 1 && !cutter.isShort; ) {
    const isShorter = cutter.pass(size);
    if (cutter.isSpent || (size === 1 && !isShorter)) break;
    size = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(cutter.operations.length / 2)));
  }
  const run = withoutDangling(target, scenario, cutter.run);
  return { run, executions: cutter.executions, exhausted: cutter.isSpent };
}
