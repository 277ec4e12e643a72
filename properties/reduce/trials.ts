/**
 * Trials: candidates executed under the judge, within a budget. A candidate counts where it breaks the clause that is
 * being reduced and all its references resolve; one that breaks another clause is taken note of, never followed. What
 * was tried once is not executed again, nor is it by later trials that are given the same outcomes.
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
interface Budget {
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

interface Noted {
  count: number;
  draft: Draft;
  trace: Trace;
}

/** What became of drafts on one target. */
export class Outcomes {
  readonly #broken = new Map<string, ClauseName | null>();
  readonly #simplest = new Map<ClauseName, Noted>();

  /** Returns the clause that a draft broke, null where it broke none, undefined where it was not tried. */
  of(key: string): ClauseName | null | undefined {
    return this.#broken.get(key);
  }

  record(key: string, clause: ClauseName | null): void {
    this.#broken.set(key, clause);
  }

  /** Takes note of a failure, with its trace where it is the simplest of its clause. */
  note(clause: ClauseName, draft: Draft, run: Execution): void {
    const known = this.#simplest.get(clause);
    const isSimplest = known === undefined || compareDrafts(draft, known.draft) < 0;
    const count = (known?.count ?? 0) + 1;
    if (isSimplest) this.#simplest.set(clause, { count, draft, trace: run.trace() });
    else known.count = count;
  }

  /** Returns the clauses broken besides one, and the simplest scenario of each. */
  besides(clause: ClauseName): readonly OtherClause[] {
    const others = [...this.#simplest].filter(([name]) => name !== clause);
    return others.map(([name, { count, trace }]) => ({ clause: name, count, trace }));
  }
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
  readonly #outcomes: Outcomes;
  readonly #start = performance.now();
  readonly #worlds = new Worlds();

  constructor(target: Target, clause: ClauseName, budget: Budget, outcomes: Outcomes = new Outcomes()) {
    this.#target = target;
    this.clause = clause;
    this.#budget = budget;
    this.#outcomes = outcomes;
  }

  /** Milliseconds since the reduction began. */
  get ms(): number {
    return performance.now() - this.#start;
  }

  /** Whether nothing more may be executed. */
  get isSpent(): boolean {
    return this.executions >= this.#budget.executions || this.ms >= this.#budget.ms;
  }

  /** The clauses that other scenarios broke, simplest scenario of each. */
  get otherClauses(): readonly OtherClause[] {
    return this.#outcomes.besides(this.clause);
  }

  /** Executes a draft that is not known to hold or to break another clause. Returns its failure where it breaks this one. */
  attempt(draft: Draft): Failure | null {
    if (this.isSpent || !isSound(draft)) return null;
    const key = shortKey(draft);
    const known = this.#outcomes.of(key);
    if (known === undefined || known === this.clause) return this.#run(draft, key);
    this.cached += 1;
    return null;
  }

  /** Executes a draft whether it was tried before or not. */
  run(draft: Draft): Failure | null {
    return this.#run(draft, shortKey(draft));
  }

  #run(draft: Draft, key: string): Failure | null {
    this.executions += 1;
    const states: Ownership[] = [];
    const run = execute(this.#target, this.#worlds.scenarioOf(draft), {
      tally: NO_TALLY,
      onStep: ({ before }) => {
        states.push(before);
      },
    });
    const { violation } = run;
    const isOwn = violation !== null && run.dangling.length === 0;
    this.#outcomes.record(key, isOwn ? violation.clause : null);
    if (!isOwn) return null;
    // An execution stops at its first violation: what comes after it was not performed, and is cut off here.
    const failed: Draft = { ...draft, operations: run.operations };
    this.#outcomes.note(violation.clause, failed, run);
    if (violation.clause !== this.clause) return null;
    if (violation.at >= 0) states.push(run.state);
    return { draft: failed, run, states };
  }
}
