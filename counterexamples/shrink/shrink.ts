/**
 * Shrinking: from a scenario that breaks a clause to the simplest scenario that breaks the same clause, in the one order of
 * `simplicity.ts`. A long program is first cut short. Then moves and enumeration of small worlds take turns until neither
 * finds anything simpler. Deterministic and without a seed; bounded by a budget, at whose end the best so far is kept.
 *
 *     scenario ─► starting point ─► cut ─► ┌► descend (moves) ─► enumerate (small worlds) ─┐ ─► trace
 *                                          └────────────────── while simpler ◄─────────────┘
 */
import { type Execution, execute, heldTo, type Target } from '../../runner/index.ts';
import type { BlamedCall, BreakableClause, OwnClause, Scenario, Trace } from '../../spec/index.ts';
import { cut, hasBursts, LEAST_OF_BURSTS } from './cut.ts';
import { Deadline } from './deadline.ts';
import { type Descent, descend } from './descend.ts';
import { type Draft, draftOf } from './draft.ts';
import { ENUMERATIONS, enumerate } from './enumeration.ts';
import { longestBatch } from './long-batches.ts';
import { LONG_MOVES, WORLD_MOVES } from './moves/index.ts';
import { shortenWorld } from './shorten-world.ts';
import { compareSimplicity } from './simplicity.ts';
import { endOfRun, LONG, type Origin, type StartingPoint, startingPoint } from './starting-point.ts';
import { subprogram } from './subprogram.ts';
import {
  type Bounds,
  type Counterexample,
  type OtherClause,
  Outcomes,
  type Simpler,
  Trials,
} from './trials.ts';

/**
 * A scenario to shrink, such as a trace.
 *
 * @public
 */
export interface Shrinkable {
  readonly scenario: Scenario;
  /** The clause that it is known to break, if one is: a long scenario may then be shrunk without being run whole. */
  readonly violation?: { readonly clause: BreakableClause };
  /** Copied into the resulting trace. */
  readonly note?: string;
}

/**
 * The budget of a shrinking.
 *
 * @public
 */
export interface ShrinkOptions {
  /** Executions at most. Default: 50,000. */
  readonly executions?: number;
  /** Milliseconds at most. Default: 30,000. A result that the time limit cut off depends on the machine. */
  readonly ms?: number;
  /** Own clauses by which the runs are judged, as in the campaign that found the scenario. Default: none. */
  readonly checks?: readonly OwnClause[];
  /** The call that the violation must go on to blame. Default: any, whichever makes the simplest program. */
  readonly call?: BlamedCall;
  /** Ends the shrinking early: the best so far is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each execution with the number of operations of the simplest program so far. */
  readonly onProgress?: ((operations: number) => void) | undefined;
}

/**
 * Two runs of one scenario that a target answered differently.
 *
 * @public
 */
export interface Flaky {
  /** The one that the result shows. */
  readonly first: Trace;
  readonly second: Trace;
}

/**
 * - `shrunk`: the trace is a local minimum, or the best that the budget allowed.
 * - `holds`: the scenario breaks no clause on this target.
 * - `flaky`: the target answered the same scenario in two ways.
 * - `unfinished`: time ended while the scenario ran, and it had broken no clause by then. The trace shows the part that ran.
 *
 * @public
 */
export type ShrinkVerdict = 'shrunk' | 'holds' | 'flaky' | 'unfinished';

/**
 * The result of a shrinking.
 *
 * @public
 */
export interface ShrinkResult {
  readonly verdict: ShrinkVerdict;
  /** The simplest trace found; where nothing was shrunk, the first run. */
  readonly trace: Trace;
  /** The clause that the scenario breaks on this target, or null where it holds. */
  readonly clause: BreakableClause | null;
  readonly origin: Origin;
  /** Operations of the scenario that was given. */
  readonly operationsBefore: number;
  /** Scenarios executed; the runs that look for differing answers are not counted. */
  readonly executions: number;
  readonly seconds: number;
  /** Simpler counterexamples gone through on the way. */
  readonly steps: number;
  /** The steps of the descent, the last of which is the trace. Empty where nothing was descended from. */
  readonly way: readonly Simpler[];
  /** Whether the budget ended before no move was left. */
  readonly exhausted: boolean;
  /** Other clauses that drafts broke. They were not followed. */
  readonly otherClauses: readonly OtherClause[];
  /** Both runs, where the target answered one scenario in two ways. */
  readonly flaky: Flaky | null;
}

const EXECUTIONS = 50_000;
const MS = 30_000;
/** A long program is cut to this length where time allows: the moves are many. */
const SHORT = 12;
/** Programs longer than this are left as they were cut: every draft of the descent would run most of them. */
const DESCENDABLE = 2000;
/** Share of the time that cutting may take. */
const CUT_SHARE = 0.8;

function answers({ responses, violation }: Trace): string {
  return JSON.stringify({ responses, violation }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  );
}

/** Runs the scenario of a trace again. Returns both traces if they differ; null, too, where time ends the second run. */
function differingRun(target: Target, first: Trace, deadline: Deadline): Flaky | null {
  const { scenario } = first;
  const run = execute(target, scenario, undefined, endOfRun(scenario, deadline));
  if (run.violation === null && run.operations.length < scenario.operations.length) return null;
  const second = run.trace();
  return answers(first) === answers(second) ? null : { first, second };
}

/** Simplifies the world of a program of bursts, which is as short as it gets: lowers it as a whole before it is tried piece by piece. */
function simplestWorld(trials: Trials, start: Counterexample): Descent {
  let [counterexample, steps] = [start, 0];
  for (let isLower = true; isLower; ) {
    const shorter = shortenWorld(trials, counterexample);
    const lower = descend(trials, shorter.counterexample, WORLD_MOVES);
    counterexample = lower.counterexample;
    steps += shorter.steps + lower.steps;
    isLower = lower.steps > 0;
  }
  return { counterexample, steps };
}

/** Descends, and again from what each enumeration finds. */
function simplestProgram(trials: Trials, start: Counterexample): Descent {
  let { counterexample, steps } = descend(trials, start);
  for (const enumeration of ENUMERATIONS) {
    const found = enumerate(trials, counterexample.draft, enumeration);
    if (found === null) continue;
    const lower = descend(trials, found);
    counterexample = lower.counterexample;
    steps += 1 + lower.steps;
  }
  return { counterexample, steps };
}

/**
 * Changes a long program all at once, simplifies the world of one of bursts, and cuts it again: with lower arguments, bursts may be shorter. Of a program
 * without bursts, also where this has left none, all is simplified.
 */
function minimum(trials: Trials, start: Counterexample, cutAgain: CutAgain): Descent {
  let [counterexample, steps] = [start, 0];
  const takeOver = (lower: Descent): void => {
    counterexample = lower.counterexample;
    steps += lower.steps;
  };
  while (counterexample.draft.operations.length > LEAST_OF_BURSTS) {
    takeOver(descend(trials, counterexample, LONG_MOVES));
    if (!hasBursts(counterexample.draft.operations)) break;
    takeOver(simplestWorld(trials, counterexample));
    if (!hasBursts(counterexample.draft.operations)) continue;
    const shorter = cutAgain(counterexample);
    if (shorter === null) return { counterexample, steps };
    counterexample = shorter;
  }
  takeOver(simplestProgram(trials, counterexample));
  return { counterexample, steps };
}

/** Returns a counterexample with fewer operations, or null. */
type CutAgain = (counterexample: Counterexample) => Counterexample | null;

/** The scenario of a run without the operations that were passed over. */
function performedDraft(run: Execution): Draft {
  const draft = draftOf(run.trace().scenario);
  const passedOver = new Set(run.dangling.map(({ at }) => at));
  return { ...draft, operations: subprogram(draft.operations, (at) => !passedOver.has(at)) };
}

/** A run to descend from: the starting point, cut short if it is long. */
function shortRun(target: Target, { scenario, violation }: Shrinkable, bounds: Bounds): ShortRun {
  const { deadline, call, onProgress = () => {} } = bounds;
  const start = startingPoint(target, scenario, { clause: violation?.clause, call, deadline });
  const clause = start.run.violation?.clause;
  const { operations } = start.run;
  if (clause === undefined || (operations.length <= LONG && !hasBursts(operations)))
    return { ...start, exhausted: false };
  const kept = { clause, call };
  const cutting = { kept, operations: SHORT, deadline: deadline.after(CUT_SHARE), onProgress };
  const short = cut(target, start.run, cutting);
  return { ...start, ...short, executions: start.executions + short.executions };
}

interface ShortRun extends StartingPoint {
  /** Whether time ended before the run was cut as far as it can be. */
  readonly exhausted: boolean;
}

/** Descends from a run that breaks a clause. Returns the fields of the result that this decides. */
function descended(
  trials: Trials,
  target: Target,
  { run, executions, exhausted }: ShortRun,
  { deadline, onProgress = () => {} }: Bounds,
): Partial<ShrinkResult> {
  const performed = trials.run(performedDraft(run));
  if (performed === null) return {};
  let cutting = 0;
  const { counterexample, steps } = minimum(trials, performed, ({ run }) => {
    const shorter = cut(target, run, { kept: trials.kept, operations: SHORT, deadline, onProgress });
    cutting += shorter.executions;
    return shorter.run === run ? null : trials.run(performedDraft(shorter.run));
  });
  const trace = counterexample.run.trace();
  const flaky = differingRun(target, trace, deadline) ?? differingRun(target, trace, deadline);
  return {
    verdict: flaky === null ? 'shrunk' : 'flaky',
    trace,
    executions: executions + cutting + trials.executions,
    steps,
    way: trials.way,
    exhausted: exhausted || trials.isSpent,
    otherClauses: trials.otherClauses,
    flaky,
  };
}

/** The verdict on a run that is not descended from, or null where it is: `shrunk` where it is too long. */
function verdictOn(run: Execution, flaky: Flaky | null, isComplete: boolean): ShrinkVerdict | null {
  if (run.violation === null && !isComplete) return 'unfinished';
  if (flaky !== null) return 'flaky';
  if (run.violation === null) return 'holds';
  return run.operations.length > DESCENDABLE && !hasBursts(run.operations) ? 'shrunk' : null;
}

function unnoted(bounds: Bounds, outcomes: Outcomes, target: Target, given: Shrinkable): ShrinkResult {
  const began = performance.now();
  const { deadline, call, onProgress } = bounds;
  const short = shortRun(target, given, bounds);
  const { run, origin, executions } = short;
  const trace = run.trace();
  const clause = run.violation?.clause ?? null;
  const operationsBefore = given.scenario.operations.length;
  const isComplete = clause !== null || run.operations.length === operationsBefore;
  const flaky = isComplete ? differingRun(target, trace, deadline) : null;
  const verdict = verdictOn(run, flaky, isComplete);
  const first = {
    trace,
    clause,
    origin,
    operationsBefore,
    executions,
    steps: 0,
    way: [],
    otherClauses: [],
    flaky,
  };
  const exhausted = short.exhausted || verdict === 'unfinished' || verdict === 'shrunk';
  const left = {
    deadline,
    onProgress,
    longestBatch: longestBatch(run),
    executions: Math.max(1, bounds.executions - executions),
  };
  const more =
    verdict !== null || clause === null
      ? {}
      : descended(new Trials(target, { clause, call }, left, outcomes), target, short, bounds);
  const seconds = (performance.now() - began) / 1000;
  return { ...first, verdict: verdict ?? 'shrunk', exhausted, seconds, ...more };
}

function shrinkWithin(bounds: Bounds, outcomes: Outcomes, target: Target, given: Shrinkable): ShrinkResult {
  const result = unnoted(bounds, outcomes, target, given);
  return given.note === undefined ? result : { ...result, trace: { ...result.trace, note: given.note } };
}

function boundsOf({ executions = EXECUTIONS, ms = MS, call, signal, onProgress }: ShrinkOptions): Bounds {
  return { executions, deadline: new Deadline(performance.now() + ms, signal), call, onProgress };
}

/**
 * Shrinks a scenario that breaks a clause on this target. The clause kept is the one that the target breaks now; it differs
 * from the recorded one where the target has changed since. The scenario's policies are part of what is checked.
 *
 * @public
 */
export function shrink(target: Target, given: Shrinkable, options: ShrinkOptions = {}): ShrinkResult {
  return shrinkWithin(boundsOf(options), new Outcomes(), heldTo(target, options.checks), given);
}

/**
 * Shrinks a trace, and then, one after the other, the simplest trace of each other clause that was met and is simpler than
 * the result so far; each within the options. Where all are of one bug, the simplest result is the same whichever clause the
 * bug was found by. The first result is that of {@link shrink}; the simplest comes last.
 *
 * @public
 */
export function shrinkAcross(
  target: Target,
  given: Shrinkable,
  options: ShrinkOptions = {},
): readonly ShrinkResult[] {
  const outcomes = new Outcomes();
  const strict = heldTo(target, options.checks);
  const results = [shrinkWithin(boundsOf(options), outcomes, strict, given)];
  const done = new Set<string | undefined>();
  for (let last = results[0]; last !== undefined; ) {
    done.add(last.trace.violation?.clause);
    const { scenario } = last.trace;
    const simpler = last.otherClauses
      .filter((other) => !done.has(other.clause) && compareSimplicity(other.trace.scenario, scenario) < 0)
      .sort((a, b) => compareSimplicity(a.trace.scenario, b.trace.scenario))[0];
    last =
      simpler === undefined ? undefined : shrinkWithin(boundsOf(options), outcomes, strict, simpler.trace);
    if (last !== undefined) results.push(last);
  }
  return results;
}
