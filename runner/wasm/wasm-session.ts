/** Sessions on WebAssembly: one machine at work in this process, which performs operations and returns each response as data. */
import {
  addressesOf,
  argumentAt,
  type Call,
  type CallDescription,
  callPlace,
  describedCall,
  type ErrnoChange,
  namesOnePage,
  namesRegion,
  type Operation,
  PmmPanic,
  type Profile,
  parametersOf,
  pfnAt,
  pfnEnd,
  type Response,
  SpecError,
} from '../../spec/index.ts';
import { CallEnd, omitStacks, restoreStacks } from '../call-end.ts';
import { CallerArray } from '../caller-array.ts';
import type { SavableSession, Seen } from '../savable-session.ts';
import { lookAt } from '../thrown.ts';
import type { World } from '../world.ts';
import { addToFiles } from './counter-files.ts';
import { Aborted, BASE, LeftByPanic, type Loaded, Machine } from './machine.ts';
import { SavedImage } from './saved-image.ts';
import { WatchedFrames } from './watched-frames.ts';

const ENOMEM = 12;
/** The value of errno before each call: `CALLERS_ERRNO` of native/frameproof_wasm.c. */
const CALLERS_ERRNO = 23130;

/** Returns what a call did to the error number of its caller. */
function errnoOf(error: number): ErrnoChange {
  if (error === CALLERS_ERRNO) return null;
  if (error === ENOMEM) return 'ENOMEM';
  return error === 0 ? 'cleared' : 'other';
}
/** The places of the three calls that tell amounts, as bits. */
const ALL_AMOUNTS =
  (1 << callPlace('totalAmount')) | (1 << callPlace('freeAmount')) | (1 << callPlace('reservedAmount'));
const NONE: readonly never[] = [];
const NO_WORDS = new Int32Array(0);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns how a call that was left by something other than a panic ended. */
function leftBy(error: unknown): string {
  if (error instanceof Aborted) return `it ended the program: ${error.message}`;
  if (error instanceof RangeError) return `it overflowed the stack: ${error.message}`;
  return error instanceof Error && error.name === 'RuntimeError'
    ? `it trapped: ${error.message}`
    : `it threw ${lookAt(error).text}`;
}

/** Returns the words of the present state. */
function copied(image: SavedImage): Int32Array {
  const words = new Int32Array(image.save(NO_WORDS));
  image.save(words);
  return words;
}

export class WasmSession implements SavableSession {
  readonly isRecorded = false;
  readonly omission = null;
  readonly started: Response;
  readonly seen: Writable<Seen>;
  readonly #machine: Machine;
  readonly #hasCounters: boolean;
  readonly #world: World;
  readonly #profile: Profile;
  readonly #watched: WatchedFrames;
  readonly #end = new CallEnd();
  /** Address less pointer. */
  readonly #shift: bigint;
  /** The contents of an entry of the caller's array before a call. */
  readonly #untouched: bigint;
  readonly #mostPointer: bigint;
  #buffer: ArrayBuffer;
  #image: SavedImage | null = null;
  #unzeroed: readonly number[] = NONE;

  constructor(loaded: Loaded, world: World, profile: Profile) {
    this.#machine = new Machine(loaded, world);
    this.#hasCounters = loaded.hasCounters;
    this.#world = world;
    this.#profile = profile;
    this.#end.isPartial = profile.batches === 'partial';
    this.#shift = world.config.higherHalf - BigInt(BASE);
    this.#mostPointer = loaded.bits === 64 ? 2n ** 64n - 1n : 2n ** 32n - 1n;
    this.#untouched = loaded.bits === 64 ? 0x5555_5555_5555_5555n : 0x5555_5555n;
    this.#buffer = this.#machine.buffer;
    this.#watched = new WatchedFrames(world.map, BASE, this.#buffer);
    this.seen = {
      end: this.#end,
      errno: null,
      warnings: NONE,
      total: 0,
      free: 0,
      reserved: 0,
      hasWritten: false,
    };
    this.started = this.#start();
  }

  get saves(): string {
    return this.#machine.namesLive
      ? 'saved and loaded but for the bytes of free page frames that live() does not name; each transition is repeated with other such bytes'
      : 'saved and loaded with all that free page frames hold';
  }

  /** Whether the state can be saved: the world is small, and init left a manager. */
  get isSavable(): boolean {
    return this.#watched.isSmall && this.started.outcome.kind === 'done';
  }

  perform(operation: Operation, freeForSingles: number): Response {
    const limit = omitStacks();
    this.#perform(operation, freeForSingles);
    restoreStacks(limit);
    const writes = this.#image === null ? this.#watched.compareSome() : this.#watched.compareAll();
    return this.#response(writes);
  }

  save(into: Int32Array): number {
    return this.#saved().save(into);
  }

  load(saved: Int32Array): void {
    this.#saved().load(saved);
    this.#machine.warnings = [];
  }

  prepare(operation: Operation): () => void {
    const image = this.#saved();
    const perform = (): void => {
      this.#perform(operation, 0);
      this.#observe();
    };
    return this.#machine.namesLive ? () => this.#checkLive(operation, image, perform) : perform;
  }

  /** Performs an operation twice: also with dead bytes that hold something else. Throws if that makes a difference. */
  #checkLive(operation: Operation, image: SavedImage, perform: () => void): void {
    const before = copied(image);
    perform();
    const first = { ...this.seen, end: Object.assign(new CallEnd(), this.#end) };
    const after = copied(image);
    image.load(before);
    image.fillDead();
    perform();
    const { end, errno, total, free, reserved, hasWritten } = this.seen;
    const isAlike =
      end.isLike(first.end) &&
      errno === first.errno &&
      total === first.total &&
      free === first.free &&
      reserved === first.reserved &&
      hasWritten === first.hasWritten;
    if (!isAlike || copied(image).join() !== after.join())
      throw new SpecError(
        `expected that nothing depends on the bytes that live() does not name, and ${operation.call} does: it depends on what free page frames hold`,
      );
  }

  passOver(): void {}

  lateWrites(next: Operation | null): readonly number[] {
    if (next === null) return this.#watched.compareAll();
    if (!('address' in next || 'addresses' in next)) return NONE;
    return this.#named(next).flatMap(([first, count]) => this.#watched.compare(first, count));
  }

  inspect(): null {
    return null;
  }

  close(): void {
    if (this.#hasCounters) addToFiles(this.#machine.counters());
  }

  #start(): Response {
    try {
      this.#machine.init();
      this.#end.returned(undefined, 'done');
      if (!this.#machine.hasSucceeded) this.#end.kind = 'failed';
    } catch (error) {
      this.#left(error, null);
    }
    this.#follow();
    const { kept } = this.#machine;
    const response = this.#response(this.#watched.compareAll());
    return kept.length === 0 ? response : { ...response, kept };
  }

  #perform(operation: Operation, free: number): void {
    const { call } = operation;
    const { returns } = describedCall(call);
    const end = this.#end;
    const before = this.#isCounted(call) ? this.#machine.freeAmountNow() : 0;
    end.array = this.#pass(operation, free);
    end.strayEntries = false;
    try {
      this.#machine.call(callPlace(call));
      this.#note(returns);
    } catch (error) {
      this.#left(error, operation);
    }
    this.#follow();
    this.#takeArray(operation, end.array);
    if (this.#machine.isNullWritten())
      end.malformed('it wrote to the first bytes of memory: through a null pointer, or its stack overflowed');
    this.#watch(operation, before);
  }

  /** Records how a call ended that returned. */
  #note(returns: CallDescription['returns']): void {
    const [machine, end] = [this.#machine, this.#end];
    if (!machine.hasSucceeded) end.kind = 'failed';
    else if (returns === 'addresses' && end.isPartial) end.returned(Number(machine.exactValue), returns);
    else if (returns === 'amount') end.returned(machine.value, returns);
    else if (returns === 'address') end.returned(this.#addressOf(machine.exactValue), returns);
    else end.returned(true, returns);
  }

  #left(error: unknown, operation: Operation | null): void {
    if (!(error instanceof LeftByPanic)) this.#end.malformed(leftBy(error));
    else if (operation === null) this.#end.malformed(`it panicked: ${error.message}`);
    else {
      const { call } = operation;
      const far = this.#beyondPointers(operation);
      const { owner, pfn } = error.details;
      const blamed = far === null ? pfn : pfnAt(this.#world.config, far);
      this.#end.threw(new PmmPanic(error.message, { call, owner, pfn: blamed }));
    }
  }

  /** Passes the arguments of an operation. Returns the array of a batch that is allocated, or null. */
  #pass(operation: Operation, free: number): CallerArray | null {
    const machine = this.#machine;
    let at = 0;
    let array: CallerArray | null = null;
    for (const parameter of parametersOf(operation.call)) {
      const value = argumentAt(operation, parameter);
      if (parameter.kind === 'addresses') {
        const addresses = addressesOf(operation);
        for (const [i, address] of addresses.entries()) machine.setEntry(i, this.#pointerTo(address));
        machine.pass(at++, BigInt(machine.array));
        machine.pass(at++, BigInt(addresses.length));
      } else {
        const given = BigInt(typeof value === 'bigint' || typeof value === 'number' ? value : 0);
        if (parameter.kind === 'batchCount') {
          array = CallerArray.toWrite(given, free, { isPartial: this.#end.isPartial });
          for (let i = 0; i < array.entries.length; i += 1) machine.setEntry(i, this.#untouched);
          machine.pass(at++, BigInt(machine.array));
        }
        machine.pass(at++, parameter.kind === 'address' ? this.#pointerTo(given) : given);
      }
    }
    return array;
  }

  /** Takes the entries that an allocation wrote, and notes whether entries changed that must not. */
  #takeArray(operation: Operation, array: CallerArray | null): void {
    const [machine, end] = [this.#machine, this.#end];
    if (array !== null) {
      const written = end.kind === 'addresses' ? array.writable : 0;
      for (let i = 0; i < written; i += 1) array.entries[i] = this.#addressOf(machine.entry(i));
      for (let i = written; i < array.entries.length; i += 1)
        if (machine.entry(i) !== this.#untouched) end.strayEntries = true;
    } else if ('addresses' in operation)
      for (const [i, address] of addressesOf(operation).entries())
        if (machine.entry(i) !== this.#pointerTo(address)) end.strayEntries = true;
  }

  /** Watches what was handed out, and no longer what was freed. A page frame that others refer to is not: the free amount tells. */
  #watch(operation: Operation, freeBefore: number): void {
    const { kind, address, array } = this.#end;
    const watched = this.#watched;
    this.#unzeroed = NONE;
    if (kind === 'address') {
      const first = this.#frameAt(address);
      this.#handOut('count' in operation ? Number(operation.count) : 1, (i) => first + i);
    } else if (kind === 'addresses' && array !== null)
      this.#handOut(array.writable, (i) => this.#frameAt(array.entries[i] ?? 0n), true);
    else if (kind === 'done' && operation.call === 'removeRegion')
      // Nobody may write there.
      for (const [first, count] of this.#named(operation)) watched.handOut(count, (i) => first + i);
    else if (kind === 'done' && !this.#stays(operation, freeBefore))
      for (const [first, count] of this.#named(operation)) watched.forget(first, count);
  }

  /** Whether the page frame that an operation names has references after it. */
  #stays({ call }: Operation, freeBefore: number): boolean {
    return call === 'retain' || (this.#isCounted(call) && this.#machine.amount(1) === freeBefore);
  }

  /** Whether the free amount tells if a call has taken the last reference. */
  #isCounted(call: Call): boolean {
    const { calls } = this.#profile;
    return calls.includes('retain') && calls.includes('freeAmount') && namesOnePage(call);
  }

  /** Looks at what was handed out, where the manager claims what it holds, and watches it from now on. */
  #handOut(count: number, frameAt: (i: number) => number, isBatch = false): void {
    if (this.#profile.contents === 'zeroed') this.#unzeroed = this.#watched.unzeroed(count, frameAt, isBatch);
    this.#watched.handOut(count, frameAt, isBatch);
  }

  /** Returns the page frames that an operation names, as first ones and counts. */
  #named(operation: Operation): readonly (readonly [number, number])[] {
    const count = namesRegion(operation.call) && 'count' in operation ? Number(operation.count) : 1;
    return addressesOf(operation).map((address) => [this.#frameAt(address), count]);
  }

  /** Returns the first named address that no pointer reaches, or null: the target sees another one, beyond its memory as well. */
  #beyondPointers(operation: Operation): bigint | null {
    return addressesOf(operation).find((address) => this.#pointerTo(address) === this.#mostPointer) ?? null;
  }

  #frameAt(address: bigint): number {
    return pfnAt(this.#world.config, address) ?? -1;
  }

  #addressOf(pointer: bigint): bigint {
    return BigInt.asUintN(64, pointer + this.#shift);
  }

  /** Returns the pointer for an address. One outside the higher half stays outside; 0 stays a null pointer. */
  #pointerTo(address: bigint): bigint {
    const { higherHalf } = this.#world.config;
    const base = BigInt(BASE);
    if (address === 0n) return 0n;
    if (address < higherHalf) return higherHalf - address < base ? address - this.#shift : address % base;
    const pointer = address - this.#shift;
    return pointer > this.#mostPointer ? this.#mostPointer : pointer;
  }

  /** The image that is saved and loaded; the first use remembers it, right after init. */
  #saved(): SavedImage {
    if (this.#image !== null && this.#buffer !== this.#machine.initialBuffer)
      throw new SpecError('its linear memory has grown: a search saves what malloc gives, and no other heap');
    this.#image ??= new SavedImage(this.#machine, this.#watched, pfnEnd(this.#world.map));
    return this.#image;
  }

  /** Reads the observations of a prepared call. What is not claimed is as if it had not been. */
  #observe(): void {
    const [machine, seen] = [this.#machine, this.seen];
    const { failures } = this.#profile;
    seen.errno = failures.includes('errno') ? errnoOf(machine.error) : null;
    seen.warnings = failures.includes('warning') ? machine.warnings : NONE;
    if (machine.warnings.length > 0) machine.warnings = [];
    seen.hasWritten = this.#watched.compareAll().length > 0 || this.#unzeroed.length > 0;
    seen.total = machine.amount(0);
    seen.free = machine.amount(1);
    seen.reserved = machine.amount(2);
  }

  #response(writes: readonly number[]): Response {
    const { strayEntries } = this.#end;
    const { failures } = this.#profile;
    const outcome = this.#end.outcome();
    const warnings = this.#machine.warnings;
    if (warnings.length > 0) this.#machine.warnings = [];
    const response: Writable<Response> = { outcome, strayEntries, writes };
    if (this.#profile.contents === 'zeroed') response.unzeroed = this.#unzeroed;
    if (outcome.kind === 'malformed') return response;
    if (failures.includes('warning')) response.warnings = warnings.length === 0 ? NONE : warnings;
    response.amounts = this.#amounts();
    if (failures.includes('errno')) response.errno = errnoOf(this.#machine.error);
    return response;
  }

  #amounts(): NonNullable<Response['amounts']> {
    const machine = this.#machine;
    const { calls } = machine;
    // One object that is made at once is several times as fast.
    if ((calls & ALL_AMOUNTS) === ALL_AMOUNTS)
      return { total: machine.amount(0), free: machine.amount(1), reserved: machine.amount(2) };
    const has = (call: Call): boolean => ((calls >> callPlace(call)) & 1) === 1;
    return {
      ...(has('totalAmount') ? { total: machine.amount(0) } : {}),
      ...(has('freeAmount') ? { free: machine.amount(1) } : {}),
      ...(has('reservedAmount') ? { reserved: machine.amount(2) } : {}),
    };
  }

  /** Follows the linear memory, which a call may have grown. */
  #follow(): void {
    if (this.#machine.buffer === this.#buffer) return;
    this.#buffer = this.#machine.buffer;
    this.#watched.follow(this.#buffer);
  }
}
