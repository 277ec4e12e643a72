/**
 * Moments: a trace judged again, one moment after init and one after each operation that was answered, with the demand of the
 * specification beside each answer. The state follows the recorded answers; the last moment is the one that violates a clause.
 * Nothing is run: the trace is all it needs. O(the model's cost of each step).
 */
import { init, ModelState, step, type Violation } from '../../model/index.ts';
import { Results } from '../../runner/index.ts';
import {
  type Asked,
  addressesOf,
  askedOf,
  batchSize,
  describedCall,
  type Expectation,
  endOf,
  expectation,
  givenBack,
  grantedBy,
  isAllocation,
  isU64,
  namesRegion,
  type Operation,
  type Outcome,
  PAGE_BYTES,
  PFN_LIMIT,
  type PlacedViolation,
  pageCount,
  pagesBetween,
  pfn,
  type Reference,
  type Region,
  type Response,
  resultName,
  settled,
  type Trace,
  WHOLE,
} from '../../spec/index.ts';

/**
 * The demands of the specification on the answer to one call.
 *
 * @public
 */
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
  /** For each address that it names, the page frames from there on that become the manager's where it is granted. */
  readonly freed: readonly (readonly Stretch[])[];
  /** Free page frames after it. */
  readonly free: number;
}

/** Page frames from a number of page frames on. */
interface Stretch {
  readonly from: number;
  readonly pages: number;
}

/**
 * One answer of a trace, and the states of the model on both sides of it.
 *
 * @public
 */
export interface Moment {
  /** Index of the operation, or -1 for init. */
  readonly at: number;
  readonly response: Response;
  /** Null for init, and for an operation that was passed over. */
  readonly demand: Demand | null;
  /** The page frames that the answer is about: handed out, or named by the call. */
  readonly touched: readonly Region[];
  readonly before: ModelState;
  /** The state before, where the answer violates a clause. */
  readonly after: ModelState;
  readonly violation: PlacedViolation | null;
}

function pagesOf(state: ModelState, operation: Operation): number {
  switch (describedCall(operation.call).effect) {
    case 'none':
    case 'shared':
      return 0;
    case 'single':
      return 1;
    case 'batch':
      return 'count' in operation && isU64(operation.count) ? batchSize(state, operation.count) : 0;
    case 'named':
      return addressesOf(operation).length;
    default:
      return 'count' in operation && isU64(operation.count) ? Number(operation.count) : 0;
  }
}

function promisedBy(state: ModelState, operation: Operation): readonly number[] | null {
  const { effect } = describedCall(operation.call);
  if (effect === 'single' || effect === 'batch') return state.stackTop(pageCount(pagesOf(state, operation)));
  if (operation.call === 'allocAt') return askedOf(state, operation).pfns.filter((frame) => frame !== null);
  if (effect !== 'run' || !state.policies.includes('first-fit')) return null;
  const { lowest } = askedOf(state, operation);
  return lowest === null ? null : [lowest];
}

function inStackOf(state: ModelState, operation: Operation): number | null {
  if (operation.call === 'allocAt') return null;
  const { zones, singlePages } = state.world.profile;
  if (describedCall(operation.call).effect === 'run') return zones !== 2 ? null : 0;
  const pages = pagesOf(state, operation);
  if (singlePages === 'stack-zone') return pages;
  return singlePages === 'stack-zone-first' ? Math.min(pages, state.freeIn('stack')) : null;
}

function fitOf(operation: Operation, { fit }: Asked): Demand['fit'] {
  if (!('maxAddr' in operation) || fit === null) return null;
  const [maxAddr, asked] = [BigInt(operation.maxAddr), BigInt(operation.alignment)];
  const alignment = BigInt(fit.alignment) * PAGE_BYTES;
  return { maxAddr, alignment: alignment - asked < PAGE_BYTES ? asked : alignment };
}

/** Returns what becomes the manager's from each address that a granted call names. */
function freedBy(state: ModelState, operation: Operation, asked: Asked): Demand['freed'] {
  return asked.pfns.map((named) =>
    named === null
      ? []
      : givenBack(state, operation, { ...asked, pfns: [named] }).freed.map(({ base, count }) => ({
          from: base - named,
          pages: count,
        })),
  );
}

function demandOn(
  state: ModelState,
  operation: Operation,
  ended: Outcome['kind'],
): Omit<Demand, 'operation' | 'result'> {
  const asked = askedOf(state, operation);
  const expected = settled(expectation(state, operation, asked), ended);
  const isGranted = expected.kind === 'granted';
  const freed = isGranted ? freedBy(state, operation, asked) : [];
  const taken = isGranted && isAllocation(operation.call) ? pagesOf(state, operation) : 0;
  const given = freed.flat().reduce((sum, { pages }) => sum + pages, 0);
  const { effect } = describedCall(operation.call);
  const moved = !isGranted ? 0 : effect === 'added' ? 1 : effect === 'removed' ? -1 : 0;
  return {
    expected,
    pages: pagesOf(state, operation),
    inStack: inStackOf(state, operation),
    fit: fitOf(operation, asked),
    promised: isGranted ? promisedBy(state, operation) : null,
    freed,
    free: state.countOf('pmm') - taken + given + moved * pagesOf(state, operation),
  };
}

/** The page frames that a call and its answer name. */
function touchedBy(state: ModelState, operation: Operation, response: Response): readonly Region[] {
  if (isAllocation(operation.call)) return grantedBy(state, operation, response)?.runs ?? [];
  const isRegion = namesRegion(operation.call);
  const regions: Region[] = [];
  for (const base of askedOf(state, operation).pfns) {
    if (base === null) continue;
    const room = pagesBetween(base, pfn(PFN_LIMIT));
    const region = { base, count: pageCount(isRegion ? Math.min(pagesOf(state, operation), room) : 1) };
    const last = regions.at(-1);
    if (last !== undefined && endOf(last) === base)
      regions[regions.length - 1] = { base: last.base, count: pageCount(last.count + region.count) };
    else regions.push(region);
  }
  return regions.filter(({ count }) => count > 0);
}

/**
 * Returns the moments of a trace by the profile that it records, up to the one that violates a clause. A violation that the trace records is shown as it is
 * recorded, because some can only be seen while the target runs. With `from`, the trace goes on from that state, in place of the one after init.
 *
 * @public
 */
export function momentsOf(trace: Trace, from: ModelState | null = null): readonly Moment[] {
  const { scenario, responses, profile = WHOLE } = trace;
  const { map, config, policies, operations } = scenario;
  const violationAt = (at: number, found: Violation | null): PlacedViolation | null =>
    trace.violation?.at === at ? trace.violation : found && { ...found, at };
  const [started, ...answers] = responses;
  if (started === undefined) return [];
  const unjudged = { demand: null, touched: [], violation: null };
  const first = from === null ? init({ map, config, policies, profile }, started) : null;
  let state =
    from ?? (first?.accepted === true ? first.state : ModelState.init(map, config, policies, profile));
  const atInit = violationAt(-1, first?.accepted === false ? first.violation : null);
  const moments: Moment[] = [
    { ...unjudged, at: -1, response: started, before: state, after: state, violation: atInit },
  ];
  const results = new Results();
  for (const [at, operation] of operations.entries()) {
    const response = answers[at];
    if (response === undefined || moments.at(-1)?.violation !== null) break;
    const result = isAllocation(operation.call) ? resultName(results.length) : null;
    // Such an answer is a violation, or says that the runner did not ask the target.
    const isPassedOver = response.outcome.kind === 'malformed' && at !== trace.violation?.at;
    const resolved = isPassedOver ? null : results.resolve(operation);
    results.record(operation, response);
    const before = state;
    if (resolved === null) {
      moments.push({ ...unjudged, at, response, before, after: state });
      continue;
    }
    const verdict = step(state, resolved, response);
    if (verdict.accepted) state = verdict.state;
    moments.push({
      at,
      response,
      demand: { operation, result, ...demandOn(before, resolved, response.outcome.kind) },
      touched: touchedBy(before, resolved, response),
      before,
      after: state,
      violation: violationAt(at, verdict.accepted ? null : verdict.violation),
    });
  }
  return moments;
}
