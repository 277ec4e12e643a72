/**
 * Cutting: a long failing program made short by delta debugging. Large pieces are left out, then smaller ones. A run costs as
 * much as its program is long, so this order pays: most of 100,000 operations are gone after a few short runs. The result
 * still breaks the same clause; finer moves come later.
 */
import { type Execution, execute, type Target } from '../../runner/index.ts';
import type { Program, Scenario } from '../../spec/index.ts';
import type { Deadline } from './deadline.ts';
import { subprogram } from './subprogram.ts';
import { type Kept, type Progress, shows } from './trials.ts';

interface CutOptions {
  readonly kept: Kept;
  /** No piece is left out once a program is this short. */
  readonly operations: number;
  readonly deadline: Deadline;
  readonly onProgress: Progress;
}

/** A program cut short. */
interface Cut {
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
  readonly #options: CutOptions;

  constructor(target: Target, scenario: Scenario, start: Execution, options: CutOptions) {
    this.#target = target;
    this.#scenario = scenario;
    this.run = start;
    this.#options = options;
  }

  get operations(): Program {
    return this.run.operations;
  }

  get isSpent(): boolean {
    return this.#options.deadline.isOver;
  }

  get isShort(): boolean {
    return this.operations.length <= this.#options.operations;
  }

  /** Leaves out pieces of `size` operations, from the end to the start. Returns whether any could be left out. */
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
    const shorter = subprogram(operations, (at) => at < from || at >= to);
    // The last operation goes too if it names what was left out: then there is nothing to try.
    if (shorter.at(-1)?.call === last?.call) this.#attempt(shorter);
  }

  #attempt(operations: Program): void {
    this.executions += 1;
    const { deadline, onProgress } = this.#options;
    const scenario = { ...this.#scenario, operations };
    const run = execute(this.#target, scenario, undefined, deadline.isInterrupted);
    onProgress(this.operations.length);
    if (!shows(run, this.#options.kept) || run.operations.length >= this.operations.length) return;
    this.run = run;
  }
}

/**
 * Cuts a failing program short. Returns the shortest run found that breaks the same clause; an execution stops where the
 * clause is broken, so all operations after that are gone at once. O(log n) runs of the whole length at best, n the operations.
 */
export function cut(target: Target, scenario: Scenario, start: Execution, options: CutOptions): Cut {
  const cutter = new Cutter(target, scenario, start, options);
  for (let size = Math.ceil(cutter.operations.length / 2); size >= 1 && !cutter.isShort; ) {
    const isShorter = cutter.pass(size);
    if (cutter.isSpent || (size === 1 && !isShorter)) break;
    size = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(cutter.operations.length / 2)));
  }
  return { run: cutter.run, executions: cutter.executions, exhausted: cutter.isSpent };
}
