/**
 * Processes as managers: a target that is asked whole programs, as one whose calls can be made one by one. Each call runs the
 * program of all calls so far once more, in a fresh allocator, and its last answer is that of the call. Slow, and good enough
 * for the short programs that a shrinker tries.
 */

import { isRemote, type LocalTarget, type RemoteTarget, type Target } from '../../runner/index.ts';
import { withCall } from '../../runner/process/index.ts';
import {
  isU64,
  type MemoryMap,
  type Operation,
  type Outcome,
  type Pmm,
  type PmmOptions,
  PmmPanic,
  type Reference,
  type Response,
} from '../../spec/index.ts';

/** An amount that the process does not tell. */
const UNTOLD = Number.NaN;

class Asked implements Pmm {
  errno: Pmm['errno'] = null;
  readonly #target: RemoteTarget;
  readonly #map: MemoryMap;
  readonly #options: PmmOptions;
  readonly #operations: Operation<Reference>[] = [];
  #amounts: NonNullable<Response['amounts']>;

  constructor(target: RemoteTarget, map: MemoryMap, options: PmmOptions) {
    this.#target = target;
    this.#map = map;
    this.#options = options;
    const { started } = this.#run();
    this.#amounts = amountsOf(started);
  }

  alloc(): bigint | null {
    return addressOf(this.#ask({ call: 'alloc' }));
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const outcome = this.#ask({ call: 'allocPages', count: u64('allocPages', count) });
    if (outcome.kind !== 'addresses') return false;
    addresses.set(outcome.addresses.map((address) => BigInt.asUintN(64, address)));
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    const [n, limit, step] = [count, maxAddr, alignment].map((value) => u64('allocBitmap', value));
    return addressOf(
      this.#ask({ call: 'allocBitmap', count: n ?? 0n, maxAddr: limit ?? 0n, alignment: step ?? 0n }),
    );
  }

  free(address: bigint): void {
    this.#ask({ call: 'free', address: { absolute: u64('free', address) } });
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    const named = [...addresses.subarray(0, Number(count))].map((absolute) => ({ absolute }));
    this.#ask({ call: 'freePages', addresses: named });
  }

  freeRegion(address: bigint, count: number | bigint): void {
    const absolute = u64('freeRegion', address);
    this.#ask({ call: 'freeRegion', address: { absolute }, count: u64('freeRegion', count) });
  }

  totalAmount(): number {
    return this.#amounts.total ?? UNTOLD;
  }

  freeAmount(): number {
    return this.#amounts.free ?? UNTOLD;
  }

  reservedAmount(): number {
    return this.#amounts.reserved ?? UNTOLD;
  }

  #run() {
    const { remote } = this.#target;
    return remote.receive(remote.send({ map: this.#map, config: this.#options.config }, this.#operations));
  }

  /** Performs a call, and throws where it panicked or did what the interface does not allow. */
  #ask(operation: Operation<Reference>): Outcome {
    this.#operations.push(operation);
    const answered = this.#run().responses[this.#operations.length - 1];
    if (answered === undefined || answered === 'skipped') throw new Error('it answered no more');
    const response = withCall(answered, operation.call);
    this.#amounts = amountsOf(response);
    if (response.errno !== undefined && response.errno !== null) this.errno = response.errno;
    for (const warning of response.warnings ?? []) this.#options.warn(warning);
    const { outcome } = response;
    if (outcome.kind === 'malformed') throw new Error(outcome.message);
    if (outcome.kind === 'panicked')
      throw new PmmPanic(outcome.message, { ...outcome, call: operation.call });
    return outcome;
  }
}

/** Returns an argument as a process can be asked it; what is no unsigned 64-bit integer is misuse everywhere. */
function u64(call: Operation['call'], value: number | bigint): bigint {
  if (typeof value === 'bigint' ? isU64(value) : Number.isSafeInteger(value) && value >= 0)
    return BigInt(value);
  const message = `${call}: ${value} is no unsigned 64-bit integer`;
  throw new PmmPanic(message, { call, pfn: null, owner: null });
}

function addressOf(outcome: Outcome): bigint | null {
  return outcome.kind === 'address' ? outcome.address : null;
}

function amountsOf({ outcome, amounts }: Response): NonNullable<Response['amounts']> {
  if (amounts !== undefined) return amounts;
  throw new Error(outcome.kind === 'malformed' ? outcome.message : 'it told no amounts');
}

/** Returns a target whose calls can be made one by one: the same where they can, else the process behind this face. */
export function asLocal(target: Target): LocalTarget {
  if (!isRemote(target)) return target;
  const { name, policies, profile } = target;
  const claims = profile === undefined ? { name, policies } : { name, policies, profile };
  return { ...claims, create: (map, options) => new Asked(target, map, options) };
}
