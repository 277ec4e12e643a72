/**
 * A failing run to start shrinking from, the cheapest first. Running 100,000 operations costs seconds, and cutting them takes
 * many such runs; so what is tried first of a long scenario is its last operations alone, and then all small programs on
 * small worlds, which find most defects whatever the history was.
 */

import type { Target } from '../../runner/index.ts';
import { type Execution, execute } from '../../runner/index.ts';
import type { ClauseName, Scenario } from '../../spec/index.ts';
import { draftOf } from './draft.ts';
import { lastOf } from './keeping.ts';
import { search } from './search.ts';
import { Trials } from './trials.ts';

/**
 * - `end`: the last operations of the scenario, with what they depend on.
 * - `small program`: one that breaks the same clause and was found by enumeration; the scenario itself was not run.
 * - `whole`: the scenario itself.
 */
export type Origin = 'end' | 'small program' | 'whole';

/** A run, where it came from, and what finding it took. */
interface FoundRun {
  /** It breaks a clause, unless it is one of the whole scenario; that may have ended with the time. */
  readonly run: Execution;
  readonly origin: Origin;
  readonly executions: number;
}

interface FindOptions {
  /** The clause that the scenario was seen to break; without it, the whole is run first. */
  readonly expected: ClauseName | undefined;
  /** The time, as `performance.now()` has it, from which on no further run is started. */
  readonly until: number;
}

/** Scenarios of at most this many operations are run whole. */
const LONG = 256;
/** Last operations tried at most, so that no try costs what the whole does. */
const LAST_OPERATIONS = 1024;
/** Share of the time that enumeration may take. */
const ENUMERATION_SHARE = 0.4;

interface Tried {
  readonly run: Execution | null;
  readonly executions: number;
}

/** Runs the last operations alone: first one, then four times as many, and so on, until they break the clause. */
function failingEnd(target: Target, scenario: Scenario, clause: ClauseName, until: number): Tried {
  const { length } = scenario.operations;
  let executions = 0;
  for (let kept = 1; kept < length && kept <= LAST_OPERATIONS && performance.now() < until; kept *= 4) {
    executions += 1;
    const run = execute(target, { ...scenario, operations: lastOf(scenario.operations, length - kept) });
    if (run.violation?.clause === clause) return { run, executions };
  }
  return { run: null, executions };
}

function smallProgram(target: Target, scenario: Scenario, clause: ClauseName, until: number): Tried {
  const ms = (until - performance.now()) * ENUMERATION_SHARE;
  const trials = new Trials(target, clause, { executions: Number.MAX_SAFE_INTEGER, ms });
  const found = search(trials, { draft: draftOf(scenario) });
  return { run: found?.run ?? null, executions: trials.executions };
}

function shorterRun(
  target: Target,
  scenario: Scenario,
  clause: ClauseName,
  until: number,
): { readonly found: FoundRun | null; readonly executions: number } {
  const end = failingEnd(target, scenario, clause, until);
  if (end.run !== null)
    return { found: { run: end.run, origin: 'end', executions: end.executions }, executions: end.executions };
  const small = smallProgram(target, scenario, clause, until);
  const executions = end.executions + small.executions;
  const found: FoundRun | null =
    small.run === null ? null : { run: small.run, origin: 'small program', executions };
  return { found, executions };
}

/**
 * Returns the cheapest run of, or instead of, a scenario that breaks a clause; its whole run where none does, as far as the
 * time allowed.
 */
export function failingRun(target: Target, scenario: Scenario, { expected, until }: FindOptions): FoundRun {
  const isLong = scenario.operations.length > LONG;
  const early = isLong && expected !== undefined ? shorterRun(target, scenario, expected, until) : null;
  if (early?.found != null) return early.found;
  const run = execute(target, scenario, undefined, until);
  const executions = (early?.executions ?? 0) + 1;
  const clause = run.violation?.clause;
  const whole: FoundRun = { run, origin: 'whole', executions };
  if (!isLong || clause === undefined || clause === expected) return whole;
  // It breaks another clause than was expected, or none was: now that one is known.
  const late = shorterRun(target, { ...scenario, operations: run.operations }, clause, until);
  return late.found === null ? whole : { ...late.found, executions: executions + late.executions };
}
