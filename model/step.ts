/**
 * The step: the model accepts a response, or rejects it and names the clause. It does not predict: `alloc` may hand out
 * any free page frame of the stack zone, and the model follows whatever was handed out.
 */
import {
  ANSWER_CLAUSES,
  type Breach,
  type Clause,
  type ClauseName,
  type Config,
  expectation,
  frameAt,
  grantedBy,
  INIT_CLAUSES,
  type InspectedRun,
  isU64,
  type MemoryMap,
  type Operation,
  type Pfn,
  type Policy,
  pageCount,
  type Region,
  type Response,
  type SettledStep,
  type Side,
  STATE_CLAUSES,
  type Step,
  SWEEP_CLAUSES,
} from '../spec/index.ts';
import { ModelState } from './state.ts';

/** The clause that a response breaks, and how. */
export interface Rejection extends Breach {
  readonly clause: ClauseName;
}

/** The next state, or the clause that was broken. */
export type Verdict =
  | { readonly accepted: true; readonly state: ModelState }
  | { readonly accepted: false; readonly rejection: Rejection };

/** Takes note of each clause that was checked, and of the side it was checked on. */
export type Tally = (clause: ClauseName, side: Side) => void;

const NO_TALLY: Tally = () => {};

function firstBroken<S>(clauses: readonly Clause<S>[], step: S, tally: Tally): Rejection | null {
  for (const clause of clauses) {
    const side = clause.side(step);
    if (side === null) continue;
    tally(clause.name, side);
    const breach = clause.breach(step);
    if (breach !== null) return { clause: clause.name, ...breach };
  }
  return null;
}

const ONE = pageCount(1);

function frame(state: ModelState, address: bigint): Pfn {
  const found = frameAt(state.world.config, address);
  if (found === null)
    throw new Error(`an accepted call names address ${address}, which is not in the higher half`);
  return found;
}

/** The page frames that a granted operation frees, in order. */
function freedRegions(state: ModelState, operation: Operation): readonly Region[] {
  if (operation.call === 'free') return [{ base: frame(state, operation.address), count: ONE }];
  if (operation.call === 'freePages')
    return operation.addresses.map((address) => ({ base: frame(state, address), count: ONE }));
  if (operation.call !== 'freeRegion' || !isU64(operation.count) || operation.count === 0n) return [];
  return [{ base: frame(state, operation.address), count: pageCount(Number(operation.count)) }];
}

/** Returns the state that an accepted answer leads to. */
function settle({ operation, expected, granted }: Step, before: ModelState): ModelState {
  if (expected.kind !== 'granted') return before;
  if (granted === null) return before.freed(freedRegions(before, operation));
  return before.allocated(granted.regions.filter((region) => region !== null));
}

/**
 * Accepts the response to an operation and returns the next state, or rejects it with the first clause it breaks. Pure.
 * O(c + extents touched), c the clauses of the call; a contiguous allocation walks the extents of the bitmap zone.
 */
export function step(
  state: ModelState,
  operation: Operation,
  response: Response,
  tally: Tally = NO_TALLY,
): Verdict {
  const expected = expectation(state, operation);
  const granted = grantedBy(state, operation, response);
  const asked: Step = { before: state, operation, response, expected, granted, policies: state.policies };
  const wrongAnswer = firstBroken(ANSWER_CLAUSES[operation.call], asked, tally);
  if (wrongAnswer !== null) return { accepted: false, rejection: wrongAnswer };
  const after = settle(asked, state);
  const settled: SettledStep = { ...asked, after };
  const wrongState = firstBroken(STATE_CLAUSES, settled, tally);
  return wrongState === null ? { accepted: true, state: after } : { accepted: false, rejection: wrongState };
}

/** Accepts what a manager reported after init, or rejects it. O(descriptors log descriptors). */
export function init(
  {
    map,
    config,
    policies,
  }: { readonly map: MemoryMap; readonly config: Config; readonly policies: readonly Policy[] },
  response: Response,
  tally: Tally = NO_TALLY,
): Verdict {
  const state = ModelState.init(map, config, policies);
  const rejection = firstBroken(INIT_CLAUSES, { after: state, response }, tally);
  return rejection === null ? { accepted: true, state } : { accepted: false, rejection };
}

/** Accepts what a manager says of every page frame, or rejects it. O(extents + runs). */
export function sweep(
  state: ModelState,
  runs: readonly InspectedRun[],
  tally: Tally = NO_TALLY,
): Rejection | null {
  return firstBroken(SWEEP_CLAUSES, { state, runs }, tally);
}
