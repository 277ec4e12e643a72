/**
 * The driver of the model: its answer is the one that the specification admits, or that the policies choose among several. It keeps
 * no state; a search with it counts the states and transitions of the model. An answer depends on the ownership, and on the order
 * where single pages are handed out: the fingerprints of all others are computed once.
 */
import { applied, type ModelState } from '../../model/index.ts';
import { grantedOutcome, type World } from '../../runner/index.ts';
import {
  type Amounts,
  askedOf,
  describedCall,
  type Expectation,
  expectation,
  grantedBy,
  type InspectedRun,
  type Operation,
  type Pfn,
  pfn,
  type Response,
} from '../../spec/index.ts';
import type { Driver } from './driver.ts';
import { Fingerprints } from './fingerprint.ts';
import type { MemoJudge } from './memo-judge.ts';
import type { ModelStates } from './model-states.ts';

/** Words of an operation in an ownership. */
const WORDS = 4;

export class ModelDriver implements Driver {
  readonly fingerprints: Fingerprints;
  readonly started: Response;
  readonly #states: ModelStates;
  readonly #judge: MemoJudge;
  /** For each ownership, words for each operation: 1 where its fingerprint is known, and that. */
  readonly #known: Int32Array[] = [];

  /** The judge must track orders: without them, the model does not know which page frame is next. */
  constructor(world: World, judge: MemoJudge) {
    this.#states = judge.states;
    this.#judge = judge;
    this.fingerprints = new Fingerprints(world.config);
    const amounts = amountsOf(judge.states.plainState(judge.states.initialOwnership()));
    this.started = { outcome: { kind: 'done' }, amounts };
  }

  save(): number {
    return 0;
  }

  load(): void {}

  inspect(): readonly InspectedRun[] | null {
    return null;
  }

  perform(operation: number, ownership: number, order: number): boolean {
    this.#known[ownership] ??= new Int32Array(this.#judge.operations.length * WORDS);
    const known = this.#known[ownership];
    const at = operation * WORDS;
    const { fingerprints } = this;
    if (known[at] === 1) return fingerprints.set(known[at + 1] ?? 0, known[at + 2] ?? 0, known[at + 3] ?? 0);
    const called = this.#judge.operation(operation);
    const response = this.respond(operation, ownership, order);
    const hasFingerprint = fingerprints.ofResponse(response, called.call);
    const isPopped =
      response.outcome.kind.startsWith('address') && describedCall(called.call).effect !== 'run';
    if (hasFingerprint && !isPopped)
      known.set([1, fingerprints.first, fingerprints.second, fingerprints.third], at);
    return hasFingerprint;
  }

  respond(operation: number, ownership: number, order: number): Response {
    const state = this.#states.plainState(ownership);
    const called = this.#judge.operation(operation);
    const asked = askedOf(state, called);
    const expected = expectation(state, called, asked);
    if (expected.kind !== 'granted') return { ...refusal(called, expected), amounts: amountsOf(state) };
    const top = (count: number): readonly Pfn[] =>
      Array.from({ length: count }, (_, k) => pfn(this.#states.fromTop(order, k)));
    const outcome = grantedOutcome(state, called, asked, top);
    const taken = grantedBy(state, called, { outcome })?.runs.reduce((sum, { count }) => sum + count, 0);
    const moved = taken === undefined ? applied(state, called, asked) : state;
    return { outcome, errno: null, warnings: [], amounts: amountsOf(moved, taken) };
  }
}

/** Returns the amounts in a state, once so many page frames more are taken. */
function amountsOf(state: ModelState, taken = 0): Readonly<Record<keyof Amounts, number>> {
  const free = state.countOf('pmm') - taken;
  return { total: state.total, free, reserved: state.total - free };
}

/** Returns the answer to a call that must fail or panic. */
function refusal(
  { call }: Operation,
  expected: Exclude<Expectation, { readonly kind: 'granted' }>,
): Pick<Response, 'outcome' | 'errno' | 'warnings'> {
  if (expected.kind === 'refused')
    return { outcome: { kind: 'failed' }, errno: 'ENOMEM', warnings: [`${call}: ${expected.why}`] };
  const { why, frame, owner } = expected;
  return { outcome: { kind: 'panicked', message: why, call, pfn: frame, owner }, errno: null, warnings: [] };
}
