/**
 * Machines: one instance of a WebAssembly target with its linear memory, in which the physical memory of a world lies from 1 GiB on.
 * The harness, native/frameproof_wasm.c, draws the layout; the desk is how calls and answers cross.
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
} from '../../spec/index.ts';
import type { World } from '../world.ts';
import { type CountedFile, CounterReader, RECORDS } from './counter-files.ts';
import { type Bits, ENGINE, type Exported, type Memory, type Module, memoryOf } from './engine.ts';
import { BEYOND } from './watched-frames.ts';

const GIB = 2 ** 30;
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
  length: 22,
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
/** Longest text that is read from a target. */
const LONGEST_TEXT = 4096;
/** Entries of the caller's array, beside one for each page frame. */
const LEAST_ENTRIES = 8192;
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
  /** Whether it has mutable globals beside the stack pointer: state that is in no memory. */
  readonly hasHiddenGlobals: boolean;
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

export class Machine {
  readonly bits: Bits;
  /** Byte offset of the array that is passed for a batch. */
  readonly array: number;
  /** The linear memory as it was before it grew. */
  readonly initialBuffer: ArrayBuffer;
  warnings: string[] = [];
  /** The page frames that init has named as kept. */
  readonly kept: Frames[] = [];
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #desk: number;
  readonly #stackPointer: number | bigint;
  #live: (readonly [number, number])[] = [];
  #counters = new CounterReader();
  #buffer: ArrayBuffer;
  #words: Uint32Array;
  #longs: BigUint64Array;

  /** Lays out a world and instantiates the module, up to where init is called. */
  constructor({ module, bits, initial }: Loaded, world: World) {
    const descriptors = world.map.descriptors.length;
    const frames = pfnEnd(world.map) + BEYOND;
    const above = BASE + frames * PAGE_SIZE;
    this.array = above + descriptors * DESCRIPTOR_BYTES;
    this.bits = bits;
    this.#memory = memoryOf(bits, initial, this.array + 8 * (frames + LEAST_ENTRIES), SPARE);
    this.#buffer = this.#memory.buffer;
    this.initialBuffer = this.#buffer;
    this.#words = new Uint32Array(this.#buffer);
    this.#longs = new BigUint64Array(this.#buffer);
    const imports = { env: { memory: this.#memory }, frameproof: this.#imports() };
    this.#exports = exportsOf(new ENGINE.Instance(module, imports).exports);
    this.#stackPointer = this.#exports.fp_stack_pointer() ?? 0;
    this.#desk = Number(this.#exports.fp_desk()) / 8;
    this.#layOut(world, above);
    this.#exports.main(0, bits === 64 ? 0n : 0);
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
    this.#longs[this.#desk + DESK.arenaUsed] = BigInt(at);
  }

  /** Puts the stack pointer back, after a call that was left. */
  unwind(): void {
    this.#exports.fp_unwind(this.#stackPointer);
  }

  /** Whether the target names its live bytes. */
  get namesLive(): boolean {
    return this.#number(DESK.namesLive) !== 0;
  }

  /** Returns the live bytes that the target names, as places of words [first, end), ascending and apart. */
  liveWords(): readonly (readonly [number, number])[] {
    this.#live = [];
    this.#exports.fp_name_live();
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
    if (this.bits === 64) this.#longs[this.array / 8 + i] = pointer;
    else this.#words[this.array / 4 + i] = Number(pointer);
  }

  #enter(exported: Exported, ...passed: readonly number[]): void {
    try {
      exported(...passed);
    } catch (error) {
      if (!(error instanceof LeftByPanic)) throw error;
      this.unwind();
      this.#exports.fp_finish();
      throw error;
    } finally {
      if (this.#buffer.byteLength === 0) this.#follow();
    }
  }

  /** Follows the memory to another buffer: it has grown. */
  #follow(): void {
    this.#buffer = this.#memory.buffer;
    this.#words = new Uint32Array(this.#buffer);
    this.#longs = new BigUint64Array(this.#buffer);
  }

  #layOut({ map: { descriptors }, config }: World, at: number): void {
    const field = (name: keyof typeof DESK, value: bigint | number): void => {
      this.#longs[this.#desk + DESK[name]] = BigInt(value);
    };
    field('base', BASE);
    field('arenaEnd', BASE);
    field('bitmapEnd', config.bitmapMaxAddr);
    field('descriptors', at);
    field('descriptorCount', descriptors.length);
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
        process.stderr.write(text(at, length));
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
        if (bytes > 0n) this.#live.push([Math.floor(first / 4), Math.ceil(end / 4)]);
      },
      count: (record: number, at: number | bigint, length: number | bigint) =>
        this.#count(record, Number(at), Number(length)),
      abort: (at: number, length: number) => {
        throw new Aborted(text(at, length));
      },
      panic: (frame: bigint, owner: number, at: number, length: number) => {
        const blamed = BigInt.asUintN(64, frame);
        const pfn = blamed === NO_FRAME ? null : Number(blamed);
        throw new LeftByPanic(text(at, length), { pfn, owner: OWNERS[owner] ?? null });
      },
    };
  }
}
