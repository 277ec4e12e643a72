/**
 * Shrinking: from a trace that breaks a clause to the simplest scenario that breaks the same clause, in the one order of
 * `simplicity.ts`. Descent by moves, then a search of small worlds that does not depend on the start, in turn until
 * neither finds anything simpler. Deterministic and without a seed; bounded by a budget, at whose end the best so far is
 * kept.
 */

import type { Target } from '../../runner/index.ts';
import { type Execution, execute } from '../../runner/index.ts';
import type { Trace } from '../../spec/index.ts';
import { descend } from './descend.ts';
import { type Draft, draftOf } from './draft.ts';
import { search } from './search.ts';
import { compareSimplicity } from './simplicity.ts';
import { type Failure, type OtherClause, Outcomes, Trials } from './trials.ts';

export interface ShrinkOptions {
  /** Executions at most. Default: 50,000. */
  readonly executions?: number;
  /** Milliseconds at most. Default: 30,000. A shrinking that this ends depends on the machine. */
  readonly ms?: number;
}

/** Two runs of one scenario that a target answered differently. */
export interface Flaky {
  /** The one that the result shows. */
  readonly first: Trace;
  readonly second: Trace;
}

/**
 * - `shrunk`: the trace is a local minimum, or the best that the budget allowed.
 * - `holds`: the scenario breaks no clause on this target.
 * - `flaky`: the target answered the same scenario in two ways.
 */
export type ShrinkVerdict = 'shrunk' | 'holds' | 'flaky';

export interface ShrinkResult {
  readonly verdict: ShrinkVerdict;
  /** The simplest trace found; where the target is flaky from the start, or the scenario holds on it, what it did first. */
  readonly trace: Trace;
  /** Scenarios executed, besides the five runs that look for differing answers. */
  readonly executions: number;
  /** Candidates that had been executed before. */
  readonly cached: number;
  readonly ms: number;
  /** Simpler failures gone through on the way. */
  readonly steps: number;
  /** Whether the budget ended before no move was left. */
  readonly exhausted: boolean;
  /** Clauses that other candidates broke. The shrinking did not follow them. */
  readonly otherClauses: readonly OtherClause[];
  /** Both runs, where the target answered one scenario in two ways. */
  readonly flaky: Flaky | null;
}

const EXECUTIONS = 50_000;
const MS = 30_000;

function answers({ responses, violation }: Trace): string {
  return JSON.stringify({ responses, violation }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

/** Runs a scenario twice, and returns both traces where they differ. */
function differingRuns(target: Target, scenario: Trace['scenario']): Flaky | null {
  const [first, second] = [execute(target, scenario).trace(), execute(target, scenario).trace()];
  return answers(first) === answers(second) ? null : { first, second };
}

/** Runs what was shrunk twice more, and returns it with a run that differs, where one does. */
function differingFrom(target: Target, shrunk: Trace): Flaky | null {
  const runs = differingRuns(target, shrunk.scenario);
  if (runs === null) return null;
  const second = answers(runs.first) === answers(shrunk) ? runs.second : runs.first;
  return { first: shrunk, second };
}

/** Descends and searches in turn until neither finds anything simpler. */
function minimum(trials: Trials, start: Failure): { readonly failure: Failure; readonly steps: number } {
  let { failure, steps } = descend(trials, start);
  for (let found = search(trials, failure); found !== null; found = search(trials, failure)) {
    const lower = descend(trials, found);
    failure = lower.failure;
    steps += 1 + lower.steps;
  }
  return { failure, steps };
}

function unshrunk(verdict: ShrinkVerdict, trace: Trace, flaky: Flaky | null): ShrinkResult {
  const spent = { executions: 2, cached: 0, ms: 0, steps: 0, exhausted: false };
  return { verdict, trace, ...spent, otherClauses: [], flaky };
}

/** The scenario of a run without the operations that were passed over, because what they refer to was never handed out. */
function performed(run: Execution): Draft {
  const draft = draftOf(run.trace().scenario);
  const passedOver = new Set(run.dangling.map(({ at }) => at));
  return { ...draft, operations: draft.operations.filter((_, at) => !passedOver.has(at)) };
}

/** A trace of a violation, with the note of the one it came from. */
function recorded(run: Execution, { note }: Trace): Trace {
  const trace = run.trace();
  return note === undefined ? trace : { ...trace, note };
}

/**
 * Shrinks a trace that breaks a clause on this target. The clause kept is the one that the target breaks now; it differs
 * from the recorded one where the target has changed since. The policies are those of the trace.
 */
export function shrink(target: Target, trace: Trace, options: ShrinkOptions = {}): ShrinkResult {
  return shrinkKnowing(new Outcomes(), target, trace, options);
}

function shrinkKnowing(
  outcomes: Outcomes,
  target: Target,
  trace: Trace,
  options: ShrinkOptions,
): ShrinkResult {
  const { executions = EXECUTIONS, ms = MS } = options;
  const flaky = differingRuns(target, trace.scenario);
  if (flaky !== null) return unshrunk('flaky', flaky.first, flaky);
  const run = execute(target, trace.scenario);
  if (run.violation === null) return unshrunk('holds', run.trace(), null);
  const trials = new Trials(target, run.violation.clause, { executions, ms }, outcomes);
  const start = trials.run(performed(run));
  if (start === null) return unshrunk('shrunk', recorded(run, trace), null);
  const { failure, steps } = minimum(trials, start);
  const shrunk = recorded(failure.run, trace);
  const late = differingFrom(target, shrunk);
  return {
    verdict: late === null ? 'shrunk' : 'flaky',
    trace: shrunk,
    executions: trials.executions,
    cached: trials.cached,
    ms: trials.ms,
    steps,
    exhausted: trials.isSpent,
    otherClauses: trials.otherClauses,
    flaky: late,
  };
}

/**
 * Shrinks a trace, and then, one after the other, the simplest trace of each other clause that was met and is simpler
 * than what was reached by then. Where all are of one bug, the simplest of the results is the same whichever clause the
 * bug was found by. The first result is that of {@link shrink}; the simplest comes last.
 */
export function shrinkAcross(
  target: Target,
  trace: Trace,
  options: ShrinkOptions = {},
): readonly ShrinkResult[] {
  const outcomes = new Outcomes();
  const results = [shrinkKnowing(outcomes, target, trace, options)];
  const done = new Set<string | undefined>();
  for (let last = results[0]; last !== undefined; ) {
    done.add(last.trace.violation?.clause);
    const { scenario } = last.trace;
    const simpler = last.otherClauses
      .filter((other) => !done.has(other.clause) && compareSimplicity(other.trace.scenario, scenario) < 0)
      .sort((a, b) => compareSimplicity(a.trace.scenario, b.trace.scenario))[0];
    last = simpler === undefined ? undefined : shrinkKnowing(outcomes, target, simpler.trace, options);
    if (last !== undefined) results.push(last);
  }
  return results;
}
