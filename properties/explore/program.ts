/** Programs of a search: from operations with addresses as such to a program that names the results they came from. */

import type { LocalTarget } from '../../runner/index.ts';
import { Execution, type World } from '../../runner/index.ts';
import {
  mapAddresses,
  type Operation,
  PAGE_BYTES,
  type Policy,
  type Reference,
  type Response,
  type Trace,
} from '../../spec/index.ts';

/** Where page frames came from: the page frame of a result, the last one that it was handed out by. */
class Origins {
  readonly #higherHalf: bigint;
  readonly #origins = new Map<bigint, { readonly result: number; readonly page: number }>();
  #results = 0;

  constructor(higherHalf: bigint) {
    this.#higherHalf = higherHalf;
  }

  /** Takes note of what an operation was answered. */
  note(operation: Operation, { outcome }: Response): void {
    if (outcome.kind === 'addresses')
      outcome.addresses.forEach((address, page) => {
        this.#note(address, page);
      });
    if (outcome.kind === 'address') {
      const pages = operation.call === 'allocBitmap' ? Number(operation.count) : 1;
      for (let page = 0; page < pages; page += 1)
        this.#note(outcome.address + BigInt(page) * PAGE_BYTES, page);
    }
    if (operation.call.startsWith('alloc')) this.#results += 1;
  }

  /** Returns how a program names an address: by a result where it came from one. */
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

/** Runs operations in order on a target, from init on, as a program that names results, and returns the trace of it. */
export function traceOf(
  target: LocalTarget,
  world: World,
  policies: readonly Policy[],
  operations: readonly Operation[],
): Trace {
  const execution = new Execution(target, world, { policies });
  const origins = new Origins(world.config.higherHalf);
  for (const operation of operations) {
    if (!execution.perform(named(operation, origins))) break;
    const response = execution.responses.at(-1);
    if (response !== undefined) origins.note(operation, response);
  }
  execution.finish();
  return execution.trace();
}
