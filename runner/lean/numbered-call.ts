/**
 * A call as numbers: its place in the table, its arguments as they are passed, and the addresses that it names as page frame
 * numbers and bytes. One object serves call after call, so that to draw, make and judge a call makes nothing that has to be
 * collected.
 */
import {
  type Argument,
  addressesOf,
  argumentAt,
  CALLS,
  type Call,
  type CallDescription,
  type Config,
  callPlace,
  computedOnce,
  describedCall,
  isU64,
  type Operation,
  operationOf,
  PAGE_SIZE,
  type Parameter,
  PFN_LIMIT,
  parametersOf,
  pfnAt,
  pfnLimit,
  type Reference,
  U64_MAX,
} from '../../spec/index.ts';

/** An argument as a manager is given it: a number where it is exact. */
export type Passed = number | bigint;

/** Returns a number as callers pass it: as a `number` if that is exact. */
export function exactly(n: number | bigint): Passed {
  const rounded = Number(n);
  return Number.isSafeInteger(rounded) ? rounded : n;
}

/** Returns a passed argument as operations have it. */
export function argumentOf(value: Passed): Argument {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}

/** Whether a passed argument is an unsigned 64-bit integer. */
export function isWhole(value: Passed): boolean {
  return typeof value === 'number' ? Number.isInteger(value) && value >= 0 : value >= 0n && value <= U64_MAX;
}

/** Stands for the page frame of an address that is none of the higher half. */
const UNMAPPED = -1;
/** The same of an address that is not an unsigned 64-bit integer. */
export const NO_ADDRESS = -2;

const HALF = 2 ** 32;
const HALF_PAGES = HALF / PAGE_SIZE;
/** log2 of {@link PAGE_SIZE} and of {@link HALF_PAGES}. */
const [PAGE_BITS, HALF_PAGE_BITS] = [12, 20];

/** Returns a new, longer typed array, begun with the entries of the old one. */
export function grown<A extends Float64Array | Int32Array | Uint8Array>(made: A, old: A): A {
  made.set(old);
  return made;
}

/** Where an address is taken apart: one word for all, since to make one takes as long as a call. */
const WORD = new BigUint64Array(1);
const HALVES = new Uint32Array(WORD.buffer);

/** Addresses of the higher half of a configuration, to and from bytes of physical memory, without arithmetic in `bigint`. */
export class HigherHalf {
  readonly base: bigint;
  readonly room: number;
  readonly #config: Config;
  /** One past the last page frame that there can be. */
  readonly #end: number;
  readonly #low: number;
  readonly #high: number;

  constructor(config: Config) {
    this.#config = config;
    this.#end = pfnLimit(config);
    this.base = config.higherHalf;
    this.room = HigherHalf.roomOf(config);
    this.#low = Number(BigInt.asUintN(32, this.base));
    this.#high = Number(this.base >> 32n);
  }

  /** Returns how many bytes lie between the base of the higher half and the end of 64-bit addresses. */
  static roomOf({ higherHalf }: Config): number {
    return Number(U64_MAX + 1n - higherHalf);
  }

  /** Returns the address at which a byte of physical memory is mapped. */
  addressOf(byte: number): bigint {
    if (!(byte >= 0 && byte < this.room)) return this.base + BigInt(byte);
    this.write(byte, HALVES, 0);
    return WORD[0] ?? 0n;
  }

  /** Writes the address of a byte that has one, in two halves. */
  write(byte: number, halves: Uint32Array, at: number): void {
    const high = Math.floor(byte / HALF); // the remainder of a division is a call for the engine
    const low = this.#low + (byte - high * HALF);
    halves[at] = low;
    halves[at + 1] = this.#high + high + (low >= HALF ? 1 : 0);
  }

  /** Returns the byte that an address maps, or -1 where it is not of the higher half. */
  byteAt(address: bigint): number {
    if (address < this.base || address > U64_MAX) return -1;
    WORD[0] = address;
    return ((HALVES[1] ?? 0) - this.#high) * HALF + ((HALVES[0] ?? 0) - this.#low);
  }

  /** Returns the page frame that an address in two halves is the first of, or -1. */
  frameAtStart(low: number, high: number): number {
    const bytes = low - this.#low;
    if ((bytes & (PAGE_SIZE - 1)) !== 0) return -1;
    const frame = (high - this.#high) * HALF_PAGES + bytes / PAGE_SIZE;
    return frame >= 0 && frame < this.#end ? frame : -1;
  }

  /**
   * Reads the page frames that a batch of addresses in halves are the first of; -1 for one that is none. Returns whether all of
   * them are. Page frames below 2^32, as most are, take no fractions.
   */
  readFrames(halves: Uint32Array, frames: Float64Array, pages: number): boolean {
    const [lowest, highest] = [this.#low >>> 0, this.#high >>> 0];
    const end = Math.min(this.#end, this.room / PAGE_SIZE, HALF - 1) >>> 0;
    let isWhole = true;
    for (let i = 0; i < pages; i += 1) {
      const low = halves[2 * i] ?? 0;
      const high = halves[2 * i + 1] ?? 0;
      const above = (high - highest - (low < lowest ? 1 : 0)) >>> 0;
      const bytes = (low - lowest) >>> 0;
      const frame = ((above << HALF_PAGE_BITS) | (bytes >>> PAGE_BITS)) >>> 0;
      if (above >= HALF / HALF_PAGES || frame >= end || (bytes & (PAGE_SIZE - 1)) !== 0) {
        const exact = this.frameAtStart(low, high);
        if (exact < 0) isWhole = false;
        frames[i] = exact;
      } else {
        frames[i] = frame;
      }
    }
    return isWhole;
  }

  /** The same of an address as it was returned, if it is one. */
  frameIn(address: unknown): number {
    if (typeof address !== 'bigint' || address < this.base || address > U64_MAX) return -1;
    WORD[0] = address;
    return this.frameAtStart(HALVES[0] ?? 0, HALVES[1] ?? 0);
  }

  /** Returns the page frame of a byte, or which way it has none. */
  frameOf(byte: number): number {
    if (byte >= this.room) return NO_ADDRESS;
    const frame = Math.floor(byte / PAGE_SIZE);
    return frame < this.#end && frame >= 0 ? frame : UNMAPPED;
  }

  /** Returns the page frame of any address, or which way it has none. */
  frameAt(address: bigint): number {
    return pfnAt(this.#config, address) ?? (isU64(address) ? UNMAPPED : NO_ADDRESS);
  }
}

/** Returns the higher half of a configuration; the same one each time. */
export const halfOf = computedOnce((config: Config): HigherHalf => new HigherHalf(config));

/** Addresses that there is room for at first. */
const ROOM = 80;

/** Where a call holds the number that is passed for a parameter. */
function fieldOf(kind: Parameter['kind']): 'count' | 'minAddr' | 'maxAddr' | 'alignment' | 'boundary' {
  return kind === 'minAddr' || kind === 'maxAddr' || kind === 'alignment' || kind === 'boundary'
    ? kind
    : 'count';
}

const NO_HALVES = new Uint32Array(0);

const EFFECTS = CALLS.map((call) => describedCall(call).effect);

/** A call and the numbers that it passes, so that it can be made again. */
export type CallNumbers = Readonly<
  Pick<NumberedCall, 'place' | 'count' | 'minAddr' | 'maxAddr' | 'alignment' | 'boundary'>
>;

export class NumberedCall {
  /** The place of the call among {@link CALLS}. */
  place = 0;
  /** A `bigint` at first, so that the engine makes room for either kind: see `ANY_NUMBER`. */
  count: Passed = 0n;
  minAddr: Passed = 0n;
  maxAddr: Passed = 0n;
  alignment: Passed = 0n;
  boundary: Passed = 0n;
  /** Number of addresses that it names. */
  named = 0;
  /** The page frame of each address, or one of {@link UNMAPPED} and {@link NO_ADDRESS}. Set by {@link resolve}. */
  frames: Float64Array;
  /** Bytes of physical memory; NaN where {@link #exotic} has the address. */
  #bytes: Float64Array;
  #exotic: bigint[] = [];
  /** How a program names it: a page of a result and bytes from there on; result -1 where it names the address itself. */
  #results: Int32Array;
  #pages: Float64Array;
  #offsets: Float64Array;
  /** The array that is passed for the addresses, once it was asked for. */
  #first: bigint | null = null;
  #halves = NO_HALVES;
  #isWritten = false;

  /** There is room for this many addresses at first. */
  constructor(room = ROOM) {
    this.frames = new Float64Array(room);
    this.#bytes = new Float64Array(room);
    this.#results = new Int32Array(room);
    this.#pages = new Float64Array(room);
    this.#offsets = new Float64Array(room);
  }

  get call(): Call {
    return CALLS[this.place] ?? 'alloc';
  }

  get effect(): CallDescription['effect'] | undefined {
    return EFFECTS[this.place];
  }

  /** Starts over: a call without arguments. */
  start(place: number): void {
    this.place = place;
    this.count = 1;
    this.named = 0;
  }

  /** Starts over with the numbers of an earlier call. */
  startAgain({ place, count, minAddr, maxAddr, alignment, boundary }: CallNumbers): void {
    this.start(place);
    this.count = count;
    this.minAddr = minAddr;
    this.maxAddr = maxAddr;
    this.alignment = alignment;
    this.boundary = boundary;
  }

  /** Takes note of a number that is passed. */
  pass({ kind }: Parameter, value: Passed): void {
    // By names: a field that varies would take several times as long.
    if (kind === 'maxAddr') this.maxAddr = value;
    else if (kind === 'alignment') this.alignment = value;
    else if (kind === 'minAddr') this.minAddr = value;
    else if (kind === 'boundary') this.boundary = value;
    else this.count = value;
  }

  /** Names a page of a result, which is this page frame, and bytes from there on. */
  nameResult(result: number, page: number, frame: number, offset: number): void {
    const at = this.#next();
    this.#results[at] = result;
    this.#pages[at] = page;
    this.#offsets[at] = offset;
    this.frames[at] = frame;
    this.#bytes[at] = frame * PAGE_SIZE + offset;
  }

  /** Names a byte of physical memory by its address. */
  nameByte(byte: number): void {
    const at = this.#next();
    this.#results[at] = -1;
    this.#bytes[at] = byte;
    this.frames[at] = byte < PFN_LIMIT * PAGE_SIZE ? Math.floor(byte / PAGE_SIZE) : UNMAPPED;
  }

  /** Names an address outside the higher half. */
  nameAddress(address: bigint): void {
    const at = this.#next();
    this.#results[at] = -1;
    this.#bytes[at] = Number.NaN;
    this.#exotic[at] = address;
    this.frames[at] = UNMAPPED;
  }

  /** The page of a result that was named last. */
  get lastNamed(): { readonly result: number; readonly page: number } {
    const at = this.named - 1;
    return { result: this.#results[at] ?? 0, page: this.#pages[at] ?? 0 };
  }

  /** Adds bytes to the address named last. */
  addOffset(offset: number): void {
    const at = this.named - 1;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + offset;
    this.#offsets[at] = (this.#offsets[at] ?? 0) + offset;
    this.frames[at] = Math.floor((this.#bytes[at] ?? 0) / PAGE_SIZE);
  }

  /** Names the first address once more, with other bytes added. */
  nameFirstAgain(offset: number): void {
    this.nameResult(this.#results[0] ?? 0, this.#pages[0] ?? 0, this.frames[0] ?? 0, offset);
  }

  /** Forgets the address named last. */
  dropLast(): void {
    this.named -= 1;
  }

  /** Moves the address named last to the front. */
  moveLastToFront(): void {
    const last = this.named - 1;
    for (const list of [this.frames, this.#bytes, this.#results, this.#pages, this.#offsets]) {
      const moved = list[last] ?? 0;
      list.copyWithin(1, 0, last);
      list[0] = moved;
    }
    const exotic = this.#exotic[last] ?? 0n;
    for (let i = last; i > 0; i -= 1) this.#exotic[i] = this.#exotic[i - 1] ?? 0n;
    this.#exotic[0] = exotic;
  }

  /** Settles which page frames the addresses name. A batch is an array of 64-bit words: that is all its entries can say. */
  resolve(half: HigherHalf): void {
    this.#first = null;
    this.#isWritten = false;
    for (let i = 0; i < this.named; i += 1) {
      const byte = this.#bytes[i] ?? 0;
      let frame = Number.isNaN(byte) ? half.frameAt(this.#exotic[i] ?? 0n) : half.frameOf(byte);
      if (frame === NO_ADDRESS && parametersOf(this.call)[0]?.kind === 'addresses') {
        const wrapped = BigInt.asUintN(64, this.addressAt(i, half));
        this.#bytes[i] = Number.NaN;
        this.#exotic[i] = wrapped;
        frame = half.frameAt(wrapped);
      }
      this.frames[i] = frame;
    }
  }

  /** Returns an address as it is passed. */
  addressAt(i: number, half: HigherHalf): bigint {
    const byte = this.#bytes[i] ?? 0;
    return Number.isNaN(byte) ? (this.#exotic[i] ?? 0n) : half.addressOf(byte);
  }

  /** Returns the first address as it is passed. */
  firstAddress(half: HigherHalf): bigint {
    this.#first ??= this.addressAt(0, half);
    return this.#first;
  }

  /** Returns the addresses as they are passed, each in two halves; the same memory each time. */
  written(half: HigherHalf): Uint32Array {
    if (this.#isWritten) return this.#halves;
    if (this.#halves.length < 2 * this.named) this.#halves = new Uint32Array(4 * this.named);
    const halves = this.#halves;
    for (let i = 0; i < this.named; i += 1) {
      const byte = this.#bytes[i] ?? 0;
      if (byte >= 0 && byte < half.room) half.write(byte, halves, 2 * i);
      else {
        const address = this.addressAt(i, half);
        halves[2 * i] = Number(BigInt.asUintN(32, address));
        halves[2 * i + 1] = Number(BigInt.asUintN(32, address >> 32n));
      }
    }
    this.#isWritten = true;
    return halves;
  }

  /** Whether it names a page frame: as an address, or in a region. */
  namesFrame(frame: number): boolean {
    const isRegion = parametersOf(this.call)[1]?.kind === 'regionCount';
    const pages = isRegion ? Number(this.count) : 1;
    for (let i = 0; i < this.named; i += 1) {
      const first = this.frames[i] ?? 0;
      if (first <= frame && frame < first + pages) return true;
    }
    return false;
  }

  /** Whether one of the addresses is not the first of its page frame. */
  get isUnaligned(): boolean {
    for (let i = 0; i < this.named; i += 1) {
      const byte = this.#bytes[i] ?? 0;
      if (Number.isNaN(byte) ? (this.#exotic[i] ?? 0n) % 4096n !== 0n : byte % PAGE_SIZE !== 0) return true;
    }
    return false;
  }

  /** Returns the operation of a program that this is. */
  toOperation(half: HigherHalf): Operation<Reference> {
    return this.#operation((i) => {
      const result = this.#results[i] ?? -1;
      if (result < 0) return { absolute: this.addressAt(i, half) };
      return { result, page: this.#pages[i] ?? 0, offset: BigInt(this.#offsets[i] ?? 0) };
    });
  }

  /** Returns the operation that this is, with the addresses that it passes. */
  toResolved(half: HigherHalf): Operation {
    return this.#operation((i) => this.addressAt(i, half));
  }

  /** Returns the arguments as they are passed, of a call without an array. */
  passed(half: HigherHalf): readonly Passed[] {
    return parametersOf(this.call).map((parameter) =>
      parameter.kind === 'address' ? this.firstAddress(half) : this.#number(parameter),
    );
  }

  #number({ kind }: Parameter): Passed {
    return this[fieldOf(kind)];
  }

  /** Takes over an operation, and settles which page frames it names. */
  take(operation: Operation, half: HigherHalf): void {
    this.takeNumbers(operation);
    for (const address of addressesOf(operation)) this.nameAnyAddress(address, half);
    this.resolve(half);
  }

  /** Starts over with the call of an operation and its numbers. */
  takeNumbers(operation: Operation<unknown>): void {
    this.start(callPlace(operation.call));
    for (const parameter of parametersOf(operation.call)) {
      if (parameter.kind === 'address' || parameter.kind === 'addresses') continue;
      const value = argumentAt(operation, parameter);
      if (typeof value === 'bigint' || typeof value === 'number') this.pass(parameter, exactly(value));
    }
  }

  /** Names an address, of the higher half or not. */
  nameAnyAddress(address: bigint, half: HigherHalf): void {
    const byte = half.byteAt(address);
    if (byte >= 0 && byte <= Number.MAX_SAFE_INTEGER) this.nameByte(byte);
    else this.nameAddress(address);
  }

  #operation<A>(address: (i: number) => A): Operation<A> {
    const values = parametersOf(this.call).map((parameter) => {
      if (parameter.kind === 'address') return address(0);
      if (parameter.kind !== 'addresses') return argumentOf(this.#number(parameter));
      return Array.from({ length: this.named }, (_, i) => address(i));
    });
    return operationOf(this.call, values);
  }

  #next(): number {
    const at = this.named;
    if (at === this.frames.length) this.#grow();
    this.named = at + 1;
    return at;
  }

  #grow(): void {
    const room = Math.max(ROOM, 2 * this.frames.length);
    this.frames = grown(new Float64Array(room), this.frames);
    this.#bytes = grown(new Float64Array(room), this.#bytes);
    this.#results = grown(new Int32Array(room), this.#results);
    this.#pages = grown(new Float64Array(room), this.#pages);
    this.#offsets = grown(new Float64Array(room), this.#offsets);
  }
}
