/**
 * Trials: candidates executed under the judge, within a budget. A candidate counts where it breaks the clause that is
 * being reduced and all its references resolve; one that breaks another clause is taken note of, never followed. What
 * was tried once is not executed again.
 */
import { createHash } from 'node:crypto';
import type { ClauseName, Ownership, Trace } from '../../spec/index.ts';
import { type Execution, execute } from '../execution.ts';
import type { Target } from '../target.ts';
import { type Draft, isSound, keyOf, Worlds } from './draft.ts';
import { compareDrafts } from './simplicity.ts';

/** A scenario that fails, what happened when it ran, and the state before each of its operations. */
export interface Failure {
  readonly draft: Draft;
  readonly run: Execution;
  /** The state before operation k; the last one is the state before the failing operation. */
  readonly states: readonly Ownership[];
}

/** What a reduction may spend. */
export interface Budget {
  readonly executions: number;
  readonly ms: number;
}

/** A clause other than the one kept, which scenarios simpler than the best of that time broke. */
export interface OtherClause {
  readonly clause: ClauseName;
  /** How many of them did. */
  readonly count: number;
  /** The simplest of them. */
  readonly trace: Trace;
}

interface OtherFailure {
  count: number;
  draft: Draft;
  run: Execution;
}

const NO_TALLY = (): void => {};

/** Keys longer than this are kept as a digest: thousands of drafts of a long program would fill memory. */
const LONG_KEY = 1024;

function shortKey(draft: Draft): string {
  const key = keyOf(draft);
  return key.length <= LONG_KEY ? key : createHash('sha256').update(key).digest('base64');
}

export class Trials {
  readonly clause: ClauseName;
  executions = 0;
  cached = 0;
  readonly #target: Target;
  readonly #budget: Budget;
  readonly #start = performance.now();
  readonly #worlds = new Worlds();
  readonly #tried = new Set<string>();
  readonly #others = new Map<ClauseName, OtherFailure>();
  #reserve = 0;

  constructor(target: Target, clause: ClauseName, budget: Budget) {
    this.#target = target;
    this.clause = clause;
    this.#budget = budget;
  }

  /** Milliseconds since the reduction began. */
  get ms(): number {
    return performance.now() - this.#start;
  }

  /** Whether nothing more may be executed. */
  get isSpent(): boolean {
    return this.executions + this.#reserve >= this.#budget.executions || this.ms >= this.#budget.ms;
  }

  /** Keeps this share of the executions back, for what comes later. */
  keepBack(share: number): void {
    this.#reserve = Math.floor(this.#budget.executions * share);
  }

  /** The clauses that other scenarios broke, simplest scenario of each. */
  get otherClauses(): readonly OtherClause[] {
    return [...this.#others].map(([clause, { count, run }]) => ({ clause, count, trace: run.trace() }));
  }

  /** Executes a draft that has not been tried, and returns its failure where it breaks the clause; else null. */
  attempt(draft: Draft): Failure | null {
    if (this.isSpent || !isSound(draft)) return null;
    const key = shortKey(draft);
    if (this.#tried.has(key)) {
      this.cached += 1;
      return null;
    }
    this.#tried.add(key);
    return this.run(draft);
  }

  /** Executes a draft whether it was tried before or not. */
  run(draft: Draft): Failure | null {
    this.executions += 1;
    const states: Ownership[] = [];
    const run = execute(this.#target, this.#worlds.scenarioOf(draft), {
      tally: NO_TALLY,
      onStep: ({ before }) => {
        states.push(before);
      },
    });
    if (run.violation === null || run.dangling.length > 0) return null;
    // An execution stops at its first violation: what comes after it was not performed, and is cut off here.
    const failed: Draft = { ...draft, operations: run.operations };
    if (run.violation.clause !== this.clause) {
      this.#note(run.violation.clause, failed, run);
      return null;
    }
    if (run.violation.at >= 0) states.push(run.state);
    return { draft: failed, run, states };
  }

  #note(clause: ClauseName, draft: Draft, run: Execution): void {
    const known = this.#others.get(clause);
    if (known === undefined) {
      this.#others.set(clause, { count: 1, draft, run });
      return;
    }
    known.count += 1;
    if (compareDrafts(draft, known.draft) < 0) Object.assign(known, { draft, run });
  }
}
