/**
 * The judge with a memory. The verdict of the model's `step` depends only on the ownership, the operation and the response, except
 * for the clause `policy.lifo`, which depends on the order, the call and the response. So each part is computed once, by the same
 * `step` and the same clause as elsewhere, and looked up afterwards:
 *
 *     ownership × operation × fingerprint  →  next ownership, an action on the order     `step` without `lifo`
 *     order × action                       →  next order, or `lifo` is broken            the clause `policy.lifo`
 *
 * {@link MemoJudge.learn} judges in full every response that is unknown or breaks a clause.
 */
import { type ModelState, step, type Tally, top, type Verdict } from '../../model/index.ts';
import {
  answerClauses,
  CLAUSE_NAMES,
  type Clause,
  describedCall,
  hasUndefined,
  leftUndefined,
  type Operation,
  type PageCount,
  type Policy,
  type Response,
  type SettledStep,
  type Step,
} from '../../spec/index.ts';
import { isFreeing, ModelStates } from './model-states.ts';
import { PairTable, WordLists } from './word-tables.ts';
import type { HeldWorld } from './world.ts';

/** Words of an entry for the last accepted response to an operation in an ownership: fingerprint (3), next ownership, action. */
const ENTRY = 5;
const UNKNOWN = -1;
/** Stands for the next order if `policy.lifo` is broken. */
const BROKEN = -2;
/** The kinds of action on an order: the first word of an action. */
const [UNCHANGED, POP, PUSH] = [0, 1, 2];

function lifoClause(): Clause<Step> {
  const clause = answerClauses('alloc').find(({ name }) => name === 'policy.lifo');
  if (clause === undefined) throw new Error('alloc is held to no policy.lifo');
  return clause;
}

const LIFO = lifoClause();
const LIFO_PLACE = CLAUSE_NAMES.indexOf(LIFO.name);

export class MemoJudge {
  readonly states: ModelStates;
  readonly #operations: readonly Operation[];
  readonly #policies: readonly Policy[];
  readonly #tally: Tally;
  /** For each ownership, one entry for each operation: the fingerprint, the next ownership, the action. */
  readonly #last: Int32Array[] = [];
  /** The same for further responses: lists of ownership, operation and fingerprint, with the next ownership and the action. */
  readonly #others = new WordLists();
  readonly #otherAfter: number[] = [];
  readonly #otherAction: number[] = [];
  readonly #actions = new WordLists();
  readonly #orderAfter = new PairTable();
  /** The action of each operation that frees, once it is known. */
  readonly #pushes: (number | undefined)[] = [];
  /** For each ownership, the operations that are not tried: misuse that is undefined, and references beyond those of the search. */
  readonly #undefined: (readonly boolean[])[] | null;
  readonly #key = new Int32Array(ENTRY);
  /** The model state after the last accepted response. */
  ownership = 0;
  order = 0;

  constructor(
    world: HeldWorld,
    policies: readonly Policy[],
    operations: readonly Operation[],
    tally: Tally = () => {},
  ) {
    this.states = new ModelStates(world, policies);
    this.#operations = operations;
    this.#policies = policies;
    const isPartial = world.profile !== undefined && hasUndefined(world.profile);
    this.#undefined = isPartial || this.states.references !== null ? [] : null;
    this.#tally = tally;
    this.#actions.numberOf(Int32Array.of(UNCHANGED), 0, 1);
  }

  /** Whether an operation is not tried: misuse that the target leaves undefined, or a reference beyond those of the search. */
  isUndefined(ownership: number, operation: number): boolean {
    if (this.#undefined === null) return false;
    let known = this.#undefined[ownership];
    if (known === undefined) {
      const state = this.states.plainState(ownership);
      known = this.#operations.map(
        (each) => leftUndefined(state, each) !== null || this.states.exceedsReferences(state, each),
      );
      this.#undefined[ownership] = known;
    }
    return known[operation] === true;
  }

  /** Whether a response is known to be accepted. If so, {@link ownership} and {@link order} are the state after it. */
  accepts(
    ownership: number,
    order: number,
    operation: number,
    first: number,
    second: number,
    third: number,
  ): boolean {
    const last = this.#last[ownership];
    if (last === undefined) return false;
    const at = operation * ENTRY;
    const isLast = last[at] === first && last[at + 1] === second && last[at + 2] === third;
    if (!isLast) return this.#acceptsOther(ownership, order, operation, first, second, third);
    this.ownership = last[at + 3] ?? 0;
    return this.#leads(order, last[at + 4] ?? 0);
  }

  #acceptsOther(
    ownership: number,
    order: number,
    operation: number,
    first: number,
    second: number,
    third: number,
  ): boolean {
    const other = this.#numberOfOther(ownership, operation, first, second, third);
    const after = this.#otherAfter[other] ?? UNKNOWN;
    if (after === UNKNOWN) return false;
    this.ownership = after;
    return this.#leads(order, this.#otherAction[other] ?? 0);
  }

  #numberOfOther(ownership: number, operation: number, ...fingerprint: readonly number[]): number {
    this.#key[0] = ownership;
    this.#key[1] = operation;
    this.#key.set(fingerprint, 2);
    return this.#others.numberOf(this.#key, 0, ENTRY);
  }

  /** Whether the effect of an action on an order is known and admitted. If so, {@link order} is the next order. */
  #leads(order: number, action: number): boolean {
    if (action === 0 || !this.states.tracksOrder) {
      this.order = order;
      return true;
    }
    const after = this.#orderAfter.get(order, action);
    if (after < 0) return false;
    this.order = after;
    return true;
  }

  /**
   * Judges a response in full. If it is accepted, {@link ownership} and {@link order} are the state after it, and its fingerprint,
   * if it has one, is remembered.
   */
  learn(
    ownership: number,
    order: number,
    operation: number,
    response: Response,
    fingerprint: readonly [number, number, number] | null,
  ): Verdict {
    const verdict = step(
      this.states.plainState(ownership),
      this.#operation(operation),
      response,
      this.#tally,
    );
    if (!verdict.accepted) return this.#inFull(ownership, order, operation, response);
    const action = this.#actionOf(ownership, operation, verdict.step);
    if (!this.#leads(order, action) && this.#orderOfAction(order, action, verdict.step) === BROKEN)
      return this.#inFull(ownership, order, operation, response);
    this.ownership =
      verdict.step.after === verdict.step.before ? ownership : this.states.ownershipOf(verdict.state);
    if (fingerprint !== null) this.#remember(ownership, operation, fingerprint, this.ownership, action);
    return verdict;
  }

  /** Judges by `step` with every policy that the target promises. Its verdict names the clause. */
  #inFull(ownership: number, order: number, operation: number, response: Response): Verdict {
    const before = this.states.fullState(ownership, order);
    const verdict = step(before, this.#operation(operation), response, this.#tally);
    if (verdict.accepted) throw new Error('the judge with a memory rejects what the model accepts');
    return verdict;
  }

  #operation(operation: number): Operation {
    const found = this.#operations[operation];
    if (found === undefined) throw new Error(`operation ${operation} does not exist`);
    return found;
  }

  #remember(
    ownership: number,
    operation: number,
    fingerprint: readonly [number, number, number],
    after: number,
    action: number,
  ): void {
    let last = this.#last[ownership];
    if (last === undefined) {
      last = new Int32Array(ENTRY * this.#operations.length).fill(UNKNOWN);
      this.#last[ownership] = last;
    }
    const at = operation * ENTRY;
    if (last[at] === UNKNOWN) {
      last.set([...fingerprint, after, action], at);
      return;
    }
    const other = this.#numberOfOther(ownership, operation, ...fingerprint);
    this.#otherAfter[other] = after;
    this.#otherAction[other] = action;
  }

  /** Returns the action of an accepted step on the order. */
  #actionOf(
    ownership: number,
    operation: number,
    { expected, granted, operation: { call } }: SettledStep,
  ): number {
    if (!this.states.tracksOrder || expected.kind !== 'granted') return UNCHANGED;
    if (granted !== null && describedCall(call).effect !== 'run') return this.#action(POP, granted.pfns);
    return isFreeing(this.#operation(operation)) ? this.#pushAction(ownership, operation) : UNCHANGED;
  }

  #action(kind: number, frames: readonly (number | null)[]): number {
    if (frames.length === 0) return UNCHANGED;
    const words = Int32Array.of(kind, ...frames.map((frame) => frame ?? UNKNOWN));
    return this.#actions.numberOf(words, 0, words.length);
  }

  #pushAction(ownership: number, operation: number): number {
    const known = this.#pushes[operation];
    if (known !== undefined) return known;
    const frames = this.states.pushesOf(ownership, (before) => this.#afterFree(before, operation));
    const action = this.#action(PUSH, frames);
    this.#pushes[operation] = action;
    return action;
  }

  /** Returns the model state after a granted operation that frees. */
  #afterFree(before: ModelState, operation: number): ModelState {
    const verdict = step(before, this.#operation(operation), { outcome: { kind: 'done' } });
    if (!verdict.accepted) throw new Error('the model rejects what it accepts without an order');
    return verdict.state;
  }

  /** Computes the next order; where page frames are popped, the clause `policy.lifo` decides. */
  #orderOfAction(order: number, action: number, judged: SettledStep): number {
    const [kind, ...frames] = this.#actions.toArray(action);
    let after = BROKEN;
    if (kind === PUSH) after = this.states.pushed(order, frames);
    else if (this.#keepsLifo(order, judged)) after = this.states.popped(order, frames.length);
    this.#orderAfter.set(order, action, after);
    if (after !== BROKEN) this.order = after;
    return after;
  }

  #keepsLifo(order: number, judged: SettledStep): boolean {
    const stack = this.states.stackOf(order);
    const { before: plain } = judged;
    const before = {
      world: plain.world,
      ownerOf: plain.ownerOf.bind(plain),
      extents: plain.extents,
      countOf: plain.countOf.bind(plain),
      freeIn: plain.freeIn.bind(plain),
      firstFailing: plain.firstFailing.bind(plain),
      lowestFit: plain.lowestFit.bind(plain),
      heldRun: plain.heldRun.bind(plain),
      referencesTo: plain.referencesTo.bind(plain),
      firstShared: plain.firstShared.bind(plain),
      stackTop: (count: PageCount) => top(stack, count),
    };
    const asJudged: Step = { ...judged, before, policies: this.#policies };
    const side = LIFO.side(asJudged);
    if (side === null) return true;
    this.#tally(LIFO.name, side, LIFO_PLACE);
    return LIFO.check(asJudged) === null;
  }
}
