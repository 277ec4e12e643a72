/**
 * Regressions: a trace as a list of calls and what the specification demands of each. The state comes from the answers
 * that were recorded and accepted; what is demanded of the last call is what the broken answer should have been.
 */
import { ModelState, step } from '../../model/index.ts';
import {
  askedOf,
  CLAUSES,
  type Expectation,
  expectation,
  frameEnd,
  isAllocation,
  isU64,
  type Operation,
  type Owner,
  PFN_LIMIT,
  pageCount,
  pagesBetween,
  pfn,
  type Reference,
  resultName,
  type Scenario,
  type Trace,
  type Violation,
} from '../../spec/index.ts';
import { Results } from '../results.ts';

/** One call, and what is demanded of it. */
export interface Demand {
  readonly operation: Operation<Reference>;
  /** The name of its result, where it is a call that allocates; else null. */
  readonly result: string | null;
  readonly expected: Expectation;
  /** Page frames that it takes or returns where it is granted. */
  readonly pages: number;
  /** The page frames that a promised policy makes it hand out; a run by its first one. Null where none is promised. */
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
  readonly violation: Violation | null;
  /** The sentence of the broken clause, or what the trace shows where none is. */
  readonly sentence: string;
  readonly total: number;
  /** Free page frames after init. */
  readonly free: number;
  readonly demands: readonly Demand[];
  /** The condition of every page frame at the end. */
  readonly runs: readonly ConditionRun[];
}

function pagesOf(operation: Operation): number {
  if (operation.call === 'freePages') return operation.addresses.length;
  if ('count' in operation) return isU64(operation.count) ? Number(operation.count) : 0;
  return operation.call === 'alloc' || operation.call === 'free' ? 1 : 0;
}

function promisedBy(state: ModelState, operation: Operation): readonly number[] | null {
  if (operation.call === 'alloc' || operation.call === 'allocPages')
    return state.stackTop(pageCount(pagesOf(operation)));
  if (operation.call !== 'allocBitmap' || !state.policies.includes('first-fit')) return null;
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
  const end = frameEnd(state.world.map);
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

/** Returns the regression of a trace. Operations that were not run, because what they name was not handed out, are left out. */
export function regressionOf(trace: Trace): Regression {
  const { scenario, responses } = trace;
  const violation = trace.violation ?? null;
  const { map, config, policies } = scenario;
  let state = ModelState.init(map, config, policies);
  const [total, free] = [state.world.total, state.countOf('pmm')];
  const results = new Results();
  const demands: Demand[] = [];
  for (const [at, operation] of scenario.operations.entries()) {
    const resolved = results.resolve(operation);
    const response = responses[at + 1];
    if (response === undefined) break;
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
    if (!verdict.accepted) break;
    state = verdict.state;
  }
  const sentence =
    CLAUSES.find(({ name }) => name === violation?.clause)?.sentence ?? 'Every answer is admitted.';
  return { scenario, violation, sentence, total, free, demands, runs: runsOf(state) };
}
