/**
 * Regressions: a trace as a list of calls, each with what the specification demands of its answer. The state follows the
 * recorded answers, which were accepted; the demand on the last call is what the rejected answer should have been.
 */
import { ModelState, step } from '../../model/index.ts';
import { Results } from '../../runner/index.ts';
import {
  type Asked,
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
  PAGE_BYTES,
  PFN_LIMIT,
  type PlacedViolation,
  Profile,
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
  WHOLE,
} from '../../spec/index.ts';

/** One call, and the demands on its answer. */
export interface Demand {
  readonly operation: Operation<Reference>;
  /** The name of its result if the call allocates, else null. */
  readonly result: string | null;
  readonly expected: Expectation;
  /** Page frames that it takes or gives back where it is granted. */
  readonly pages: number;
  /** The number of them that must be in the stack zone, if it allocates; null where they may come from either zone. */
  readonly inStack: number | null;
  /** The limit and the alignment of a contiguous allocation in bytes, else null. */
  readonly fit: { readonly maxAddr: bigint; readonly alignment: bigint } | null;
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

function inStackOf(state: ModelState, operation: Operation): number | null {
  const { zones, singlePages } = state.world.profile;
  if (describedCall(operation.call).effect === 'run') return zones === 1 ? null : 0;
  const pages = pagesOf(operation);
  if (singlePages === 'stack-zone') return pages;
  return singlePages === 'anywhere' ? null : Math.min(pages, state.freeIn('stack'));
}

function fitOf(operation: Operation, { fit }: Asked): Demand['fit'] {
  if (!('maxAddr' in operation) || fit === null) return null;
  const [maxAddr, asked] = [BigInt(operation.maxAddr), BigInt(operation.alignment)];
  const alignment = BigInt(fit.alignment) * PAGE_BYTES;
  return { maxAddr, alignment: alignment - asked < PAGE_BYTES ? asked : alignment };
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
 * Returns the regression of a trace, by the profile that it records. Operations that were passed over are left out.
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
  const { profile = WHOLE } = trace;
  let state = ModelState.init(map, config, policies, profile);
  const [total, free] = [state.world.total, state.countOf('pmm')];
  const results = new Results();
  const demands: Demand[] = [];
  for (const [at, operation] of scenario.operations.slice(0, last + 1).entries()) {
    const resolved = results.resolve(operation);
    const response = responses[at + 1];
    refuseUnanswered(at, response);
    const result = isAllocation(operation.call) ? resultName(results.length) : null;
    results.record(operation, response);
    const isPassedOver = response.outcome.kind === 'malformed' && at !== violation?.at;
    if (resolved === null || isPassedOver) continue;
    const asked = askedOf(state, resolved);
    const expected = expectation(state, resolved, asked);
    demands.push({
      operation,
      result,
      expected,
      pages: pagesOf(resolved),
      inStack: inStackOf(state, resolved),
      fit: fitOf(resolved, asked),
      promised: expected.kind === 'granted' ? promisedBy(state, resolved) : null,
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
  return { scenario, profile, violation, sentence, total, free, demands, runs: runsOf(state) };
}
