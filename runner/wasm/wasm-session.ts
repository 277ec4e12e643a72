/** Sessions on WebAssembly: one machine at work in this process, which performs operations and returns each response as data. */
import {
  addressesOf,
  argumentAt,
  type Call,
  callPlace,
  describedCall,
  type ErrnoChange,
  namesOnePage,
  namesRegion,
  type Operation,
  type Outcome,
  type Profile,
  parametersOf,
  pfnAt,
  pfnEnd,
  Response,
  reading,
  SpecError,
} from '../../spec/index.ts';
import { GUARDS, grantedIn, roomFor, ungranted } from '../batch.ts';
import {
  DONE,
  FAILED,
  malformed,
  omitStacks,
  restoreStacks,
  returned,
  type ToldAmounts,
  toldAmounts,
  type Writable,
} from '../call-end.ts';
import type { NumberedAnswer } from '../lean/answer.ts';
import { halfOf } from '../lean/numbered-call.ts';
import type { SavableSession } from '../savable-session.ts';
import { lookAt } from '../thrown.ts';
import type { World } from '../world.ts';
import { addToFiles } from './counter-files.ts';
import { Aborted, BASE, LeftByPanic, type Machine } from './machine.ts';
import type { Machines } from './machines.ts';
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
const NONE: readonly never[] = [];
const NO_WORDS = new Int32Array(0);

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

/** A response as text: equal responses have equal texts. */
function textOf(response: Response): string {
  return JSON.stringify(Response.encode(response));
}

export class WasmSession implements SavableSession {
  readonly isRecorded = false;
  readonly omission = null;
  readonly started: Response;
  readonly #machines: Machines;
  readonly #machine: Machine;
  readonly #hasCounters: boolean;
  readonly #world: World;
  readonly #profile: Profile;
  readonly #told: ToldAmounts;
  readonly #watched: WatchedFrames;
  readonly #isPartial: boolean;
  /** Address less pointer. */
  readonly #shift: bigint;
  /** The contents of an entry of the caller's array before a call. */
  readonly #untouched: bigint;
  readonly #mostPointer: bigint;
  #buffer: ArrayBuffer;
  #image: SavedImage | null = null;
  #unzeroed: readonly number[] = NONE;

  constructor(machines: Machines, world: World, profile: Profile) {
    const { loaded } = machines;
    this.#machines = machines;
    this.#machine = machines.take(world);
    this.#hasCounters = loaded.hasCounters;
    this.#world = world;
    this.#profile = profile;
    this.#told = toldAmounts(profile.calls);
    this.#isPartial = profile.batches === 'partial';
    this.#shift = world.config.higherHalf - BigInt(BASE);
    this.#mostPointer = loaded.bits === 64 ? 2n ** 64n - 1n : 2n ** 32n - 1n;
    this.#untouched = loaded.bits === 64 ? 0x5555_5555_5555_5555n : 0x5555_5555n;
    this.#buffer = this.#machine.buffer;
    this.#watched = new WatchedFrames(world.map, BASE, this.#machine);
    this.started = this.#start();
  }

  get saves(): string {
    return this.#machine.namesLive
      ? 'saved and loaded but for the bytes of free page frames that live() does not name; each transition is repeated with other such bytes'
      : 'saved and loaded with all that free page frames hold';
  }

  /** Returns the session as one that is saved and loaded, right after init; null where the world is large, or init left no manager. */
  savable(): SavableSession | null {
    if (!this.#watched.isSmall || this.started.outcome.kind !== 'done') return null;
    this.#image = new SavedImage(this.#machine, this.#watched, pfnEnd(this.#world.map));
    return this;
  }

  perform(operation: Operation, freeForSingles: number): Response {
    const limit = omitStacks();
    const { outcome, strayEntries } = this.#perform(operation, freeForSingles);
    restoreStacks(limit);
    return this.#response(outcome, strayEntries, this.#watched.written());
  }

  save(into: Int32Array): number {
    return this.#saved().save(into);
  }

  load(saved: Int32Array): void {
    this.#saved().load(saved);
    this.#machine.warnings = [];
  }

  prepare(operation: Operation): (answer: NumberedAnswer) => void {
    const image = this.#saved();
    const half = halfOf(this.#world.config);
    const perform = (): Response => this.perform(operation, 0);
    return this.#machine.namesLive
      ? (answer) => answer.take(this.#checkLive(operation, image, perform), half)
      : (answer) => answer.take(perform(), half);
  }

  /** Performs an operation twice: also with dead bytes that hold something else. Throws if that makes a difference. */
  #checkLive(operation: Operation, image: SavedImage, perform: () => Response): Response {
    const before = copied(image);
    const first = perform();
    const after = copied(image);
    image.load(before);
    image.fillDead();
    const second = perform();
    if (textOf(first) !== textOf(second) || copied(image).join() !== after.join())
      throw new SpecError(
        `expected that nothing depends on the bytes that live() does not name, and ${operation.call} does: it depends on what free page frames hold`,
      );
    return second;
  }

  passOver(): void {}

  inspect(): null {
    return null;
  }

  close(): void {
    if (this.#hasCounters) addToFiles(this.#machine.counters());
    // What load() has written is not noted.
    if (this.#image === null) this.#machines.giveBack(this.#machine);
  }

  #start(): Response {
    let outcome: Outcome;
    try {
      this.#machine.init();
      outcome = this.#machine.hasSucceeded ? DONE : FAILED;
    } catch (error) {
      outcome = this.#left(error, null);
    }
    this.#follow();
    const { kept } = this.#machine;
    const response = this.#response(outcome, false, this.#watched.written());
    return kept.length === 0 ? response : { ...response, kept };
  }

  #perform(
    operation: Operation,
    free: number,
  ): { readonly outcome: Outcome; readonly strayEntries: boolean } {
    const before = this.#isCounted(operation.call) ? this.#machine.freeAmountNow() : 0;
    const room = this.#pass(operation, free);
    const outcome = this.#called(operation, room);
    this.#follow();
    const strayEntries = this.#hasStrayEntries(operation, outcome, room);
    const ended = this.#machine.isNullWritten()
      ? malformed('it wrote to the first bytes of memory: through a null pointer, or its stack overflowed')
      : outcome;
    this.#watch(operation, ended, before);
    return { outcome: ended, strayEntries };
  }

  /** Makes a call whose arguments have been passed. */
  #called(operation: Operation, room: number): Outcome {
    const { call } = operation;
    const machine = this.#machine;
    try {
      machine.call(callPlace(call));
    } catch (error) {
      return this.#left(error, operation);
    }
    const { returns } = describedCall(call);
    if (!machine.hasSucceeded) return FAILED;
    if (returns === 'addresses')
      return this.#batch(this.#isPartial ? Number(machine.exactValue) : true, room);
    return returned(returns === 'amount' ? machine.value : this.#addressOf(machine.exactValue), returns);
  }

  /** Returns the outcome of a batch that succeeded, with the entries that it wrote. */
  #batch(value: unknown, room: number): Outcome {
    const granted = grantedIn(value, room, this.#isPartial);
    if (granted === null) return ungranted(value, room, this.#isPartial);
    const addresses = Array.from({ length: granted }, (_, i) => this.#addressOf(this.#machine.entry(i)));
    return { kind: 'addresses', addresses };
  }

  /** Returns how a call ended that did not return. */
  #left(error: unknown, operation: Operation | null): Outcome {
    if (!(error instanceof LeftByPanic)) return malformed(leftBy(error));
    if (operation === null) return malformed(`it panicked: ${error.message}`);
    const far = this.#beyondPointers(operation);
    const { owner, pfn } = error.details;
    const blamed = far === null ? pfn : pfnAt(this.#world.config, far);
    const { message } = error;
    return {
      kind: 'panicked',
      message,
      call: operation.call,
      pfn: blamed === null ? null : reading(blamed),
      owner,
    };
  }

  /** Passes the arguments of an operation. Returns how many entries the array of a batch that is allocated has room for. */
  #pass(operation: Operation, free: number): number {
    const machine = this.#machine;
    let at = 0;
    let room = 0;
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
          room = roomFor(given, free, this.#isPartial);
          for (let i = 0; i < room + GUARDS; i += 1) machine.setEntry(i, this.#untouched);
          machine.pass(at++, BigInt(machine.array));
        }
        machine.pass(at++, parameter.kind === 'address' ? this.#pointerTo(given) : given);
      }
    }
    return room;
  }

  /** Whether entries changed that must not. */
  #hasStrayEntries(operation: Operation, outcome: Outcome, room: number): boolean {
    const machine = this.#machine;
    if ('addresses' in operation)
      return addressesOf(operation).some((address, i) => machine.entry(i) !== this.#pointerTo(address));
    if (describedCall(operation.call).returns !== 'addresses') return false;
    const written = outcome.kind === 'addresses' ? outcome.addresses.length : 0;
    for (let i = written; i < room + GUARDS; i += 1) if (machine.entry(i) !== this.#untouched) return true;
    return false;
  }

  /** Watches what was handed out, and no longer what was freed. A page frame that others refer to is not: the free amount tells. */
  #watch(operation: Operation, outcome: Outcome, freeBefore: number): void {
    const watched = this.#watched;
    this.#unzeroed = NONE;
    if (outcome.kind === 'address') {
      const first = this.#frameAt(outcome.address);
      const count = 'count' in operation ? Number(operation.count) : 1;
      this.#look(count, (i) => first + i);
      watched.handOutRun(first, count);
    } else if (outcome.kind === 'addresses') {
      const frames = outcome.addresses.map((address) => this.#frameAt(address));
      const frameAt = (i: number): number => frames[i] ?? -1;
      this.#look(frames.length, frameAt);
      watched.handOut(frames.length, frameAt);
    } else if (outcome.kind === 'done' && operation.call === 'removeRegion')
      // Nobody may write there.
      for (const [first, count] of this.#named(operation)) watched.handOutRun(first, count);
    else if (outcome.kind === 'done' && !this.#stays(operation, freeBefore))
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

  /** Looks at what was handed out, where the manager claims what it holds. */
  #look(count: number, frameAt: (i: number) => number): void {
    if (this.#profile.contents === 'zeroed') this.#unzeroed = this.#watched.unzeroed(count, frameAt);
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

  /** The image that is saved and loaded. */
  #saved(): SavedImage {
    if (this.#image === null) throw new Error('the session is not savable');
    if (this.#buffer !== this.#machine.initialBuffer)
      throw new SpecError(
        'its linear memory has grown: a search saves what malloc gives, and no other heap; in Rust, make that the global allocator: native/README.md',
      );
    return this.#image;
  }

  #response(outcome: Outcome, strayEntries: boolean, writes: readonly number[]): Response {
    const { failures } = this.#profile;
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
    const { total, free, reserved } = this.#told;
    // One object that is made at once is several times as fast.
    if (total && free && reserved)
      return { total: machine.amount(0), free: machine.amount(1), reserved: machine.amount(2) };
    return {
      ...(total ? { total: machine.amount(0) } : {}),
      ...(free ? { free: machine.amount(1) } : {}),
      ...(reserved ? { reserved: machine.amount(2) } : {}),
    };
  }

  /** Follows the linear memory, which a call may have grown. */
  #follow(): void {
    if (this.#machine.buffer === this.#buffer) return;
    this.#buffer = this.#machine.buffer;
    this.#watched.follow();
  }
}
