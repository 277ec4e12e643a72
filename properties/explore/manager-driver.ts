/**
 * The driver of a manager that can be saved and loaded. An operation goes to the manager with as little around it as can be;
 * the response as a whole comes from the same session, as in a random run. A search asks for both the first time, and they
 * must agree.
 */

import type { SavableSession, Target, World } from '../../runner/index.ts';
import { type InspectedRun, type Operation, type Response, SpecError } from '../../spec/index.ts';
import type { Driver, Operations } from './driver.ts';
import { amountCode, amountsCode, Fingerprints, frameCode, NONE, OUTCOME, panicCode } from './fingerprint.ts';
import type { ModelStates } from './model-states.ts';

/** An operation of the search, and the call that it is. */
interface Prepared {
  readonly operation: Operation;
  readonly call: () => void;
}

export class ManagerDriver implements Driver {
  readonly fingerprints: Fingerprints;
  readonly started: Response;
  readonly #session: SavableSession;
  readonly #states: ModelStates;
  readonly #operations: readonly Prepared[];
  /** The outcome of the last call, in codes. */
  #outcome = 0;
  #value = 0;

  /** Throws `SpecError` where the target's manager cannot be saved and loaded, or init throws. */
  constructor(target: Target, world: World, operations: Operations, states: ModelStates) {
    const session = target.openSavable(world);
    if (session === null)
      throw new SpecError(`${target.name}: expected a manager with saveState() and loadState()`);
    this.#session = session;
    this.started = session.started;
    this.#states = states;
    this.#operations = operations.map((operation) => ({ operation, call: session.prepare(operation) }));
    this.fingerprints = new Fingerprints(world.config.higherHalf);
  }

  save(into: Int32Array): number {
    return this.#session.save(into);
  }

  load(saved: Int32Array): void {
    this.#session.load(saved);
  }

  inspect(): readonly InspectedRun[] | null {
    return this.#session.inspect();
  }

  respond(operation: number, ownership: number): Response {
    return this.#session.perform(this.#prepared(operation).operation, this.#states.freeInStack(ownership));
  }

  perform(operation: number): boolean {
    const { call, operation: called } = this.#prepared(operation);
    call();
    this.#note();
    const { errno, end, warnings, total, free, reserved, hasWritten } = this.#session.seen;
    const flags = this.fingerprints.flags(errno, end.strayEntries, warnings, called.call);
    const amounts = amountsCode(total, free, reserved);
    return this.fingerprints.put(this.#outcome, this.#value, amounts, flags) && !hasWritten;
  }

  #prepared(operation: number): Prepared {
    const found = this.#operations[operation];
    if (found === undefined) throw new Error(`there is no operation ${operation}`);
    return found;
  }

  /** Takes note of the outcome of the last call. What has no code is observed by the session, which is asked next. */
  #note(): void {
    const { kind, address, amount, array, panic } = this.#session.seen.end;
    switch (kind) {
      case 'address':
        this.#put(OUTCOME.address, this.fingerprints.addressCode(address));
        break;
      case 'addresses':
        this.#put(
          OUTCOME.addresses,
          array === null ? NONE : this.fingerprints.addressesCode(array.entries, array.writable),
        );
        break;
      case 'amount':
        this.#put(OUTCOME.amount, amountCode(amount));
        break;
      case 'panicked':
        this.#put(panicCode(panic?.call, panic?.owner), frameCode(panic?.pfn));
        break;
      case 'malformed':
        this.#put(NONE, NONE);
        break;
      default:
        this.#put(OUTCOME[kind], 0);
    }
  }

  #put(outcome: number, value: number): void {
    this.#outcome = outcome;
    this.#value = value;
  }
}
