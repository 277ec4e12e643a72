/**
 * The state table: every state that a search has met, once, in memory that threads may share. States are records of 32-bit words in
 * an arena that only grows. The slots of a hash table hold where each record begins; a thread takes a slot with one atomic exchange,
 * so that no look-up waits for another thread.
 *
 *     record    hash │ depth │ cost, a double │ parent │ operation │ lock │ length │ words of the state …
 *
 * A state of the present level may be met several times. Its record keeps the simplest path there: of the least cost, then of the
 * first parent. So a level has the same records whichever thread was first.
 */
import { SpecError } from '../../spec/index.ts';
import { hashOf } from './word-tables.ts';

const HEADER = 8;
const [HASH, DEPTH, COST, PARENT, OPERATION, LOCK, LENGTH] = [0, 1, 2, 4, 5, 6, 7] as const;
/** Records begin at multiples of this many words, so that the cost is aligned. */
const UNIT = 2;
/** Words of the arena that a thread reserves at a time. */
const BLOCK = 1 << 16;
/** The slots take one word in this many. */
const SLOT_SHARE = 8;
/** Bytes of the slots in the smallest table. */
const LEAST_SLOTS = 1 << 8;
/** A table is full when this share of its slots is taken. */
const FULL = 2 / 3;

/** Indexes of the control words that all threads share, and their number. */
export const CONTROL = { top: 0, states: 1, cursor: 2, stop: 3, words: 16 } as const;

/** The memory of a table, which threads may share. */
export interface TableBuffers {
  readonly slots: ArrayBufferLike;
  readonly arena: ArrayBufferLike;
  readonly control: ArrayBufferLike;
}

/**
 * Returns memory for a table of at most `bytes` bytes. The operating system provides it page by page, as states come. Throws
 * `SpecError` where it does not promise that much.
 */
export function tableBuffers(bytes: number, isShared: boolean): TableBuffers {
  const make = (length: number): ArrayBufferLike => {
    try {
      return isShared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
    } catch (cause) {
      const mib = Math.ceil(bytes / 2 ** 20);
      throw new SpecError(`memory for states: the system does not give ${mib} MiB: ask for less (--memory)`, {
        cause,
      });
    }
  };
  const slots = 2 ** Math.floor(Math.log2(Math.max(bytes / SLOT_SHARE, LEAST_SLOTS)));
  const arena = Math.max(8 * BLOCK, 8 * Math.floor((bytes - slots) / 8));
  return { slots: make(slots), arena: make(arena), control: make(4 * CONTROL.words) };
}

/** The results of {@link StateTable.add} for a state that is known, and for one that has no room. */
export const [KNOWN, FULL_TABLE] = [-1, -2] as const;

export class StateTable {
  readonly control: Int32Array;
  readonly #slots: Int32Array;
  readonly #arena: Int32Array;
  readonly #costs: Float64Array;
  readonly #mask: number;
  readonly #most: number;
  /** The record that {@link add} has just met, new or known. */
  last = 0;
  /** The part of the arena that is reserved for this thread: [next, end). */
  #next = 0;
  #end = 0;

  constructor({ slots, arena, control }: TableBuffers) {
    this.control = new Int32Array(control);
    this.#slots = new Int32Array(slots);
    this.#arena = new Int32Array(arena);
    this.#costs = new Float64Array(arena);
    this.#mask = this.#slots.length - 1;
    this.#most = Math.floor(this.#slots.length * FULL);
  }

  /** Number of states met so far by all threads. */
  get states(): number {
    return Atomics.load(this.control, CONTROL.states);
  }

  /** Whether the search has been told to stop. */
  get isStopped(): boolean {
    return Atomics.load(this.control, CONTROL.stop) !== 0;
  }

  /** Stops every thread after its present state. */
  stop(): void {
    Atomics.store(this.control, CONTROL.stop, 1);
  }

  /** Bytes in use: of the arena and the slots. */
  get bytes(): number {
    return (
      4 * (Math.min(this.#arena.length, BLOCK * Atomics.load(this.control, CONTROL.top)) + this.#slots.length)
    );
  }

  depthOf(record: number): number {
    return this.#arena[record * UNIT + DEPTH] ?? 0;
  }

  costOf(record: number): number {
    return this.#costs[record + COST / UNIT] ?? 0;
  }

  /** The place of the parent in the previous level. */
  parentOf(record: number): number {
    return this.#arena[record * UNIT + PARENT] ?? 0;
  }

  /** The number of the operation that leads there from the parent. */
  operationOf(record: number): number {
    return this.#arena[record * UNIT + OPERATION] ?? 0;
  }

  /** The number of words of a state. */
  lengthOf(record: number): number {
    return this.#arena[record * UNIT + LENGTH] ?? 0;
  }

  /** Copies the words of a state to `into`, and returns their number. */
  copyTo(record: number, into: Int32Array): number {
    const at = record * UNIT;
    const length = this.#arena[at + LENGTH] ?? 0;
    for (let i = 0; i < length; i += 1) into[i] = this.#arena[at + HEADER + i] ?? 0;
    return length;
  }

  /**
   * Looks up a state that an operation leads to, and adds it if it is new. Returns the record of a new state; {@link KNOWN} for a
   * known one, whose path is replaced if this one is simpler; {@link FULL_TABLE} if the table is full.
   */
  add(
    words: Int32Array,
    length: number,
    depth: number,
    cost: number,
    parent: number,
    operation: number,
  ): number {
    const hash = hashOf(words, 0, length);
    let written = 0;
    let slot = hash & this.#mask;
    for (;;) {
      let found = Atomics.load(this.#slots, slot);
      if (found === 0) {
        if (written === 0) written = this.#write(words, length, hash, depth, cost, parent, operation);
        if (written === 0) return FULL_TABLE;
        found = Atomics.compareExchange(this.#slots, slot, 0, written);
        if (found === 0) return this.#added(written, length);
      }
      if (this.#isAt(found, words, length, hash)) {
        this.#note(found, depth, cost, parent, operation);
        this.last = found;
        return KNOWN;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  #added(record: number, length: number): number {
    this.#next = record * UNIT + HEADER + length;
    this.#next += this.#next % UNIT;
    this.last = record;
    Atomics.add(this.control, CONTROL.states, 1);
    return record;
  }

  /** Writes a record that no slot holds yet. Returns the record, or 0 if the table is full. */
  #write(
    words: Int32Array,
    length: number,
    hash: number,
    depth: number,
    cost: number,
    parent: number,
    operation: number,
  ): number {
    if (this.states >= this.#most || !this.#hasRoom(HEADER + length)) return 0;
    const arena = this.#arena;
    const at = this.#next;
    arena[at + HASH] = hash;
    arena[at + DEPTH] = depth;
    this.#costs[(at + COST) / UNIT] = cost;
    arena[at + PARENT] = parent;
    arena[at + OPERATION] = operation;
    arena[at + LOCK] = 0;
    arena[at + LENGTH] = length;
    for (let i = 0; i < length; i += 1) arena[at + HEADER + i] = words[i] ?? 0;
    return at / UNIT;
  }

  /** Reserves words for this thread. Returns false if the arena is full. */
  #hasRoom(words: number): boolean {
    if (this.#next + words <= this.#end) return true;
    const blocks = Math.ceil((words + UNIT) / BLOCK);
    const from = Atomics.add(this.control, CONTROL.top, blocks) * BLOCK;
    if (from + blocks * BLOCK > this.#arena.length) return false;
    // Record 0 would be taken for an empty slot.
    this.#next = from + UNIT;
    this.#end = from + blocks * BLOCK;
    return true;
  }

  #isAt(record: number, words: Int32Array, length: number, hash: number): boolean {
    const at = record * UNIT;
    if (this.#arena[at + HASH] !== hash || this.#arena[at + LENGTH] !== length) return false;
    for (let i = 0; i < length; i += 1) if (this.#arena[at + HEADER + i] !== words[i]) return false;
    return true;
  }

  /** Replaces the path to a known state of the present level if this one is simpler. */
  #note(record: number, depth: number, cost: number, parent: number, operation: number): void {
    const arena = this.#arena;
    const at = record * UNIT;
    if (arena[at + DEPTH] !== depth || cost > this.costOf(record)) return;
    while (Atomics.compareExchange(arena, at + LOCK, 0, 1) !== 0);
    const known = this.costOf(record);
    if (cost < known || (cost === known && parent < this.parentOf(record))) {
      this.#costs[record + COST / UNIT] = cost;
      arena[at + PARENT] = parent;
      arena[at + OPERATION] = operation;
    }
    Atomics.store(arena, at + LOCK, 0);
  }
}
