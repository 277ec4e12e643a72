/**
 * A manager made of three parts: the owners of page frames, the free runs of the bitmap zone, and the free stack. Each rewrite
 * replaces one part by a different one, and makes the same promises as our implementation.
 */
import {
  bitmapLimit,
  type Call,
  isRam,
  type MemoryMap,
  type Owner,
  ownerAfterInit,
  type Pmm,
  type PmmFactory,
  type PmmOptions,
  PmmPanic,
  regionOf,
} from 'frameproof/spec';
import { flagPerFrame } from './flag-per-frame.ts';
import { Frames } from './frames.ts';
import { ownerPerFrame } from './owner-per-frame.ts';
import { plainStack } from './plain-stack.ts';

/** Page frames [base, end). */
export interface Run {
  readonly base: number;
  readonly end: number;
}

/** The owner of each page frame of RAM; at first all are the firmware's. */
export interface Owners {
  of(frame: number): Owner;
  /** Gives page frames of RAM to an owner. */
  set(run: Run, owner: Owner): void;
}

/** The free page frames of the bitmap zone; none at first. */
export interface FreeRuns {
  give(run: Run): void;
  take(run: Run): void;
  /** All of them as maximal runs, ascending. */
  runs(): Iterable<Run>;
}

/** The free page frames of the stack zone, last in, first out; none at first. */
export interface FreeStack {
  push(frame: number): void;
  /** Returns the last one pushed; there is one. */
  pop(): number;
}

/** The functions that build the parts. */
export interface Parts {
  owners(frames: Frames): Owners;
  freeRuns(frames: Frames): FreeRuns;
  freeStack(frames: Frames, options: PmmOptions): FreeStack;
}

const PAGE = 4096n;
const U64_LIMIT = 1n << 64n;
const FRAME_LIMIT = 2 ** 40;

class Manager implements Pmm {
  errno: Pmm['errno'] = null;
  readonly #options: PmmOptions;
  /** First page frame of the stack zone. */
  readonly #limit: number;
  readonly #frames: Frames;
  readonly #owners: Owners;
  readonly #runs: FreeRuns;
  readonly #stack: FreeStack;
  #inBitmap = 0;
  #inStack = 0;

  constructor(map: MemoryMap, options: PmmOptions, parts: Parts) {
    this.#options = options;
    this.#limit = bitmapLimit(options.config);
    this.#frames = new Frames(map);
    this.#owners = parts.owners(this.#frames);
    this.#runs = parts.freeRuns(this.#frames);
    this.#stack = parts.freeStack(this.#frames, options);
    for (const descriptor of map.descriptors) {
      const { base, count } = regionOf(descriptor);
      const run = { base, end: base + count };
      if (!isRam(descriptor.type) || count === 0) continue;
      if (ownerAfterInit(descriptor.type) === 'pmm') this.#give(run);
      else this.#owners.set(run, ownerAfterInit(descriptor.type));
    }
  }

  alloc(): bigint | null {
    return this.#inStack === 0 ? this.#fail('alloc', '1 page frame') : this.#pop();
  }

  allocPages(addresses: BigUint64Array, count: number | bigint): boolean {
    const wanted = this.#argument('allocPages', count);
    if (wanted > BigInt(this.#inStack)) return this.#fail('allocPages', `${wanted} page frames`) !== null;
    if (wanted > BigInt(addresses.length)) throw this.#panic('allocPages', 'the array is too short');
    for (let i = 0; i < wanted; i += 1) addresses[i] = this.#pop();
    return true;
  }

  allocBitmap(count: number | bigint, maxAddr: number | bigint, alignment: number | bigint): bigint | null {
    const wanted = this.#argument('allocBitmap', count);
    const end = this.#argument('allocBitmap', maxAddr) / PAGE;
    const step = (this.#argument('allocBitmap', alignment) + PAGE - 1n) / PAGE || 1n;
    if (wanted > 0n)
      for (const run of this.#runs.runs()) {
        const base = ((BigInt(run.base) + step - 1n) / step) * step;
        const last = end < BigInt(run.end) ? end : BigInt(run.end);
        if (base + wanted <= last) return this.#take(Number(base), Number(wanted));
      }
    return this.#fail('allocBitmap', `${wanted} contiguous page frames`);
  }

  free(address: bigint): void {
    const base = this.#freeable('free', this.#frame('free', address));
    this.#give({ base, end: base + 1 });
  }

  freePages(addresses: BigUint64Array, count: number | bigint): void {
    const wanted = this.#argument('freePages', count);
    if (wanted > BigInt(addresses.length)) throw this.#panic('freePages', 'the array is too short');
    const frames = [...addresses.subarray(0, Number(wanted))].map((a) => this.#frame('freePages', a));
    const seen = new Set<number>();
    for (const frame of frames) {
      this.#freeable('freePages', frame);
      if (seen.has(frame)) throw this.#twice(frame);
      seen.add(frame);
    }
    for (const base of frames) this.#give({ base, end: base + 1 });
  }

  freeRegion(address: bigint, count: number | bigint): void {
    const wanted = this.#argument('freeRegion', count);
    this.#argument('freeRegion', address);
    if (wanted === 0n) return;
    const base = this.#frame('freeRegion', address);
    const end = BigInt(base) + wanted;
    for (let frame = base; frame < end; frame += 1) this.#freeable('freeRegion', frame);
    this.#give({ base, end: Number(end) });
  }

  totalAmount(): number {
    return this.#frames.count;
  }

  freeAmount(): number {
    return this.#inBitmap + this.#inStack;
  }

  reservedAmount(): number {
    return this.totalAmount() - this.freeAmount();
  }

  /** Takes page frames back, each into its zone, ascending. */
  #give(run: Run): void {
    this.#owners.set(run, 'pmm');
    const middle = Math.min(Math.max(run.base, this.#limit), run.end);
    if (run.base < middle) this.#runs.give({ base: run.base, end: middle });
    for (let frame = middle; frame < run.end; frame += 1) this.#stack.push(frame);
    this.#inBitmap += middle - run.base;
    this.#inStack += run.end - middle;
  }

  #take(base: number, count: number): bigint {
    const run = { base, end: base + count };
    this.#runs.take(run);
    this.#owners.set(run, 'caller');
    this.#inBitmap -= count;
    return this.#address(base);
  }

  #pop(): bigint {
    const frame = this.#stack.pop();
    this.#owners.set({ base: frame, end: frame + 1 }, 'caller');
    this.#inStack -= 1;
    return this.#address(frame);
  }

  #fail(call: Call, asked: string): null {
    this.errno = 'ENOMEM';
    this.#options.warn(`${call}: no room for ${asked}, ${this.freeAmount()} page frames are free`);
    return null;
  }

  #address(frame: number): bigint {
    return this.#options.config.higherHalf + BigInt(frame) * PAGE;
  }

  #argument(call: Call, value: number | bigint): bigint {
    if (typeof value === 'number' && !Number.isInteger(value))
      throw this.#panic(call, `${value} is not an integer`);
    const n = BigInt(value);
    if (n < 0n || n >= U64_LIMIT) throw this.#panic(call, `${n} is not an unsigned 64-bit integer`);
    return n;
  }

  #frame(call: Call, address: bigint): number {
    const physical = this.#argument(call, address) - this.#options.config.higherHalf;
    const frame = physical < 0n ? FRAME_LIMIT : Number(physical / PAGE);
    if (frame >= FRAME_LIMIT) throw this.#panic(call, `${address} is not in the higher half`);
    return frame;
  }

  #ownerOf(frame: number): Owner {
    return this.#frames.placeOf(frame) === null ? 'absent' : this.#owners.of(frame);
  }

  #freeable(call: Call, frame: number): number {
    const owner = this.#ownerOf(frame);
    if (owner === 'caller' || owner === 'boot') return frame;
    throw this.#panic(call, `page frame ${frame} may not be freed`, frame);
  }

  #twice(frame: number): PmmPanic {
    const details = { call: 'freePages', pfn: frame, owner: null } as const;
    return new PmmPanic(`freePages: page frame ${frame} is named twice`, details);
  }

  #panic(call: Call, reason: string, frame: number | null = null): PmmPanic {
    const owner = frame === null ? null : this.#ownerOf(frame);
    return new PmmPanic(`${call}: ${reason}`, { call, pfn: frame, owner });
  }
}

/** Returns a target with the given parts, and plain ones for the rest. */
export function managerOf(parts: Partial<Parts>): PmmFactory {
  const all: Parts = { owners: ownerPerFrame, freeRuns: flagPerFrame, freeStack: plainStack, ...parts };
  return (map, options) => new Manager(map, options, all);
}

/** The promises of every rewrite beyond the specification. */
export const policies = ['lifo', 'first-fit'];
