/**
 * Regressions: a trace as a list of calls, each with what the specification demands of its answer. The state follows the
 * recorded answers, which were accepted; the demand on the last call is what the rejected answer should have been.
 */
import { ModelState, step } from '../../model/index.ts';
import { Results } from '../../runner/index.ts';
import {
  addressesOf,
  askedOf,
  CLAUSES,
  describedCall,
  type Expectation,
  expectation,
  isAllocation,
  isOwnClause,
  isU64,
  type Operation,
  type Owner,
  PFN_LIMIT,
  type PlacedViolation,
  pageCount,
  pagesBetween,
  pfn,
  pfnEnd,
  type Reference,
  type Response,
  resultName,
  type Scenario,
  SpecError,
  type Trace,
} from '../../spec/index.ts';

/** One call, and the demands on its answer. */
export interface Demand {
  readonly operation: Operation<Reference>;
  /** The name of its result if the call allocates, else null. */
  readonly result: string | null;
  readonly expected: Expectation;
  /** Page frames that it takes or gives back where it is granted. */
  readonly pages: number;
  /** The page frames that a policy makes it hand out, a run by its first one. Null where no policy decides. */
  readonly promised: readonly number[] | null;
  /** Free page frames after it. */
  readonly free: number;
}

/** Page frames in one condition, as `inspect` reports them. */
export interface ConditionRun {
  readonly base: number;
  readonly count: number;
  readonly condition: 'free' | 'held';
}

/** A trace as calls and demands. */
export interface Regression {
  readonly scenario: Scenario;
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

function pagesOf(operation: Operation): number {
  switch (describedCall(operation.call).effect) {
    case 'none':
      return 0;
    case 'single':
      return 1;
    case 'named':
      return addressesOf(operation).length;
    default:
      return 'count' in operation && isU64(operation.count) ? Number(operation.count) : 0;
  }
}

function promisedBy(state: ModelState, operation: Operation): readonly number[] | null {
  const { effect } = describedCall(operation.call);
  if (effect === 'single' || effect === 'batch') return state.stackTop(pageCount(pagesOf(operation)));
  if (effect !== 'run' || !state.policies.includes('first-fit')) return null;
  const { lowest } = askedOf(state, operation);
  return lowest === null ? null : [lowest];
}

function freeAfter(state: ModelState, operation: Operation, { kind }: Expectation): number {
  const free = state.countOf('pmm');
  if (kind !== 'granted') return free;
  return isAllocation(operation.call) ? free - pagesOf(operation) : free + pagesOf(operation);
}

const CONDITIONS: Readonly<Record<Owner, 'free' | 'held' | null>> = {
  absent: null,
  firmware: null,
  boot: 'held',
  caller: 'held',
  pmm: 'free',
};

function runsOf(state: ModelState): readonly ConditionRun[] {
  const runs: ConditionRun[] = [];
  const end = pfnEnd(state.world.map);
  for (let base = 0; base < end; ) {
    const condition = CONDITIONS[state.ownerOf(pfn(base))];
    const room = pagesBetween(pfn(base), pfn(PFN_LIMIT));
    const next =
      state.firstFailing({ base: pfn(base), count: room }, (o) => CONDITIONS[o] === condition) ?? PFN_LIMIT;
    if (condition !== null) runs.push({ base, count: next - base, condition });
    base = next;
  }
  return runs;
}

/** The last operation that matters in a trace: the one that violates the clause, or the last one. */
function lastOf({ scenario: { operations }, violation }: Trace): number {
  const at = violation?.at ?? operations.length - 1;
  if (at >= -1 && at < operations.length) return at;
  throw new SpecError(`violation.at: expected one of ${operations.length} operations, from 0, found ${at}`);
}

function refuseUnanswered(at: number, response: Response | undefined): asserts response is Response {
  if (response === undefined)
    throw new SpecError(`responses: expected an answer to operation ${at + 1}, found none`);
}

/**
 * Returns the regression of a trace. Operations that were skipped because what they name was not handed out are left out.
 *
 * @throws SpecError where the specification does not admit the answers before the operation that violates the clause, and for a trace
 * that violates an own clause.
 */
export function regressionOf(trace: Trace): Regression {
  const last = lastOf(trace);
  const { scenario, responses } = trace;
  const violation = trace.violation ?? null;
  if (isOwnClause(violation?.clause))
    throw new SpecError(
      `violation.clause: expected a clause of the specification, found the own clause ${violation.clause}: a test can only check the specification`,
    );
  const { map, config, policies } = scenario;
  let state = ModelState.init(map, config, policies);
  const [total, free] = [state.world.total, state.countOf('pmm')];
  const results = new Results();
  const demands: Demand[] = [];
  for (const [at, operation] of scenario.operations.slice(0, last + 1).entries()) {
    const resolved = results.resolve(operation);
    const response = responses[at + 1];
    refuseUnanswered(at, response);
    const result = isAllocation(operation.call) ? resultName(results.length) : null;
    results.record(operation, response);
    if (resolved === null) continue;
    const expected = expectation(state, resolved, askedOf(state, resolved));
    const promised = expected.kind === 'granted' ? promisedBy(state, resolved) : null;
    const pages = pagesOf(resolved);
    demands.push({
      operation,
      result,
      expected,
      pages,
      promised,
      free: freeAfter(state, resolved, expected),
    });
    const verdict = step(state, resolved, response);
    if (verdict.accepted) state = verdict.state;
    else if (at < last || violation === null)
      throw new SpecError(
        `responses: expected answers that the specification admits before the failing operation, found one that breaks ${verdict.violation.clause} at operation ${at + 1}`,
      );
  }
  const sentence =
    CLAUSES.find(({ name }) => name === violation?.clause)?.sentence ?? 'Every answer is admitted.';
  return { scenario, violation, sentence, total, free, demands, runs: runsOf(state) };
}
