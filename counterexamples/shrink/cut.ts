/**
 * Cutting: a long failing program made short by delta debugging. Bursts are left out whole or repeated less often. Large pieces are
 * left out, then smaller ones. A run costs as much as its program is long, so this order pays: most of 100,000 operations are gone
 * after a few short runs. The result still breaks the same clause; finer moves come later.
 */
import { type Execution, execute, type Target } from '../../runner/index.ts';
import { isBurst, lengthOfStep, type Program, stepsOf } from '../../spec/index.ts';
import type { Deadline } from './deadline.ts';
import { fewest } from './fewest.ts';
import { isKnownToHold } from './lean-trials.ts';
import { placesOfResults, resultsNamed, subprogram } from './subprogram.ts';
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
  readonly #options: CutOptions;

  constructor(target: Target, start: Execution, options: CutOptions) {
    this.#target = target;
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
      this.#leaveOutBetween(from, end);
      end = Math.min(from, this.operations.length - 1);
    }
    return this.operations.length < before;
  }

  /** Leaves out pieces of `size` steps: bursts as a whole. Returns whether any could be left out. */
  passSteps(size: number): boolean {
    const before = this.operations.length;
    let places = this.#places();
    for (let end = places.length - 1; end > 0 && !this.isSpent; ) {
      const from = Math.max(0, end - size);
      this.#leaveOutBetween(places[from]?.from ?? 0, places[end]?.from ?? 0);
      places = this.#places();
      end = Math.min(from, places.length - 1);
    }
    return this.operations.length < before;
  }

  /** Repeats each burst as often as it must be, by bisection. Returns whether any could be shortened. */
  shortenBursts(): boolean {
    const before = this.operations.length;
    for (let k = this.#places().length - 1; k >= 0 && !this.isSpent; k -= 1) this.#shorten(k);
    return this.operations.length < before;
  }

  /** Where each step of the program begins and ends. */
  #places(): readonly Place[] {
    let end = 0;
    return stepsOf(this.operations).map((step) => {
      const from = end;
      end += lengthOfStep(step);
      return { from, end, period: isBurst(step) ? step.first.length : 0 };
    });
  }

  #shorten(k: number): void {
    const { from, end: all, period } = this.#places()[k] ?? NOWHERE;
    if (period === 0 || this.#leaveOutUnnamed(from, all)) return;
    const end = all < this.operations.length && this.#leaveOutBetween(all - period, all) ? all - period : all;
    // The last repetition may be the one that fails: those before it are left out.
    let enough = (end - from) / period;
    fewest(enough, 1, (times) => {
      if (!this.#leaveOutBetween(from + (times - 1) * period, from + (enough - 1) * period)) return false;
      enough = times;
      return true;
    });
  }

  /**
   * Leaves out allocations in [from, to) of results that no operation names, where some are named: shortening the burst by its end
   * would leave out the operations that name them, too. Returns whether any could be left out.
   */
  #leaveOutUnnamed(from: number, to: number): boolean {
    const named = new Set(this.operations.flatMap(resultsNamed));
    const results = placesOfResults(this.operations).map((at, result) => ({
      at,
      isNamed: named.has(result),
    }));
    const inBurst = results.filter(({ at }) => at >= from && at < to);
    const unnamed = inBurst.filter(({ isNamed }) => !isNamed).map(({ at }) => at);
    if (unnamed.length === inBurst.length) return false;
    let enough = unnamed.length;
    const kept = fewest(enough, 0, (count) => {
      const out = new Set(unnamed.slice(count, enough));
      if (!this.#leaveOut((at) => out.has(at))) return false;
      enough = count;
      return true;
    });
    return kept < unnamed.length;
  }

  /** Leaves out operations [from, to). Returns whether the clause is still broken. */
  #leaveOutBetween(from: number, to: number): boolean {
    return this.#leaveOut((at) => at >= from && at < to);
  }

  /** Leaves out operations. Returns whether the clause is still broken. */
  #leaveOut(isOut: (at: number) => boolean): boolean {
    const { operations } = this;
    const last = operations[operations.length - 1];
    const shorter = subprogram(operations, (at) => !isOut(at));
    // The last operation goes too if it names what was left out: then there is nothing to try.
    return !this.isSpent && shorter.at(-1)?.call === last?.call && this.#attempt(shorter);
  }

  #attempt(operations: Program): boolean {
    this.executions += 1;
    const { deadline, onProgress } = this.#options;
    const { world, policies } = this.run;
    const scenario = { ...world, policies, operations };
    onProgress(this.operations.length);
    if (isKnownToHold(this.#target, scenario, { isOver: deadline.isInterrupted, whereDangling: false }))
      return false;
    const run = execute(this.#target, scenario, undefined, deadline.isInterrupted);
    if (!shows(run, this.#options.kept) || run.operations.length >= this.operations.length) return false;
    this.run = run;
    return true;
  }
}

/** Operations [from, end) of a program that are one step; `period` of them are repeated, 0 where it is not a burst. */
interface Place {
  readonly from: number;
  readonly end: number;
  readonly period: number;
}

const NOWHERE: Place = { from: 0, end: 0, period: 0 };

/** Cuts a program of bursts: leaves out steps, and repeats those that stay less often, until neither helps. */
function cutBursts(cutter: Cutter): void {
  for (let isShorter = true; isShorter && !cutter.isSpent; ) {
    isShorter = false;
    for (let size = Math.ceil(stepsOf(cutter.operations).length / 2); size >= 1; size = Math.floor(size / 2))
      if (cutter.passSteps(size)) isShorter = true;
    if (cutter.shortenBursts()) isShorter = true;
  }
}

/** Shorter programs are taken apart operation by operation. */
const LEAST_OF_BURSTS = 64;

/** Whether a program is long and most of its operations are in bursts. */
export function hasBursts(operations: Program): boolean {
  return operations.length > LEAST_OF_BURSTS && 2 * stepsOf(operations).length < operations.length;
}

/**
 * Cuts a failing program short. Returns the shortest run found that breaks the same clause; an execution stops where the
 * clause is broken, so all operations after that are gone at once. O(log n) runs of the whole length at best, n the operations.
 */
export function cut(target: Target, start: Execution, options: CutOptions): Cut {
  const cutter = new Cutter(target, start, options);
  if (hasBursts(cutter.operations)) cutBursts(cutter);
  // The bursts that are left are needed, as often as they are repeated.
  if (hasBursts(cutter.operations))
    return { run: cutter.run, executions: cutter.executions, exhausted: cutter.isSpent };
  for (let size = Math.ceil(cutter.operations.length / 2); size >= 1 && !cutter.isShort; ) {
    const isShorter = cutter.pass(size);
    if (cutter.isSpent || (size === 1 && !isShorter)) break;
    size = Math.max(1, Math.min(Math.floor(size / 2), Math.ceil(cutter.operations.length / 2)));
  }
  return { run: cutter.run, executions: cutter.executions, exhausted: cutter.isSpent };
}
