/**
 * Machines: one instance of a WebAssembly target with its linear memory, in which the physical memory of a world lies from 1 GiB on.
 * The harness, native/frameproof_wasm.c, draws the layout; the desk is how calls and answers cross.
 *
 * A machine serves many programs: all that one has written to is noted, page by page, and is put back before the next one.
 */
import {
  areFrames,
  type Frames,
  MEMORY_TYPES,
  type Owner,
  ownerAfterInit,
  PAGE_SIZE,
  type PanicDetails,
  pfnEnd,
  SpecError,
} from '../../spec/index.ts';
import { takeOutput } from '../target-output.ts';
import type { World } from '../world.ts';
import { type CountedFile, CounterReader, RECORDS } from './counter-files.ts';
import {
  type Bits,
  ENGINE,
  type Exported,
  type Memory,
  type Module,
  memoryOf,
  WASM_PAGE_BYTES,
} from './engine.ts';
import { NOTED_PAGES, NOTES } from './stores.ts';
import { BEYOND } from './watched-frames.ts';

const GIB = 2 ** 30;
/** Pieces that a target names as live, at most: the small worlds that are searched have a sixteenth as many words. */
const MOST_LIVE = 2 ** 20;
/** Pointers to physical memory are aligned as the physical addresses are, up to this. */
export const BASE = GIB;
/** The linear memory may grow by this much, for allocators that have their own heap. */
const SPARE = 2 ** 26;
/** Kept free above physical memory for the desk and what follows it. */
const ABOVE = 2 ** 26;

/** The physical address at which memory ends that pointers can reach. */
export function reachOf(bits: Bits): bigint {
  return BigInt((bits === 64 ? 16 * GIB : 4 * GIB) - BASE - ABOVE);
}

/** Fields of the desk, in words of 64 bits: see native/frameproof_wasm.c. */
const DESK = {
  arguments: 0,
  value: 5,
  succeeded: 6,
  error: 7,
  amounts: 8,
  calls: 11,
  profile: 12,
  stackEnd: 13,
  arenaStart: 14,
  arenaUsed: 15,
  arenaEnd: 16,
  base: 17,
  bitmapEnd: 18,
  descriptors: 19,
  descriptorCount: 20,
  namesLive: 21,
  ever: 22,
  now: 23,
  strays: 24,
  call: 25,
  length: 26,
} as const;

/** `fp_descriptor`: the kind and the EFI type, the first physical address, the page frames. */
const DESCRIPTOR_BYTES = 24;
const KINDS: Readonly<Record<ReturnType<typeof ownerAfterInit>, number>> = {
  pmm: 0,
  boot: 1,
  firmware: 2,
  absent: 3,
};
/** `fp_owner`. */
const OWNERS: readonly (Owner | null)[] = [null, 'absent', 'firmware', 'boot', 'pmm', 'caller', 'kept'];
const NO_FRAME = 2n ** 64n - 1n;
const NO_FRAMES: readonly number[] = [];
/** Longest text that is read from a target. */
const LONGEST_TEXT = 4096;
/** Entries of the caller's array, beside one for each page frame. */
const LEAST_ENTRIES = 8192;
/** The notes, in the order of the harness: a byte for each page, another one, then lists of pages in words. */
const IS_FOREIGN = NOTES + NOTED_PAGES;
const EVER = (NOTES + 2 * NOTED_PAGES) / 4;
const STRAYS = EVER + 2 * NOTED_PAGES;
const FIRST_NOTED = NOTES / PAGE_SIZE;
const FIRST_FRAME = BASE / PAGE_SIZE;
/** A program that has written to more pages leaves its machine to the garbage collector: 64 MiB. */
const MOST_PUT_BACK = 2 ** 14;
const PAGE_WORDS = PAGE_SIZE / 4;

/** Words from address 0 on, which nothing but a null pointer or a stack that overflows reaches. */
const NULL_WORDS = 16;

/** A panic of the target, thrown through its frames. Its call is known to the caller. */
export class LeftByPanic extends Error {
  readonly details: Omit<PanicDetails, 'call'>;

  constructor(message: string, details: Omit<PanicDetails, 'call'>) {
    super(message);
    this.details = details;
  }
}

/** A call that the target left as one that did nothing: it returned no address, or false. */
class LeftByRefusal extends Error {}

/** The target ended its program. */
export class Aborted extends Error {}

/** A module, and what was found out about it by trying. */
export interface Loaded {
  readonly module: Module;
  readonly bits: Bits;
  /** Bytes of linear memory that it must begin with. */
  readonly initial: number;
  /** The line that compiled it, which `frameproof build` leaves in it; null if that is not known. */
  readonly compiled: string | null;
  /** Whether it has mutable globals beside the stack pointer, or changes tables: state that is in no memory. */
  readonly hasHidden: boolean;
  /** Whether it counts how often its lines are entered: state that grows for ever. */
  readonly hasCounters: boolean;
}

/** The functions that the harness exports. */
const EXPORTS = [
  'main',
  'fp_desk',
  'fp_init',
  'fp_call',
  'fp_finish',
  'fp_stack_pointer',
  'fp_unwind',
  'fp_name_live',
  'fp_tell_counters',
] as const;
type Exports = Readonly<Record<(typeof EXPORTS)[number], Exported>>;

function exportsOf(found: Readonly<Record<string, Exported>>): Exports {
  const missing = EXPORTS.find((name) => typeof found[name] !== 'function');
  if (missing !== undefined) throw new Error(`it exports no ${missing}`);
  return found as Exports;
}

/** Returns extents [first, end) ascending and apart. */
export function joined(
  extents: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const apart: [number, number][] = [];
  for (const [first, end] of extents.toSorted(([a], [b]) => a - b)) {
    const last = apart.at(-1);
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end);
    else apart.push([first, end]);
  }
  return apart;
}

/** Worlds up to this many page frames have machines of one size. */
const SMALLEST = 64;

/** Returns the page frames that a machine has for a world: few sizes, so that machines serve again, and at most a quarter more. */
function roomyFrames(world: World, bits: Bits): number {
  const frames = Math.max(SMALLEST, pfnEnd(world.map));
  const step = 2 ** Math.max(0, Math.floor(Math.log2(frames)) - 2);
  const most = Number(reachOf(bits)) / PAGE_SIZE;
  return Math.max(frames, Math.min(most, Math.ceil(frames / step) * step)) + BEYOND;
}

/** Returns the bytes of linear memory that a world takes. Machines of one size serve for worlds of one size. */
export function sizeFor(world: World, bits: Bits): number {
  const frames = roomyFrames(world, bits);
  const bytes =
    BASE +
    frames * PAGE_SIZE +
    8 * (frames + LEAST_ENTRIES) +
    world.map.descriptors.length * DESCRIPTOR_BYTES;
  return Math.ceil(bytes / WASM_PAGE_BYTES) * WASM_PAGE_BYTES;
}

export class Machine {
  readonly bits: Bits;
  /** Bytes of linear memory. */
  readonly size: number;
  /** Page frames that lie in it. */
  readonly frames: number;
  /** Byte offset of the array that is passed for a batch. */
  readonly array: number;
  /** The linear memory as it was before it grew. */
  readonly initialBuffer: ArrayBuffer;
  warnings: string[] = [];
  /** The page frames that init has named as kept. */
  kept: Frames[] = [];
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #desk: number;
  readonly #stackPointer: number | bigint;
  #live: (readonly [number, number])[] = [];
  #counters = new CounterReader();
  #buffer: ArrayBuffer;
  #words: Uint32Array;
  #longs: BigUint64Array;
  #bytes: Uint8Array;
  /** Static data, and what constructors have taken of the arena, before the first program. */
  readonly #image: Uint32Array;
  /** Whether the last program left nothing but what is noted. */
  #isSound = true;
  /** Entries of the caller's array that are in use. */
  #entries = 0;
  #descriptors = 0;

  /** Instantiates the module, and lays out a world up to where init is called. */
  constructor({ module, bits, initial }: Loaded, world: World) {
    this.bits = bits;
    this.size = sizeFor(world, bits);
    this.frames = roomyFrames(world, bits);
    this.array = BASE + this.frames * PAGE_SIZE;
    this.#memory = memoryOf(bits, initial, this.size, SPARE);
    this.#buffer = this.#memory.buffer;
    this.initialBuffer = this.#buffer;
    this.#words = new Uint32Array(this.#buffer);
    this.#longs = new BigUint64Array(this.#buffer);
    this.#bytes = new Uint8Array(this.#buffer);
    const imports = { env: { memory: this.#memory }, frameproof: this.#imports() };
    this.#exports = exportsOf(new ENGINE.Instance(module, imports).exports);
    this.#stackPointer = this.#exports.fp_stack_pointer() ?? 0;
    this.#desk = Number(this.#exports.fp_desk()) / 8;
    this.#set('arenaEnd', NOTES);
    this.#exports.main(0, bits === 64 ? 0n : 0);
    // What has been written so far is the beginning of each program.
    for (const page of this.#ever) this.#bytes[NOTES + page] = 0;
    for (const list of ['ever', 'now', 'strays'] as const) this.#set(list, 0);
    this.#image = this.#words.slice(0, Math.ceil(this.arenaUsed / PAGE_SIZE) * PAGE_WORDS);
    this.#layOut(world);
  }

  /**
   * Puts back all that the last program has written to, and lays out another world of the same size: as if the module had been
   * instantiated for it. Returns false where that cannot be. O(pages that were written to + page frames / 4096).
   */
  reuse(world: World): boolean {
    const ever = this.#ever;
    const isNotes = (page: number): boolean => page >= FIRST_NOTED && page < FIRST_FRAME;
    if (!this.#isSound || this.#buffer !== this.initialBuffer) return false;
    if (ever.length > MOST_PUT_BACK || ever.some(isNotes)) return false;
    for (let i = 0; i < ever.length; ) {
      const first = ever[i] ?? 0;
      let end = first;
      for (; ever[i] === end; i += 1) end += 1;
      this.#putBack(first, end);
    }
    // The desk may lie in two pages, and the harness need not write to both.
    const desk = 2 * this.#desk;
    this.#words.set(this.#image.subarray(desk, desk + 2 * DESK.length), desk);
    this.#words.fill(0, this.array / 4, this.array / 4 + 2 * this.#entries);
    this.#words.fill(
      0,
      this.#descriptorsAt / 4,
      (this.#descriptorsAt + this.#descriptors * DESCRIPTOR_BYTES) / 4,
    );
    this.#entries = 0;
    this.unwind();
    this.warnings = [];
    this.kept = [];
    this.#layOut(world);
    return true;
  }

  /** The pages that have been written to. */
  get #ever(): Uint32Array {
    return this.#words.subarray(EVER, EVER + this.#number(DESK.ever));
  }

  /** Puts back the pages [first, end). */
  #putBack(first: number, end: number): void {
    const [words, image] = [this.#words, this.#image];
    const [at, after] = [first * PAGE_WORDS, end * PAGE_WORDS];
    this.#bytes.fill(0, NOTES + first, NOTES + end);
    words.fill(0, Math.max(at, image.length), Math.max(after, image.length));
    if (at < image.length) words.set(image.subarray(at, after), at);
  }

  /** For each page frame, whether it is not the manager's: a view of the notes. */
  get isForeign(): Uint8Array {
    return this.#bytes.subarray(IS_FOREIGN + FIRST_FRAME, IS_FOREIGN + FIRST_FRAME + this.frames);
  }

  /** The page frames that were not the manager's when the last call wrote to them. */
  get strays(): readonly number[] {
    const count = this.#words[2 * (this.#desk + DESK.strays)] ?? 0;
    if (count === 0) return NO_FRAMES;
    return Array.from(this.#words.subarray(STRAYS, STRAYS + count), (page) => page - FIRST_FRAME);
  }

  /** Notes that a page frame is written to from outside. */
  touch(frame: number): void {
    const page = frame + FIRST_FRAME;
    if (this.#bytes[NOTES + page] !== 0) return;
    this.#bytes[NOTES + page] = 1;
    const ever = this.#number(DESK.ever);
    this.#words[EVER + ever] = page;
    this.#words[2 * (this.#desk + DESK.ever)] = ever + 1;
  }

  get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  /** The places of the calls that the target has, as bits. */
  get calls(): number {
    return this.#number(DESK.calls);
  }

  /** The claims of the target, as JSON. */
  get profile(): string {
    return this.#text(this.#number(DESK.profile), LONGEST_TEXT);
  }

  get hasSucceeded(): boolean {
    return this.#words[2 * (this.#desk + DESK.succeeded)] !== 0;
  }

  /** The error number that the last call left; 0 for none. */
  get error(): number {
    return this.#number(DESK.error);
  }

  /** The value of the last call: a pointer or an amount. */
  get value(): number {
    return this.#number(DESK.value);
  }

  get exactValue(): bigint {
    return this.#longs[this.#desk + DESK.value] ?? 0n;
  }

  /** Returns an amount as it was after the last call: total, free, reserved. */
  amount(which: 0 | 1 | 2): number {
    return this.#number(DESK.amounts + which);
  }

  /** Returns the free amount of the state that memory holds now, which may have been loaded since the last call. */
  freeAmountNow(): number {
    this.#exports.fp_finish();
    return this.amount(1);
  }

  /** Sets an argument of the next call. */
  pass(argument: number, value: bigint): void {
    this.#longs[this.#desk + DESK.arguments + argument] = value;
  }

  init(): void {
    this.#enter(this.#exports.fp_init);
  }

  /** Makes a call, by its place in the table of calls. Throws what ends it. */
  call(place: number): void {
    this.#enter(this.#exports.fp_call, place);
  }

  /** The words of linear memory. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Static data and what has been taken of the arena, as places in {@link words}, without the desk. */
  get ownWords(): readonly (readonly [first: number, end: number])[] {
    const desk = 2 * this.#desk;
    return [
      [this.#number(DESK.stackEnd) / 4, desk],
      [desk + 2 * DESK.length, this.arenaUsed / 4],
    ];
  }

  /** Byte offset at which the used part of the arena ends. */
  get arenaUsed(): number {
    return this.#number(DESK.arenaUsed);
  }

  set arenaUsed(at: number) {
    this.#set('arenaUsed', at);
  }

  /** Puts the stack pointer back, after a call that was left. */
  unwind(): void {
    this.#exports.fp_unwind(this.#stackPointer);
  }

  /** Whether the target names its live bytes. */
  get namesLive(): boolean {
    return this.#number(DESK.namesLive) !== 0;
  }

  /**
   * Returns the live bytes that the target names, as places of words [first, end), ascending and apart.
   *
   * @throws SpecError where the target traps or never ends, as it follows a list that a call has spoilt.
   */
  liveWords(): readonly (readonly [number, number])[] {
    this.#live = [];
    try {
      this.#exports.fp_name_live();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SpecError(
        `expected live() to name bytes: ${reason}; npx frameproof check finds the call that spoils what it follows`,
        { cause: error },
      );
    }
    return joined(this.#live);
  }

  /** Returns how often the arcs of its sources have been taken; nothing where it was built without counters. */
  counters(): readonly CountedFile[] {
    this.#counters = new CounterReader();
    this.#exports.fp_tell_counters();
    return this.#counters.files;
  }

  /** Whether something was written through a null pointer, or the stack has overflowed. */
  isNullWritten(): boolean {
    for (let word = 0; word < NULL_WORDS; word += 1) if (this.#words[word] !== 0) return true;
    return false;
  }

  /** Returns entry `i` of the array: a pointer. */
  entry(i: number): bigint {
    if (this.bits === 64) return this.#longs[this.array / 8 + i] ?? 0n;
    return BigInt(this.#words[this.array / 4 + i] ?? 0);
  }

  setEntry(i: number, pointer: bigint): void {
    if (i >= this.#entries) this.#entries = i + 1;
    if (this.bits === 64) this.#longs[this.array / 8 + i] = pointer;
    else this.#words[this.array / 4 + i] = Number(pointer);
  }

  #enter(exported: Exported, ...passed: readonly number[]): void {
    try {
      exported(...passed);
    } catch (error) {
      const isRefusal = error instanceof LeftByRefusal;
      const isLeft = isRefusal || error instanceof LeftByPanic;
      this.#isSound &&= isLeft;
      if (!isLeft) throw error;
      this.unwind();
      this.#exports.fp_finish();
      if (!isRefusal) throw error;
    } finally {
      if (this.#buffer.byteLength === 0) this.#follow();
    }
  }

  /** Follows the memory to another buffer: it has grown. */
  #follow(): void {
    this.#buffer = this.#memory.buffer;
    this.#words = new Uint32Array(this.#buffer);
    this.#longs = new BigUint64Array(this.#buffer);
    this.#bytes = new Uint8Array(this.#buffer);
  }

  #set(field: keyof typeof DESK, value: bigint | number): void {
    this.#longs[this.#desk + DESK[field]] = BigInt(value);
  }

  get #descriptorsAt(): number {
    return this.array + 8 * (this.frames + LEAST_ENTRIES);
  }

  #layOut({ map: { descriptors }, config }: World): void {
    const at = this.#descriptorsAt;
    this.#descriptors = descriptors.length;
    this.#set('base', BASE);
    this.#set('bitmapEnd', config.bitmapMaxAddr);
    this.#set('descriptors', at);
    this.#set('descriptorCount', descriptors.length);
    for (const [i, { type, start, pages }] of descriptors.entries()) {
      const place = at / 4 + (i * DESCRIPTOR_BYTES) / 4;
      this.#words.set([KINDS[ownerAfterInit(type)], MEMORY_TYPES[type].efi], place);
      this.#longs.set([start, BigInt(pages)], place / 2 + 1);
    }
  }

  #number(field: number): number {
    const at = 2 * (this.#desk + field);
    return (this.#words[at] ?? 0) + (this.#words[at + 1] ?? 0) * 2 ** 32;
  }

  #text(at: number, most: number): string {
    const buffer = this.#memory.buffer;
    if (!(at < buffer.byteLength)) return '';
    const bytes = Buffer.from(buffer, at, Math.min(most, buffer.byteLength - at));
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  }

  #count(record: number, at: number, length: number): void {
    const kind = RECORDS[record];
    if (kind === 'path') this.#counters.path(this.#text(at, length));
    else if (kind === 'arcs')
      this.#counters.arcs(Array.from(this.#longs.subarray(at / 8, at / 8 + length), Number));
    else if (kind !== undefined)
      this.#counters.words(kind, [...this.#words.subarray(at / 4, at / 4 + length)]);
  }

  #imports(): Readonly<Record<string, unknown>> {
    const text = (at: number | bigint, length: number | bigint): string =>
      this.#text(Number(at), Math.min(Number(length), LONGEST_TEXT));
    return {
      print: (at: number, length: number) => {
        takeOutput(text(at, length));
      },
      warn: (at: number, length: number) => {
        this.warnings.push(text(at, length));
      },
      keep: (base: bigint, count: bigint) => {
        const frames = { base: Number(base), count: Number(count) };
        if (!areFrames(frames.base, frames.count))
          throw new Aborted('fp_keep names page frames beyond physical memory');
        this.kept.push(frames);
      },
      live: (start: bigint, bytes: bigint) => {
        const [first, end] = [Number(start), Number(start + bytes)];
        if (this.#live.length === MOST_LIVE)
          throw new Aborted(`it has named ${MOST_LIVE} pieces, and does not end`);
        if (bytes > 0n) this.#live.push([Math.floor(first / 4), Math.ceil(end / 4)]);
      },
      count: (record: number, at: number | bigint, length: number | bigint) =>
        this.#count(record, Number(at), Number(length)),
      abort: (at: number, length: number) => {
        throw new Aborted(text(at, length));
      },
      refuse: () => {
        throw new LeftByRefusal();
      },
      panic: (frame: bigint, owner: number, at: number, length: number) => {
        const blamed = BigInt.asUintN(64, frame);
        const pfn = blamed === NO_FRAME ? null : Number(blamed);
        throw new LeftByPanic(text(at, length), { pfn, owner: OWNERS[owner] ?? null });
      },
    };
  }
}
