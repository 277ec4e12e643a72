/**
 * The step: the model accepts a response, or rejects it and names the clause. It does not predict: `alloc` may hand out
 * any free page frame of the stack zone, and the model follows whatever was handed out.
 */
import {
  type Asked,
  askedOf,
  type Blame,
  type Check,
  type ClauseName,
  type Config,
  checksFor,
  checksOf,
  describedCall,
  expectation,
  type Granted,
  givenBack,
  grantedBy,
  INIT_CLAUSES,
  type InspectedRun,
  keptRegions,
  type MemoryMap,
  namedRegions,
  type Operation,
  type Policy,
  type Profile,
  type Response,
  type SettledStep,
  type Side,
  SWEEP_CLAUSES,
  settled,
} from '../spec/index.ts';
import { ModelState } from './state.ts';

/** The clause that a response breaks, and how. */
export interface Violation extends Blame {
  readonly clause: ClauseName;
}

/** A response that broke no clause, with the state it leads to and the step that was judged. */
export interface Acceptance {
  readonly accepted: true;
  readonly state: ModelState;
  readonly step: SettledStep;
}

/** A response that broke a clause. */
export interface Refusal {
  readonly accepted: false;
  readonly violation: Violation;
}

export type Verdict = Acceptance | Refusal;

/** Called with each clause that was checked, the side it was checked on, and its place in `CLAUSE_NAMES`. */
export type Tally = (clause: ClauseName, side: Side, place: number) => void;

const NO_TALLY: Tally = () => {};

function firstBroken<S>(checks: readonly Check<S>[], step: S, tally: Tally): Violation | null {
  for (let i = 0; i < checks.length; i += 1) {
    const check = checks[i];
    const side = check?.side(step) ?? null;
    if (check === undefined || side === null) continue;
    tally(check.name, side, check.place);
    const blame = check.check(step);
    if (blame !== null) return { clause: check.name, ...blame };
  }
  return null;
}

const INIT_CHECKS = checksOf(INIT_CLAUSES);
const SWEEP_CHECKS = checksOf(SWEEP_CLAUSES);

/** Returns the state after a granted operation, by the page frames that it has handed out; null where it allocates nothing. */
export function applied(
  before: ModelState,
  operation: Operation,
  asked: Asked,
  granted: Granted | null = null,
): ModelState {
  const { effect } = describedCall(asked.call);
  if (granted !== null) return before.allocated(granted.runs, effect === 'run' ? 'runs' : 'singles');
  switch (effect) {
    case 'shared':
      return before.referenced(asked.pfns, 1);
    case 'added':
      return namedRegions(operation, asked).reduce((state, region) => state.revealed(region, 'pmm'), before);
    case 'removed':
      return namedRegions(operation, asked).reduce((state, region) => state.removed(region), before);
    default: {
      const { freed, shared } = givenBack(before, operation, asked);
      return before.referenced(shared, -1).freed(freed);
    }
  }
}

/**
 * Accepts the response to an operation and returns the next state, or rejects it with the first clause it breaks. Pure.
 * O(c + extents touched), c the clauses of the call; a contiguous allocation walks the extents of the bitmap zone.
 */
export function step(
  before: ModelState,
  operation: Operation,
  response: Response,
  tally: Tally = NO_TALLY,
): Verdict {
  const { policies } = before;
  const asked = askedOf(before, operation);
  const expected = settled(expectation(before, operation, asked), response.outcome.kind);
  const granted = grantedBy(before, operation, response);
  const step = { before, operation, response, asked, expected, granted, policies, after: before };
  const checks = checksFor(step);
  const wrongAnswer = firstBroken(checks.answer, step, tally);
  if (wrongAnswer !== null) return { accepted: false, violation: wrongAnswer };
  if (expected.kind === 'granted') step.after = applied(before, operation, asked, granted);
  const wrongState = firstBroken(checks.state, step, tally);
  return wrongState === null
    ? { accepted: true, state: step.after, step }
    : { accepted: false, violation: wrongState };
}

/** Accepts what a manager reported after init, or rejects it. O(descriptors log descriptors). */
export function init(
  {
    map,
    config,
    policies,
    profile,
  }: {
    readonly map: MemoryMap;
    readonly config: Config;
    readonly policies: readonly Policy[];
    readonly profile?: Profile | undefined;
  },
  response: Response,
  tally: Tally = NO_TALLY,
): Omit<Acceptance, 'step'> | Refusal {
  const state = ModelState.init(map, config, policies, profile, keptRegions(response));
  const violation = firstBroken(INIT_CHECKS, { after: state, response }, tally);
  return violation === null ? { accepted: true, state } : { accepted: false, violation };
}

/** Accepts what a manager says of every page frame, or rejects it. O(extents + runs). */
export function sweep(
  state: ModelState,
  runs: readonly InspectedRun[],
  tally: Tally = NO_TALLY,
): Violation | null {
  return firstBroken(SWEEP_CHECKS, { state, runs }, tally);
}
