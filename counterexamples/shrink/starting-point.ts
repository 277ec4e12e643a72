/**
 * The starting point of a shrinking: a run that breaks a clause, the cheapest first. Running 100,000 operations costs seconds,
 * and cutting them takes many such runs. Therefore a long scenario's last operations are tried first, then all small programs
 * in small worlds, which find most bugs whatever the history was, and the whole only after that. Between them come bursts of plain calls.
 */
import { type Execution, execute, type Target } from '../../runner/index.ts';
import type { BlamedCall, BreakableClause, Scenario } from '../../spec/index.ts';
import { hasBursts } from './cut.ts';
import type { Deadline } from './deadline.ts';
import { draftOf } from './draft.ts';
import { smallCounterexample } from './enumeration.ts';
import { simpleBursts, type Times } from './simple-bursts.ts';
import { lastOperations } from './subprogram.ts';
import { type Kept, shows, Trials } from './trials.ts';

/**
 * The program that a shrinking started from.
 *
 * - `end`: the last operations of the scenario, with the earlier ones that they depend on.
 * - `small program`: one found by enumeration, or a burst of plain calls, that breaks the same clause; the scenario itself was not run.
 * - `whole`: the scenario itself.
 *
 * @public
 */
export type Origin = 'end' | 'small program' | 'whole';

/** A run to shrink from. */
export interface StartingPoint {
  /** It breaks a clause, unless the whole scenario holds or time ended while it ran. */
  readonly run: Execution;
  readonly origin: Origin;
  /** Executions that it took. */
  readonly executions: number;
}

interface StartingPointOptions {
  /** The clause that the scenario is known to break; without it, the whole is run first. */
  readonly clause: BreakableClause | undefined;
  readonly call: BlamedCall | undefined;
  readonly deadline: Deadline;
}

/** Scenarios of up to this many operations are run whole, and whatever the time. */
export const LONG = 256;
/** No more than this many of the last operations are tried, so that no try costs as much as the whole. */
const LAST_OPERATIONS = 1024;
/** Simple bursts of few times cost less than all small programs, bursts of many times may cost more. */
const FEW_TIMES = 64;
const MANY_TIMES = 1024;
const MOST_TIMES = 2 ** 15;
/** Share of the time that simple bursts may take, of few times and of many. */
const BURSTS_SHARE = 0.2;
/** Share of the time that enumeration may take. */
const ENUMERATION_SHARE = 0.4;

/** Returns when a run of the scenario ends: a short one runs to its end, unless it is interrupted. */
export function endOfRun({ operations }: Scenario, deadline: Deadline): () => boolean {
  return operations.length > LONG ? () => deadline.isOver : deadline.isInterrupted;
}

interface Attempt {
  readonly run: Execution | null;
  readonly executions: number;
}

/** Runs the last operations: first one, then four times as many, and so on, until they break the clause. */
function fromEnd(target: Target, scenario: Scenario, kept: Kept, deadline: Deadline): Attempt {
  const { length } = scenario.operations;
  let executions = 0;
  for (let last = 1; last < length && last <= LAST_OPERATIONS && !deadline.isOver; last *= 4) {
    executions += 1;
    const operations = lastOperations(scenario.operations, length - last);
    const run = execute(target, { ...scenario, operations }, undefined, deadline.isInterrupted);
    if (shows(run, kept)) return { run, executions };
  }
  return { run: null, executions };
}

/** Runs simple bursts until one breaks the clause. */
function fromSimpleBursts(
  target: Target,
  scenario: Scenario,
  kept: Kept,
  { times, deadline }: { readonly times: Times; readonly deadline: Deadline },
): Attempt {
  const budget = { executions: Number.POSITIVE_INFINITY, deadline: deadline.after(BURSTS_SHARE) };
  const trials = new Trials(target, kept, budget);
  for (const draft of simpleBursts(scenario, target.profile.calls, times)) {
    const found = trials.attempt(draft);
    if (found !== null) return { run: found.run, executions: trials.executions };
  }
  return { run: null, executions: trials.executions };
}

function fromSmallProgram(target: Target, scenario: Scenario, kept: Kept, deadline: Deadline): Attempt {
  const budget = { executions: Number.POSITIVE_INFINITY, deadline: deadline.after(ENUMERATION_SHARE) };
  const trials = new Trials(target, kept, budget);
  const found = smallCounterexample(trials, draftOf(scenario));
  return { run: found?.run ?? null, executions: trials.executions };
}

interface ShorterAttempt extends Attempt {
  readonly origin: Origin;
}

function shorterThanWhole(
  target: Target,
  scenario: Scenario,
  kept: Kept,
  deadline: Deadline,
): ShorterAttempt {
  let executions = 0;
  const tried = (attempt: Attempt): Execution | null => {
    executions += attempt.executions;
    return attempt.run;
  };
  const bursts = (from: number, most: number): Attempt =>
    fromSimpleBursts(target, scenario, kept, { times: { from, most }, deadline });
  const { length } = scenario.operations;
  const end = tried(fromEnd(target, scenario, kept, deadline));
  if (end !== null && end.operations.length <= LONG) return { run: end, origin: 'end', executions };
  const small =
    tried(bursts(FEW_TIMES, Math.min(length, MANY_TIMES))) ??
    (end === null && !hasBursts(scenario.operations)
      ? tried(fromSmallProgram(target, scenario, kept, deadline))
      : null) ??
    (length > MANY_TIMES ? tried(bursts(MANY_TIMES * 4, Math.min(length, MOST_TIMES))) : null);
  return small === null
    ? { run: end, origin: 'end', executions }
    : { run: small, origin: 'small program', executions };
}

/** Returns the cheapest run that breaks a clause; the whole run, as far as time allowed, where no shorter one does. */
export function startingPoint(
  target: Target,
  scenario: Scenario,
  { clause, call, deadline }: StartingPointOptions,
): StartingPoint {
  const isLong = scenario.operations.length > LONG;
  let executions = 0;
  if (isLong && clause !== undefined) {
    const { run, origin, executions: spent } = shorterThanWhole(target, scenario, { clause, call }, deadline);
    if (run !== null) return { run, origin, executions: spent };
    executions += spent;
  }
  const run = execute(target, scenario, undefined, endOfRun(scenario, deadline));
  executions += 1;
  const broken = run.violation?.clause;
  const whole: StartingPoint = { run, origin: 'whole', executions };
  if (!isLong || broken === undefined || broken === clause) return whole;
  // The clause was not known before the whole was run.
  const shorter = shorterThanWhole(
    target,
    { ...scenario, operations: run.operations },
    { clause: broken, call },
    deadline,
  );
  if (shorter.run === null) return { ...whole, executions: executions + shorter.executions };
  return { run: shorter.run, origin: shorter.origin, executions: executions + shorter.executions };
}
