/** Programs of a search: operations with absolute addresses become a program that refers to earlier results. */

import { runWithin, type Target, type World } from '../../runner/index.ts';
import {
  describedCall,
  isAllocation,
  mapAddresses,
  type Operation,
  PAGE_BYTES,
  type Policy,
  type Reference,
  type Response,
  type Trace,
} from '../../spec/index.ts';

/** The origins of addresses: for each page frame, the result that handed it out last, and its page there. */
class Origins {
  readonly #higherHalf: bigint;
  readonly #origins = new Map<bigint, { readonly result: number; readonly page: number }>();
  #results = 0;

  constructor(higherHalf: bigint) {
    this.#higherHalf = higherHalf;
  }

  /** Records the response to an operation. */
  note(operation: Operation, { outcome }: Response): void {
    if (outcome.kind === 'addresses')
      outcome.addresses.forEach((address, page) => {
        this.#note(address, page);
      });
    if (outcome.kind === 'address') {
      const pages =
        describedCall(operation.call).effect === 'run' && 'count' in operation ? Number(operation.count) : 1;
      for (let page = 0; page < pages; page += 1)
        this.#note(outcome.address + BigInt(page) * PAGE_BYTES, page);
    }
    if (isAllocation(operation.call)) this.#results += 1;
  }

  /** Returns the reference to an address: to the result that it came from, if there is one. */
  nameOf(address: bigint): Reference {
    const offset = BigInt.asUintN(12, address - this.#higherHalf);
    const origin = this.#origins.get(address - offset);
    return origin === undefined ? { absolute: address } : { ...origin, offset };
  }

  #note(address: bigint, page: number): void {
    this.#origins.set(address, { result: this.#results, page });
  }
}

function named(operation: Operation, origins: Origins): Operation<Reference> {
  const program = mapAddresses(operation, (address) => origins.nameOf(address));
  if (program === null) throw new Error(`${operation.call} lost an address`);
  return program;
}

/** Runs operations on a target from init, as a program that refers to results, and returns its trace. */
export function traceOf(
  target: Target,
  world: World,
  policies: readonly Policy[],
  operations: readonly Operation[],
): Trace {
  const execution = runWithin({ target, world, options: { policies } }, operations.length, (started) => {
    const origins = new Origins(world.config.higherHalf);
    for (const operation of operations) {
      if (!started.perform(named(operation, origins))) break;
      const response = started.responses.at(-1);
      if (response !== undefined) origins.note(operation, response);
    }
  });
  return execution.trace();
}
