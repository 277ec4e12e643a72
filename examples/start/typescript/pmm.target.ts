/**
 * The allocator as a target of frameproof: gives it the memory of a program, and its calls the names that frameproof knows. A call that
 * yours does not have throws an error, and is left out of `calls` in the profile.
 */
import {
  type Call,
  isRam,
  type MemoryMap,
  ownerAfterInit,
  type Pmm,
  type PmmOptions,
  PmmPanic,
  regionOf,
} from 'frameproof/spec';
import { Allocator } from './pmm.ts';

/** The claims: one zone, a failure sets errno, and a bad free is not tried. */
export const profile = { zones: 1, policies: ['first-fit'], failures: ['errno'], misuse: 'undefined' };

const PAGE = 4096n;

/** Returns an argument; panics where it is not an unsigned 64-bit integer. */
function unsigned(call: Call, value: number | bigint): bigint {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (isWhole && BigInt.asUintN(64, BigInt(value)) === BigInt(value)) return BigInt(value);
  const message = `${call}: ${value} is not an unsigned 64-bit integer`;
  throw new PmmPanic(message, { call, pfn: null, owner: null });
}

export default class Target implements Pmm {
  errno: Pmm['errno'] = null;
  readonly #allocator = new Allocator();
  /** Virtual address of physical address 0. */
  readonly #base: bigint;
  #total = 0;

  constructor(map: MemoryMap, { config }: PmmOptions) {
    this.#base = config.higherHalf;
    for (const descriptor of map.descriptors) {
      const { base, count } = regionOf(descriptor);
      if (isRam(descriptor.type)) this.#total += count;
      if (ownerAfterInit(descriptor.type) === 'pmm') this.#allocator.give(base, count);
    }
  }

  alloc(): bigint | null {
    return this.#address(this.#allocator.take(1));
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    if (unsigned('allocPages', count) > this.freeAmount()) return this.#address(null) !== null;
    for (let i = 0; i < count; i += 1) addresses[i] = this.alloc() ?? 0n;
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    const wanted = Number(unsigned('allocBitmap', count));
    const limit = Number(unsigned('allocBitmap', maxAddr) / PAGE);
    const step = Math.max(1, Number((unsigned('allocBitmap', alignment) + PAGE - 1n) / PAGE));
    return this.#address(this.#allocator.take(wanted, limit, step));
  }

  free(address: bigint): void {
    this.freeRegion(address, 1);
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    for (const address of addresses.subarray(0, Number(count))) this.free(address);
  }

  freeRegion(address: bigint, count: number | bigint): void {
    this.#allocator.give(Number((address - this.#base) / PAGE), Number(count));
  }

  totalAmount(): number {
    return this.#total;
  }

  freeAmount(): number {
    return this.#allocator.freeAmount();
  }

  reservedAmount(): number {
    return this.#total - this.freeAmount();
  }

  /** Returns the address of a page frame; null, with the error number, where there is none. */
  #address(frame: number | null): bigint | null {
    if (frame === null) this.errno = 'ENOMEM';
    return frame === null ? null : this.#base + BigInt(frame) * PAGE;
  }
}
