/**
 * The physical memory manager of the specification over a frame allocator: addresses instead of page frame numbers,
 * argument checks, `errno` and warnings.
 */
import {
  type Call,
  type Config,
  type Errno,
  frameAt,
  type InspectedRun,
  PAGE_BYTES,
  PFN_LIMIT,
  type Pmm,
  type PmmFactory,
  type PmmOptions,
  toHex,
  U64_MAX,
} from '../spec/index.ts';
import { FrameAllocator } from './frame-allocator.ts';
import { argumentPanic } from './misuse.ts';

/** Returns an argument as `bigint`; panics unless it is an unsigned 64-bit integer. */
function u64(call: Call, name: string, value: number | bigint): bigint {
  const isInteger = typeof value === 'bigint' || Number.isInteger(value);
  if (!isInteger || value < 0 || value > U64_MAX) {
    throw argumentPanic(call, `${name} ${value} is no unsigned 64-bit integer`);
  }
  return BigInt(value);
}

/** A physical memory manager, and the state of it that can be copied and put back. */
export class PageFrameManager implements Pmm {
  errno: Errno | null = null;
  readonly #config: Config;
  readonly #warn: (message: string) => void;
  readonly #frames: FrameAllocator;

  constructor(frames: FrameAllocator, { config, warn }: Pick<PmmOptions, 'config' | 'warn'>) {
    this.#config = config;
    this.#warn = warn;
    this.#frames = frames;
  }

  alloc(): bigint | null {
    const frame = this.#frames.alloc();
    return frame === null ? this.#fail('alloc()') : this.#addressOf(frame);
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const asked = u64('allocPages', 'count', count);
    if (asked > this.#frames.freeInStack) return this.#fail(`allocPages(count ${asked})`) !== null;
    if (asked > addresses.length) {
      throw argumentPanic(
        'allocPages',
        `count ${asked} is more than the ${addresses.length} addresses given`,
      );
    }
    for (let i = 0; i < asked; i += 1) addresses[i] = this.#addressOf(this.#frames.alloc() ?? 0);
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    const pages = u64('allocBitmap', 'count', count);
    const end = u64('allocBitmap', 'maxAddr', maxAddr);
    const multiple = u64('allocBitmap', 'alignment', alignment);
    const asked = `allocBitmap(count ${pages}, maxAddr ${toHex(end)}, alignment ${multiple})`;
    if (pages > PFN_LIMIT) return this.#fail(asked);
    const limit = Math.min(Number(end / PAGE_BYTES), this.#frames.limit);
    const stride = Math.max(1, Math.min(Number((multiple + PAGE_BYTES - 1n) / PAGE_BYTES), PFN_LIMIT));
    const frame = this.#frames.allocBitmap(Number(pages), limit, stride);
    return frame === null ? this.#fail(asked) : this.#addressOf(frame);
  }

  free(address: bigint): void {
    this.#frames.free(this.#frameAt('free', address));
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    const asked = u64('freePages', 'count', count);
    if (asked > addresses.length) {
      throw argumentPanic('freePages', `count ${asked} is more than the ${addresses.length} addresses given`);
    }
    const frames = new Float64Array(Number(asked));
    for (let i = 0; i < frames.length; i += 1) frames[i] = this.#frameAt('freePages', addresses[i]);
    this.#frames.freePages(frames, frames.length);
  }

  freeRegion(address: bigint, count: number | bigint): void {
    u64('freeRegion', 'address', address);
    const pages = u64('freeRegion', 'count', count);
    if (pages === 0n) return;
    const base = this.#frameAt('freeRegion', address);
    // The first page frame past the last possible one is absent: the walk ends there at the latest.
    this.#frames.freeRegion(base, Math.min(Number(pages), PFN_LIMIT + 1 - base));
  }

  totalAmount(): number {
    return this.#frames.total;
  }

  freeAmount(): number {
    return this.#frames.freeInBitmap + this.#frames.freeInStack;
  }

  reservedAmount(): number {
    return this.totalAmount() - this.freeAmount();
  }

  inspect(): Iterable<InspectedRun> {
    return this.#frames.inspect();
  }

  /** Returns a copy of the state. `errno` is no part of it: it belongs to the caller. */
  snapshot(): Uint8Array {
    return this.#frames.snapshot();
  }

  /** Goes back to the state of a snapshot; leaves `errno` alone. */
  restore(snapshot: Uint8Array): void {
    this.#frames.restore(snapshot);
  }

  #addressOf(frame: number): bigint {
    return this.#config.higherHalf + BigInt(frame) * PAGE_BYTES;
  }

  #frameAt(call: Call, address: bigint): number {
    const frame = frameAt(this.#config, u64(call, 'address', address));
    if (frame === null) throw argumentPanic(call, `address ${toHex(address)} is not in the higher half`);
    return frame;
  }

  #fail(asked: string): null {
    const { freeInBitmap, freeInStack } = this.#frames;
    this.errno = 'ENOMEM';
    this.#warn(
      `${asked} failed: ENOMEM; ${freeInStack} page frames are free in the stack zone, ${freeInBitmap} in the bitmap zone`,
    );
    return null;
  }
}

/** Builds the manager of the memory that `map` describes; this is `pmm_init`. */
export const createPmm: PmmFactory &
  ((map: Parameters<PmmFactory>[0], options: PmmOptions) => PageFrameManager) = (map, options) =>
  new PageFrameManager(new FrameAllocator(map, options.config), options);
