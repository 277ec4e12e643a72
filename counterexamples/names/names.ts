/**
 * Names of page frames: each address becomes a reference to the call that handed it out last, so that a program means the same on a
 * target that hands out other page frames. Addresses that no call handed out stay addresses: boot memory, and the arguments of misused
 * calls.
 */
import {
  addressOf,
  type Config,
  describedCall,
  isAllocation,
  isU64,
  type MemoryMap,
  mapAddresses,
  type Operation,
  pfnAt,
  pfnEnd,
  type Reference,
  type Response,
  toHigherHalf,
} from '../../spec/index.ts';
import { HandedOut, type ResultPage } from './handed-out.ts';

/** Returns how many page frames one address stands for, at most as many as memory has. */
function pagesAsked(operation: Operation, end: number): number {
  if (describedCall(operation.call).effect !== 'run') return 1;
  if (!('count' in operation) || !isU64(operation.count)) return 1;
  return Number(operation.count < BigInt(end) ? operation.count : BigInt(end));
}

export class Names {
  readonly #config: Config;
  readonly #end: number;
  readonly #handedOut: HandedOut;
  #results: number;

  /** `earlier` knows of what was handed out before, and does not learn what is handed out from now on. */
  constructor({ map, config }: { readonly map: MemoryMap; readonly config: Config }, earlier?: Names) {
    this.#config = config;
    this.#end = pfnEnd(map);
    this.#handedOut = earlier === undefined ? new HandedOut() : earlier.#handedOut.copy();
    this.#results = earlier === undefined ? 0 : earlier.#results;
  }

  /** Returns an operation as programs write it. */
  named(operation: Operation): Operation<Reference> {
    return mapAddresses(operation, (address) => this.#referenceTo(address));
  }

  /** Notes what a call has handed out. */
  note(operation: Operation, { outcome }: Response): void {
    if (!isAllocation(operation.call)) return;
    const result = this.#results;
    this.#results += 1;
    if (outcome.kind === 'address')
      this.#noteRun(outcome.address, pagesAsked(operation, this.#end), { result, page: 0 });
    if (outcome.kind === 'addresses')
      outcome.addresses.forEach((address, page) => {
        this.#noteRun(address, 1, { result, page });
      });
  }

  #noteRun(address: bigint, pages: number, from: ResultPage): void {
    const base = pfnAt(this.#config, address);
    if (base !== null) this.#handedOut.note(base, pages, from);
  }

  #referenceTo(address: bigint): Reference {
    const frame = pfnAt(this.#config, address);
    const origin = frame === null ? null : this.#handedOut.originOf(frame);
    if (frame === null || origin === null) return { absolute: address };
    return { ...origin, offset: address - toHigherHalf(this.#config, addressOf(frame)) };
  }
}
