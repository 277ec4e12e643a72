/**
 * Trials: drafts executed under the judge, within a budget. A draft is a counterexample if it breaks the clause that is being
 * shrunk and all its references resolve; one that breaks another clause is noted, never followed. No draft that was tried once
 * is executed again, not even by later trials that share the outcomes.
 */
import { createHash } from 'node:crypto';
import {
  type Execution,
  execute,
  type LeftOut,
  leftOutOf,
  type Observer,
  type StartedProgram,
  type Target,
} from '../../runner/index.ts';
import {
  type BlamedCall,
  type BreakableClause,
  blamedCall,
  type Call,
  type Ownership,
  type Program,
  type Scenario,
  type Trace,
} from '../../spec/index.ts';
import type { Deadline } from './deadline.ts';
import { type Draft, isSound, keyOf, ScenarioBuilder } from './draft.ts';
import { holdingWith } from './holding-with.ts';
import { isKnownToHold, leanlyHoldingWith } from './lean-trials.ts';
import { mayExceed } from './long-batches.ts';
import { compareDrafts } from './simplicity.ts';

/** A draft that breaks the clause, and its run. */
export interface Counterexample {
  readonly draft: Draft;
  readonly run: Execution;
  /** The state before each operation, by its place, the one that breaks the clause included; of long programs, before the last ones. */
  readonly states: readonly Ownership[];
}

/** The parts of a violation that are kept while its scenario is shrunk. */
export interface Kept {
  readonly clause: BreakableClause;
  /** The call that it blames; undefined where any call will do. */
  readonly call?: BlamedCall | undefined;
}

/** Whether an execution shows the violation that is kept. */
export function shows({ violation, operations }: Execution, { clause, call }: Kept): boolean {
  if (violation?.clause !== clause) return false;
  return call === undefined || call === blamedCall(violation, operations);
}

/** Is told of the number of operations of the simplest program so far, now and then. */
export type Progress = (operations: number) => void;

/** The limits of a shrinking. Nothing is executed once one is reached. */
export interface Budget {
  readonly executions: number;
  readonly deadline: Deadline;
  /** Page frames of the longest batch that drafts may be granted. Default: the longest that campaigns draw. */
  readonly longestBatch?: number | undefined;
  readonly onProgress?: Progress | undefined;
}

/** A budget, and the call that the violation must go on to blame, if it matters. */
export interface Bounds extends Budget, Pick<Kept, 'call'> {}

/**
 * A clause other than the one being shrunk, broken by drafts that were simpler than the best at that time.
 *
 * @public
 */
export interface OtherClause {
  readonly clause: BreakableClause;
  /** How many drafts broke it. */
  readonly count: number;
  /** The simplest of them. */
  readonly trace: Trace;
}

/**
 * A counterexample that shrinking went through.
 *
 * @public
 */
export interface Simpler {
  /** Drafts executed until it was found, it included. */
  readonly executions: number;
  readonly operations: Program;
  /** Page frames of its memory map. */
  readonly pages: number;
}

interface SimplestOfClause {
  count: number;
  draft: Draft;
  trace: Trace;
}

/** The outcomes of drafts on one target. */
export class Outcomes {
  readonly #broken = new Map<string, BreakableClause | null>();
  readonly #simplest = new Map<BreakableClause, SimplestOfClause>();

  /** Returns the clause that a draft broke, null where it broke none, undefined where it was not tried. */
  of(key: string): BreakableClause | null | undefined {
    return this.#broken.get(key);
  }

  record(key: string, clause: BreakableClause | null): void {
    this.#broken.set(key, clause);
  }

  /** Notes that a draft broke a clause, with its trace if it is the simplest that did. */
  note(clause: BreakableClause, draft: Draft, run: Execution): void {
    const known = this.#simplest.get(clause);
    const isSimplest = known === undefined || compareDrafts(draft, known.draft) < 0;
    const count = (known?.count ?? 0) + 1;
    if (isSimplest) this.#simplest.set(clause, { count, draft, trace: run.trace() });
    else known.count = count;
  }

  /** Returns the other clauses that were broken, and the simplest scenario of each. */
  otherThan(clause: BreakableClause): readonly OtherClause[] {
    const others = [...this.#simplest].filter(([name]) => name !== clause);
    return others.map(([name, { count, trace }]) => ({ clause: name, count, trace }));
  }
}

/** The states of longer programs would fill memory: before their last operations they are kept. */
const LONGEST_WITH_STATES = 2000;
const LAST_STATES = 4;

const NO_TALLY = (): void => {};

/** Keys longer than this are kept as a digest: thousands of drafts of a long program would fill memory. */
const LONG_KEY = 1024;

function shortKey(draft: Draft): string {
  const key = keyOf(draft);
  return key.length <= LONG_KEY ? key : createHash('sha256').update(key).digest('base64');
}

/** Programs that run ahead of the judge, on a target that takes whole programs. */
const AHEAD = 4;

export class Trials {
  readonly kept: Kept;
  /** The calls that the target has. */
  readonly calls: readonly Call[];
  executions = 0;
  /** The counterexamples found, one after the other. */
  readonly way: Simpler[] = [];
  #simplest = Number.POSITIVE_INFINITY;
  readonly #target: Target;
  readonly #budget: Budget;
  readonly #outcomes: Outcomes;
  readonly #scenarios = new ScenarioBuilder();
  /** Programs that have been started, by the keys of their drafts. */
  readonly #underWay = new Map<string, StartedProgram>();

  constructor(target: Target, kept: Kept, budget: Budget, outcomes: Outcomes = new Outcomes()) {
    this.#target = target;
    this.calls = target.profile.calls;
    this.kept = kept;
    this.#budget = budget;
    this.#outcomes = outcomes;
  }

  /** Whether nothing more may be executed. */
  get isSpent(): boolean {
    return this.executions >= this.#budget.executions || this.#budget.deadline.isOver;
  }

  /** The other clauses that drafts broke, with the simplest scenario of each. */
  get otherClauses(): readonly OtherClause[] {
    return this.#outcomes.otherThan(this.kept.clause);
  }

  /** Lists items. Where the target takes whole programs, those of the drafts of the next few run meanwhile; null where an item has none. */
  *ahead<T>(items: Iterable<T>, draftOf: (item: T) => Draft | null): Generator<T> {
    const most = this.#target.isInteractive ? 0 : AHEAD;
    const next: T[] = [];
    try {
      for (const item of items) {
        const draft = most === 0 ? null : draftOf(item);
        if (draft !== null) this.#begin(draft);
        next.push(item);
        if (next.length > most) yield* next.splice(0, 1);
      }
      yield* next;
    } finally {
      for (const started of this.#underWay.values()) started.drop?.();
      this.#underWay.clear();
    }
  }

  #begin(draft: Draft): void {
    const key = this.#keyToRun(draft);
    if (key === null || this.#underWay.has(key)) return;
    const scenario = this.#scenarios.scenarioOf(draft);
    this.#underWay.set(key, this.#target.start(scenario, scenario.operations, this.#leftOut(scenario)));
  }

  #leftOut({ map, config, policies, operations: program }: Scenario): LeftOut | undefined {
    return leftOutOf(this.#target, { map, config }, { policies, program });
  }

  /** Returns the key of a draft, or null where it is not to be run: it makes no sense, or is known to hold or to break another clause. */
  #keyToRun(draft: Draft): string | null {
    if (this.isSpent || !isSound(draft) || mayExceed(draft, this.#budget.longestBatch, this.#target))
      return null;
    const key = shortKey(draft);
    const known = this.#outcomes.of(key);
    return known === undefined || known === this.kept.clause ? key : null;
  }

  /** Executes a draft, unless it is known to hold or to break another clause. Returns the counterexample if it is one. */
  attempt(draft: Draft): Counterexample | null {
    const key = this.#keyToRun(draft);
    return key === null ? null : this.#run(draft, key);
  }

  /** Returns with which of these last operations, by their places, a draft is known to hold, or not to run. See {@link holdingWith}. */
  holdingWith(draft: Draft, lasts: Program): readonly boolean[] {
    const scenario = this.#scenarios.scenarioOf(draft);
    const leanly = leanlyHoldingWith(this.#target, scenario, lasts);
    if (leanly !== null) {
      this.executions += 1;
      return leanly;
    }
    if (this.#leftOut(scenario)?.some((why) => why !== null) === true) return lasts.map(() => true);
    return holdingWith(scenario.operations, lasts, (operations) => {
      this.executions += 1;
      return this.#execution({ ...scenario, operations }, shortKey({ ...draft, operations }));
    });
  }

  /** Executes a draft whether it was tried before or not. */
  run(draft: Draft): Counterexample | null {
    return this.#run(draft, shortKey(draft));
  }

  #run(draft: Draft, key: string): Counterexample | null {
    this.executions += 1;
    const states: Ownership[] = [];
    const { length } = draft.operations;
    const first = length <= LONGEST_WITH_STATES ? 0 : length - LAST_STATES;
    let at = 0;
    const observer: Observer = {
      tally: NO_TALLY,
      onStep: ({ before }) => {
        if (at >= first) states[at] = before;
        at += 1;
      },
    };
    const { deadline } = this.#budget;
    const scenario = this.#scenarios.scenarioOf(draft);
    if (isKnownToHold(this.#target, scenario, { isOver: deadline.isInterrupted, whereDangling: true })) {
      this.#outcomes.record(key, null);
      this.#tellProgress();
      return null;
    }
    const run = this.#execution(scenario, key, observer);
    this.#tellProgress();
    const { violation } = run;
    const isComplete = run.dangling.length === 0;
    this.#outcomes.record(key, isComplete && violation !== null ? violation.clause : null);
    if (violation === null || !isComplete) return null;
    // An execution stops at its first violation; the operations after it were not performed.
    const isWhole = run.operations.length === draft.operations.length;
    const performed: Draft = isWhole ? draft : { ...draft, operations: run.operations };
    this.#outcomes.note(violation.clause, performed, run);
    if (!shows(run, this.kept)) return null;
    if (violation.at >= first) states[violation.at] = run.state;
    const pages = performed.descriptors.reduce((sum, descriptor) => sum + descriptor.pages, 0);
    this.way.push({ executions: this.executions, operations: performed.operations, pages });
    this.#simplest = Math.min(this.#simplest, performed.operations.length);
    return { draft: performed, run, states };
  }

  /** Runs a scenario, or reads the answers of the run that has been started. */
  #execution(scenario: Scenario, key: string, observer?: Observer): Execution {
    const started = this.#underWay.get(key);
    this.#underWay.delete(key);
    const { deadline } = this.#budget;
    return execute(this.#target, scenario, observer, deadline.isInterrupted, started?.performer());
  }

  #tellProgress(): void {
    if (Number.isFinite(this.#simplest)) this.#budget.onProgress?.(this.#simplest);
  }
}
