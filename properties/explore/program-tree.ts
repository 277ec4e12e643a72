/**
 * The tree of programs: every program up to a length, each run from init on a new manager. No two programs are taken to be
 * equivalent, so hidden state counts, and the work grows exponentially with the length.
 */
import { setImmediate } from 'node:timers/promises';
import type { ModelState } from '../../model/index.ts';
import type { Operation } from '../../spec/index.ts';
import { type ProgramSearch, Run } from './run.ts';

interface TreeOptions extends ProgramSearch {
  /** Most operations in a program. */
  readonly depth: number;
  /** Called now and then with the number of programs run. */
  readonly onProgress?: (programs: number) => void;
}

/** The result of running a tree of programs. */
export interface TreeResult {
  /** `done`: all programs were run; `violated`: one broke a clause; `given up`: out of time, or interrupted. */
  readonly end: 'done' | 'violated' | 'given up';
  /** All programs of up to this many operations were run, and held. */
  readonly depth: number;
  readonly programs: number;
  /** The first of the shortest programs that break a clause. */
  readonly program: readonly Operation[] | null;
  /** Whether the target did not return from that program in time. */
  readonly isStuck: boolean;
}

/** A program that holds, and the model's state after each of its operations. */
interface Prefix {
  readonly operations: readonly Operation[];
  readonly states: readonly ModelState[];
}

/** Programs between two checks of the clock. */
const TURN = 1000;

class Tree {
  readonly #options: TreeOptions;
  programs = 0;
  isStuck = false;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** Runs every program of `length` operations after a prefix, and yields it: each that holds, or breaks a clause on the way. */
  *ofLength(length: number, from: Prefix): Generator<Prefix | { readonly broken: readonly Operation[] }> {
    for (const operation of this.#options.operations) {
      const last = this.last(from, operation);
      const operations = [...from.operations, operation];
      if (last === null) yield { broken: operations };
      else {
        const longer = { operations, states: [...from.states, last] };
        if (length === 1) yield longer;
        else yield* this.ofLength(length - 1, longer);
      }
    }
  }

  /** Runs a prefix and one more operation, if there is one. Returns the model's state after it, or null if it breaks a clause. */
  last({ operations, states }: Prefix, operation: Operation | null): ModelState | null {
    this.programs += 1;
    return this.#options.patience.limited(
      () => {
        const run = new Run(this.#options);
        operations.forEach((each, i) => {
          const after = states[i];
          if (after !== undefined) run.repeat(each, after);
        });
        const holds = run.violation === null && (operation === null || run.perform(operation)) && run.sweep();
        run.close();
        return holds ? run.state : null;
      },
      () => {
        this.isStuck = true;
        return null;
      },
    );
  }

  async isOver(): Promise<boolean> {
    if (this.programs % TURN !== 0) return false;
    await setImmediate();
    const { deadline, signal, onProgress } = this.#options;
    onProgress?.(this.programs);
    return performance.now() > deadline || signal?.aborted === true;
  }
}

/** Runs every program of up to `depth` operations, shorter ones first. */
export async function runTree(options: TreeOptions): Promise<TreeResult> {
  const tree = new Tree(options);
  const empty: Prefix = { operations: [], states: [] };
  if (tree.last(empty, null) === null)
    return { end: 'violated', depth: 0, programs: 1, program: [], isStuck: tree.isStuck };
  tree.programs = 0;
  for (let length = 1; length <= options.depth; length += 1)
    for (const found of tree.ofLength(length, empty)) {
      const { programs, isStuck } = tree;
      const far = { depth: length - 1, programs, isStuck };
      if ('broken' in found) return { end: 'violated', ...far, program: found.broken };
      if (await tree.isOver()) return { end: 'given up', ...far, program: null };
    }
  return { end: 'done', depth: options.depth, programs: tree.programs, program: null, isStuck: false };
}
