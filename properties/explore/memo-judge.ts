/**
 * The judge with a memory. The verdict of the model's `step` depends only on the ownership, the operation and the response, except
 * for the clause `policy.lifo`, which depends on the order, the call and the response. So each part is computed once, by the same
 * `step` and the same clause as elsewhere, and looked up afterwards:
 *
 *     ownership × operation × fingerprint  →  next ownership, an action on the order     `step` without `lifo`, once
 *     order × action                       →  next order, or not what `lifo` pops        words compared, each time
 *
 * {@link MemoJudge.learn} lets the model judge in full every response that is unknown or not what `lifo` pops.
 *
 * A world of many page frames has more ownerships than there is room for: then everything is forgotten, and computed again.
 */
import { type ModelState, step, type Tally, type Verdict } from '../../model/index.ts';
import {
  describedCall,
  isFree,
  leavesOut,
  leftUndefined,
  type Operation,
  type Policy,
  type Response,
  type SettledStep,
} from '../../spec/index.ts';
import type { Fingerprint } from './fingerprint.ts';
import { ModelStates, POP, PUSH, UNCHANGED } from './model-states.ts';
import { WordLists } from './word-tables.ts';
import type { HeldWorld } from './world.ts';

/** Words of an entry for the last accepted response to an operation in an ownership: fingerprint (3), next ownership, action. */
const ENTRY = 5;
const UNKNOWN = -1;
/** Bytes of the verdicts after which a judge forgets them. The usual world takes 5 MB, 6 and 6 page frames 80. */
const MOST_BYTES = 2 ** 28;
/** Bytes of the model's state that is kept for an ownership, about. */
const STATE_BYTES = 2 ** 12;
/** The same for a further response. */
const OTHER_BYTES = 2 ** 6;

export class MemoJudge {
  readonly states: ModelStates;
  readonly operations: readonly Operation[];
  readonly #tally: Tally;
  /** For each ownership, one entry for each operation: the fingerprint, the next ownership, the action. */
  readonly #last: (Int32Array | undefined)[] = [];
  /** The same for further responses: lists of ownership, operation and fingerprint, with the next ownership and the action. */
  #others = new WordLists();
  #otherAfter: number[] = [];
  #otherAction: number[] = [];
  /** Bytes of the verdicts, about. */
  #bytes = 0;
  readonly #actions = new WordLists();
  /** The action of each operation that frees, once it is known. */
  readonly #pushes: (number | undefined)[] = [];
  /** For each ownership, the operations that are not tried: misuse that is undefined, and references beyond the search. */
  readonly #undefined: (readonly boolean[] | undefined)[] | null;
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
    this.operations = operations;
    const isPartial = world.profile !== undefined && leavesOut(world.profile);
    this.#undefined = isPartial || this.states.references !== null ? [] : null;
    this.#tally = tally;
    this.#actions.numberOf(Int32Array.of(UNCHANGED), 0, 1);
  }

  /**
   * Forgets every verdict if they take more than `most` bytes; numbers of ownerships and orders stay. Call it between two states.
   * Returns whether it did.
   */
  forget(most = MOST_BYTES): boolean {
    if (this.#bytes <= most) return false;
    this.#bytes = 0;
    this.#last.fill(undefined);
    this.#undefined?.fill(undefined);
    this.#others = new WordLists();
    this.#otherAfter = [];
    this.#otherAction = [];
    this.states.forget();
    return true;
  }

  /** Whether an operation is not tried: misuse that the target leaves undefined, or a reference beyond the search's. */
  isUndefined(ownership: number, operation: number): boolean {
    if (this.#undefined === null) return false;
    let known = this.#undefined[ownership];
    if (known === undefined) {
      const state = this.states.plainState(ownership);
      known = this.operations.map(
        (each) => leftUndefined(state, each) !== null || this.states.exceedsReferences(state, each),
      );
      this.#undefined[ownership] = known;
    }
    return known[operation] === true;
  }

  /** Whether a response is known to be accepted. If so, {@link ownership} and {@link order} are the state after it. */
  accepts(ownership: number, order: number, operation: number, fingerprint: Fingerprint): boolean {
    const last = this.#last[ownership];
    if (last === undefined) return false;
    const at = operation * ENTRY;
    const known = last[at];
    if (known === UNKNOWN) return false;
    const { first, second, third } = fingerprint;
    const isLast = known === first && last[at + 1] === second && last[at + 2] === third;
    if (!isLast) return this.#acceptsOther(ownership, order, operation, fingerprint);
    this.ownership = last[at + 3] ?? 0;
    return this.#leads(order, last[at + 4] ?? 0);
  }

  #acceptsOther(ownership: number, order: number, operation: number, fingerprint: Fingerprint): boolean {
    const other = this.#numberOfOther(ownership, operation, fingerprint);
    const after = this.#otherAfter[other] ?? UNKNOWN;
    if (after === UNKNOWN) return false;
    this.ownership = after;
    return this.#leads(order, this.#otherAction[other] ?? 0);
  }

  #numberOfOther(ownership: number, operation: number, { first, second, third }: Fingerprint): number {
    const key = this.#key;
    key[0] = ownership;
    key[1] = operation;
    key[2] = first;
    key[3] = second;
    key[4] = third;
    return this.#others.numberOf(key, 0, ENTRY);
  }

  /** Whether an order admits an action. If so, {@link order} is the next order. */
  #leads(order: number, action: number): boolean {
    const after = action === UNCHANGED ? order : this.states.orderAfter(order, this.#actions, action);
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
    fingerprint: Fingerprint | null,
  ): Verdict {
    const verdict = step(this.states.plainState(ownership), this.operation(operation), response, this.#tally);
    if (!verdict.accepted) return this.#inFull(ownership, order, operation, response);
    const action = this.#actionOf(ownership, operation, verdict.step);
    const isInOrder = this.#leads(order, action);
    if (this.#isPopped(verdict.step)) {
      const full = this.#inFull(ownership, order, operation, response);
      if (full.accepted !== isInOrder) throw new Error('the judge with a memory and the model differ');
      if (!isInOrder) return full;
    }
    this.ownership =
      verdict.step.after === verdict.step.before ? ownership : this.states.ownershipOf(verdict.state);
    if (fingerprint !== null) this.#remember(ownership, operation, fingerprint, this.ownership, action);
    return verdict;
  }

  /** Judges by `step` with every policy that the target promises. Its verdict names the clause. */
  #inFull(ownership: number, order: number, operation: number, response: Response): Verdict {
    return step(this.states.fullState(ownership, order), this.operation(operation), response, this.#tally);
  }

  /** Returns the operation of a number. */
  operation(operation: number): Operation {
    const found = this.operations[operation];
    if (found === undefined) throw new Error(`operation ${operation} does not exist`);
    return found;
  }

  #remember(
    ownership: number,
    operation: number,
    fingerprint: Fingerprint,
    after: number,
    action: number,
  ): void {
    let last = this.#last[ownership];
    if (last === undefined) {
      last = new Int32Array(ENTRY * this.operations.length).fill(UNKNOWN);
      this.#last[ownership] = last;
      this.#bytes += last.byteLength + STATE_BYTES;
    }
    const at = operation * ENTRY;
    if (last[at] === UNKNOWN) {
      last[at] = fingerprint.first;
      last[at + 1] = fingerprint.second;
      last[at + 2] = fingerprint.third;
      last[at + 3] = after;
      last[at + 4] = action;
      return;
    }
    this.#bytes += OTHER_BYTES;
    const other = this.#numberOfOther(ownership, operation, fingerprint);
    this.#otherAfter[other] = after;
    this.#otherAction[other] = action;
  }

  /** Whether a step hands out page frames of the free stack. */
  #isPopped({ granted, operation: { call } }: SettledStep): boolean {
    return this.states.tracksOrder && granted !== null && describedCall(call).effect !== 'run';
  }

  /** Returns the action of an accepted step on the order. */
  #actionOf(ownership: number, operation: number, accepted: SettledStep): number {
    if (this.#isPopped(accepted)) return this.#action(POP, accepted.granted?.pfns ?? []);
    const isFreed = accepted.expected.kind === 'granted' && isFree(accepted.operation.call);
    return this.states.tracksOrder && isFreed ? this.#pushAction(ownership, operation) : UNCHANGED;
  }

  /** Returns the number of an action on the page frames that lie in the stack zone. */
  #action(kind: number, frames: readonly (number | null)[]): number {
    const places = frames.flatMap((frame) => this.states.placeOf(frame) ?? []);
    if (places.length === 0) return UNCHANGED;
    const words = Int32Array.of(kind, ...places);
    return this.#actions.numberOf(words, 0, words.length);
  }

  #pushAction(ownership: number, operation: number): number {
    // With references, what a free gives back depends on who else has one.
    const known = this.states.references === null ? this.#pushes[operation] : undefined;
    if (known !== undefined) return known;
    const frames = this.states.pushesOf(ownership, (before) => this.#afterFree(before, operation));
    const action = this.#action(PUSH, frames);
    this.#pushes[operation] = action;
    return action;
  }

  /** Returns the model state after a granted operation that frees. */
  #afterFree(before: ModelState, operation: number): ModelState {
    const verdict = step(before, this.operation(operation), { outcome: { kind: 'done' } });
    if (!verdict.accepted) throw new Error('the model rejects what it accepts without an order');
    return verdict.state;
  }
}
