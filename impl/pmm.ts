/**
 * The physical memory manager of the specification over a frame allocator: addresses instead of page frame numbers,
 * argument checks, `errno` and warnings.
 */
import {
  type Call,
  DEFAULT_PHYSICAL_LIMIT,
  type Errno,
  type InspectedRun,
  type MemoryMap,
  PFN_LIMIT,
  type Pmm,
  type PmmOptions,
  toHex,
} from '../spec/index.ts';
import { AddressBatches, addressOf, frameAt, isU64 } from './addresses.ts';
import { FrameAllocator } from './frame-allocator.ts';
import type { FrameBatch } from './frame-batch.ts';
import { argumentPanic, lengthPanic, outOfMemory } from './misuse.ts';

/** Page frames in a piece of a batch: a large batch needs no second array of its size. */
const PIECE = 4096;

/** Panics unless an argument is an unsigned 64-bit integer. */
function checkU64(call: Call, name: string, value: number | bigint): void {
  if (!isU64(value)) throw argumentPanic(call, () => `${name} ${value} is not an unsigned 64-bit integer`);
}

/** Returns how many whole page frames lie below a physical address; at most 2^44, which is beyond all. */
function framesBelow(address: number | bigint): number {
  // A bigint is exact where a number no longer is: above 2^53.
  const frames = typeof address === 'bigint' ? Number(address >> 12n) : Math.floor(address / 4096);
  return Math.min(frames, PFN_LIMIT);
}

/** Returns an alignment in page frames, rounded up; at most 2^44, of which only page frame 0 is a multiple. */
function alignmentFrames(alignment: number | bigint): number {
  const frames =
    typeof alignment === 'bigint' ? Number((alignment + 4095n) >> 12n) : Math.ceil(alignment / 4096);
  return Math.max(1, Math.min(frames, PFN_LIMIT));
}

/** Page frame numbers of the batch under way: all managers share them, since to make an array takes as long as a call. */
let narrow = new Uint32Array(64);
let wide = new Float64Array(64);

function narrowRoom(pages: number): Uint32Array {
  if (narrow.length < pages) narrow = new Uint32Array(2 * pages);
  return narrow;
}

function wideRoom(pages: number): Float64Array {
  if (wide.length < pages) wide = new Float64Array(2 * pages);
  return wide;
}

/** A physical memory manager, and the state of it that can be copied and put back. */
export class PageFrameManager implements Pmm {
  errno: Errno | null = null;
  readonly #higherHalf: bigint;
  readonly #physicalLimit: bigint;
  readonly #warn: (message: string) => void;
  readonly #frames: FrameAllocator;
  readonly #addresses: AddressBatches;

  constructor(frames: FrameAllocator, { config, warn }: Pick<PmmOptions, 'config' | 'warn'>) {
    this.#higherHalf = config.higherHalf;
    this.#physicalLimit = config.physicalLimit ?? DEFAULT_PHYSICAL_LIMIT;
    this.#warn = warn;
    this.#frames = frames;
    this.#addresses = new AddressBatches(this.#higherHalf, this.#physicalLimit);
  }

  alloc(): bigint | null {
    const frame = this.#frames.alloc();
    return frame === null ? this.#fail('alloc()') : addressOf(frame, this.#higherHalf);
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    checkU64('allocPages', 'count', count);
    const pages = Number(count);
    if (pages > this.#frames.freeInStack) return this.#fail(`allocPages(count ${count})`) !== null;
    if (pages > addresses.length) throw lengthPanic('allocPages', count, addresses.length);
    for (let from = 0; from < pages; from += PIECE)
      this.#allocPiece(addresses, from, Math.min(pages, from + PIECE));
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    checkU64('allocBitmap', 'count', count);
    checkU64('allocBitmap', 'maxAddr', maxAddr);
    checkU64('allocBitmap', 'alignment', alignment);
    const limit = framesBelow(maxAddr);
    const frame = this.#frames.allocBitmap(Number(count), limit, alignmentFrames(alignment));
    if (frame !== null) return addressOf(frame, this.#higherHalf);
    return this.#fail(
      `allocBitmap(count ${count}, maxAddr 0x${maxAddr.toString(16)}, alignment ${alignment})`,
    );
  }

  /** Allocates `addresses[from .. end)`, for which enough page frames are free. */
  #allocPiece(addresses: BigUint64Array, from: number, end: number): void {
    const batch = this.#batchOf(end - from);
    this.#frames.allocPages(batch, end - from);
    if (batch instanceof Uint32Array) this.#addresses.write(addresses, from, batch, end - from);
    else for (let i = from; i < end; i += 1) addresses[i] = addressOf(batch[i - from], this.#higherHalf);
  }

  free(address: bigint): void {
    this.#frames.free(this.#frameAt('free', address));
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    checkU64('freePages', 'count', count);
    const pages = Number(count);
    if (pages > addresses.length) throw lengthPanic('freePages', count, addresses.length);
    const batch = this.#batchOf(pages);
    const read =
      batch instanceof Uint32Array
        ? this.#addresses.read(addresses, batch, pages)
        : this.#readWide(addresses, batch, pages);
    if (read < pages) this.#panicOnBatch(addresses[read], read);
    this.#frames.freePages(batch, pages);
  }

  /** As {@link AddressBatches.read}, for page frame numbers of any size. */
  #readWide(addresses: BigUint64Array, frames: Float64Array, pages: number): number {
    for (let i = 0; i < pages; i += 1) {
      frames[i] = frameAt(addresses[i], this.#higherHalf, this.#physicalLimit);
      if (Number.isNaN(frames[i])) return i;
    }
    return pages;
  }

  freeRegion(address: bigint, count: number | bigint): void {
    checkU64('freeRegion', 'address', address);
    checkU64('freeRegion', 'count', count);
    const pages = Number(count);
    if (pages === 0) return;
    this.#frames.freeRegion(this.#frameAt('freeRegion', address), pages);
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

  /** Releases the memory of the state now. No call may follow. */
  dispose(): void {
    this.#frames.dispose();
  }

  /** Returns a copy of the state; see {@link FrameAllocator.snapshot}. It leaves out `errno`, which is the caller's. */
  snapshot(): Uint8Array<ArrayBuffer> {
    return this.#frames.snapshot();
  }

  /** Goes back to the state of a snapshot; see {@link FrameAllocator.restore}. Leaves `errno` alone. */
  restore(snapshot: Uint8Array): void {
    this.#frames.restore(snapshot);
  }

  saveState(into: Int32Array): number {
    return this.#frames.saveState(into);
  }

  loadState(saved: Int32Array): void {
    this.#frames.loadState(saved);
  }

  /** Returns the room for page frame numbers of a batch; what was written there last is there still. */
  #batchOf(pages: number): FrameBatch {
    return this.#frames.end <= 2 ** 32 ? narrowRoom(pages) : wideRoom(pages);
  }

  #frameAt(call: Call, address: bigint): number {
    const frame = frameAt(address, this.#higherHalf, this.#physicalLimit);
    if (Number.isNaN(frame)) this.#panicOnAddress(call, address);
    return frame;
  }

  #panicOnAddress(call: Call, address: bigint): never {
    checkU64(call, 'address', address);
    throw argumentPanic(call, () => `address ${toHex(address)} is not in the higher half`);
  }

  /** Panics on the first of a batch that may not be freed: one before the address at `index`, or that. */
  #panicOnBatch(address: bigint, index: number): never {
    this.#frames.checkFreeable(this.#batchOf(0), index);
    const frame = this.#frameAt('freePages', address);
    // No entry of the batch holds it, since such memory does not exist.
    this.#frames.checkFreeable(Float64Array.of(frame), 1);
    throw argumentPanic('freePages', () => `address ${toHex(address)} cannot be freed`);
  }

  #fail(asked: string): null {
    this.errno = 'ENOMEM';
    this.#warn(outOfMemory(asked, this.#frames));
    return null;
  }
}

/** Builds the manager of the memory that `map` describes; this is `pmm_init`. O(descriptors). */
export function createPmm(map: MemoryMap, options: PmmOptions): PageFrameManager {
  return new PageFrameManager(new FrameAllocator(map, options.config), options);
}
