/**
 * Regressions: a trace as a list of calls, each with what the specification demands of its answer. The state follows the
 * recorded answers, which were accepted; the demand on the last call is what the rejected answer should have been.
 */
import type { ModelState } from '../../model/index.ts';
import {
  isOwnClause,
  type Owner,
  type PlacedViolation,
  Profile,
  pfnEnd,
  type Scenario,
  SpecError,
  sentenceOf,
  type Trace,
  WHOLE,
} from '../../spec/index.ts';
import { type Demand, momentsOf } from '../trace/moments.ts';

/** Page frames in one condition, as `inspect` reports them. */
export interface ConditionRun {
  readonly base: number;
  readonly count: number;
  readonly condition: 'free' | 'held';
}

/** Returns why a call may be granted or refused, so that a test goes on only where it ends as it did; null where it may not. */
export function openOf({ expected }: Demand): string | null {
  if (expected.kind === 'misused' || !expected.isOpen) return null;
  return `right too, and the rest shows nothing then: ${expected.why}`;
}

/** A trace as calls and demands. */
export interface Regression {
  readonly scenario: Scenario;
  /** The claims of the manager: nothing else is demanded. */
  readonly profile: Profile;
  readonly violation: PlacedViolation | null;
  /** The sentence of the violated clause, or a sentence for a trace that holds. */
  readonly sentence: string;
  readonly total: number;
  /** Free page frames after init. */
  readonly free: number;
  readonly demands: readonly Demand[];
  /** The condition of every page frame at the end. */
  readonly runs: readonly ConditionRun[];
}

/** Returns the line that says what the test demands less than the whole specification, or null. */
export function profileLine(profile: Profile): string | null {
  const claims = JSON.stringify(Profile.encode({ ...profile, policies: [] }));
  return claims === '{}' ? null : `Held to the profile ${claims}`;
}

const CONDITIONS: Readonly<Record<Owner, 'free' | 'held' | null>> = {
  absent: null,
  firmware: null,
  boot: 'held',
  caller: 'held',
  pmm: 'free',
  kept: null,
};

function runsOf(state: ModelState): readonly ConditionRun[] {
  const runs: ConditionRun[] = [];
  for (const { base, end, owner } of state.ownersIn(0, pfnEnd(state.world.map))) {
    const condition = CONDITIONS[owner];
    const last = runs.at(-1);
    if (condition === null) continue;
    if (last?.condition === condition && last.base + last.count === base)
      runs[runs.length - 1] = { ...last, count: end - last.base };
    else runs.push({ base, count: end - base, condition });
  }
  return runs;
}

/** The last operation that matters in a trace: the one that violates the clause, or the last one. */
function lastOf({ scenario: { operations }, violation }: Trace): number {
  const at = violation?.at ?? operations.length - 1;
  if (at >= -1 && at < operations.length) return at;
  throw new SpecError(`violation.at: expected one of ${operations.length} operations, from 0, found ${at}`);
}

function refuseUnanswered(at: number): never {
  throw new SpecError(`responses: expected an answer to operation ${at + 1}, found none`);
}

/**
 * Returns the regression of a trace, by the profile that it records. Operations that were passed over are left out.
 *
 * @throws SpecError where the specification does not admit the answers before the operation that violates the clause, and for a trace
 * that violates an own clause.
 */
export function regressionOf(trace: Trace): Regression {
  const last = lastOf(trace);
  const { scenario, profile = WHOLE } = trace;
  const violation = trace.violation ?? null;
  if (isOwnClause(violation?.clause))
    throw new SpecError(
      `violation.clause: expected a clause of the specification, found the own clause ${violation.clause}: a test can only check the specification`,
    );
  const [start, ...answered] = momentsOf(trace);
  if (start === undefined) refuseUnanswered(-1);
  const demands: Demand[] = [];
  let state = start.after;
  for (let at = 0; at <= last; at += 1) {
    const moment = answered[at];
    if (moment === undefined) refuseUnanswered(at);
    const { demand, after, violation: found } = moment;
    state = after;
    if (demand !== null) demands.push(demand);
    if (found !== null && (at < last || violation === null))
      throw new SpecError(
        `responses: expected answers that the specification admits before the failing operation, found one that breaks ${found.clause} at operation ${at + 1}`,
      );
  }
  const [total, free] = [start.after.world.total, start.after.countOf('pmm')];
  const sentence = sentenceOf({ clause: violation?.clause }) || 'Every answer is admitted.';
  return { scenario, profile, violation, sentence, total, free, demands, runs: runsOf(state) };
}
