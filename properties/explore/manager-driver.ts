/**
 * The driver of a manager in this process. An operation goes to the manager with as little around it as can be; the response
 * as a whole comes from a session, as in a random run. A search asks for both the first time, and they must agree.
 */

import type { LocalTarget, World } from '../../runner/index.ts';
import { Session, SimulatedMemory } from '../../runner/index.ts';
import {
  type Argument,
  addressesOf,
  type InspectedRun,
  isPmmPanic,
  type Operation,
  type PhysicalMemory,
  type Pmm,
  type PmmOptions,
  type Response,
  SpecError,
} from '../../spec/index.ts';
import type { Driver, Operations } from './driver.ts';
import { amountCode, amountsCode, Fingerprints, frameCode, NONE, OUTCOME, panicCode } from './fingerprint.ts';
import type { ModelStates } from './model-states.ts';

/** A manager that can be saved and loaded. */
export type SavedPmm = Pmm & Required<Pick<Pmm, 'saveState' | 'loadState'>>;

/** Whether a manager offers what a search of all its states needs. */
export function isSaved(pmm: Pmm): pmm is SavedPmm {
  return typeof pmm.saveState === 'function' && typeof pmm.loadState === 'function';
}

/** What the entries of the caller's array hold before a call: no address of the higher half. */
const UNTOUCHED = 0x5555_0000_0000_0000n;
/** Entries beyond those asked for, that a call must leave alone. */
const MARGIN = 2;
/** Entries of the array for a request that no manager can grant. */
const SHORT_ARRAY = 16;
/** A request up to this size gets an array for all of it. */
const WHOLE_ARRAY = 4096n;

/** An operation as it is passed: its arguments, and the array that it is given. */
interface Prepared {
  readonly operation: Operation;
  readonly first: bigint | number;
  readonly second: bigint | number;
  readonly third: bigint | number;
  readonly address: bigint;
  readonly count: bigint | number;
  /** What the array holds before the call, and must hold after it unless it is granted. */
  readonly entries: BigUint64Array;
  readonly original: BigUint64Array;
  /** Entries that a granted `allocPages` writes. */
  readonly asked: number;
}

/** Returns an argument as callers pass it: a number where it is exact. */
function passed(argument: Argument): number | bigint {
  const n = Number(argument);
  return typeof argument === 'number' || !Number.isSafeInteger(n) ? argument : n;
}

function arrayOf(operation: Operation): { readonly original: BigUint64Array; readonly asked: number } {
  if (operation.call === 'freePages') return { original: BigUint64Array.from(operation.addresses), asked: 0 };
  if (operation.call !== 'allocPages') return { original: new BigUint64Array(0), asked: 0 };
  const { count } = operation;
  const isWhole = typeof count === 'bigint' && count >= 0n && count <= WHOLE_ARRAY;
  const asked = isWhole ? Number(count) : SHORT_ARRAY;
  return { original: new BigUint64Array(asked + MARGIN).fill(UNTOUCHED), asked };
}

function prepared(operation: Operation): Prepared {
  const { original, asked } = arrayOf(operation);
  const [address = 0n] = addressesOf(operation);
  const isRun = operation.call === 'allocBitmap';
  return {
    operation,
    first: isRun ? passed(operation.count) : 0,
    second: isRun ? passed(operation.maxAddr) : 0,
    third: isRun ? passed(operation.alignment) : 0,
    address,
    count: 'count' in operation ? passed(operation.count) : original.length,
    entries: original.slice(),
    original,
    asked,
  };
}

function differs(entries: BigUint64Array, original: BigUint64Array, from: number): boolean {
  for (let i = from; i < original.length; i += 1) if (entries[i] !== original[i]) return true;
  return false;
}

/**
 * What a target creates its manager with, so that its warnings and writes can be heard apart from those of the session. Memory
 * holds what was written whoever hears of it; a manager that keeps its data there puts it back when it is loaded.
 */
class Ear {
  readonly warnings: string[] = [];
  readonly #memory = new SimulatedMemory();
  hasWritten = false;
  /** Whether warnings and writes are heard here, and not by the session. */
  isListening = false;

  /** Returns the options of a session with the ear in between. */
  between({ config, warn, memory }: PmmOptions): PmmOptions {
    const heard: PhysicalMemory = {
      read: (address) => this.#memory.read(address),
      write: (address, value) => {
        this.#memory.write(address, value);
        if (this.isListening) this.hasWritten = true;
        else memory.write(address, value);
      },
    };
    const hear = (message: string): void => {
      if (this.isListening) this.warnings.push(message);
      else warn(message);
    };
    return { config, warn: hear, memory: heard };
  }
}

/** Nobody was warned. */
const SILENCE: readonly string[] = [];

export class ManagerDriver implements Driver {
  readonly fingerprints: Fingerprints;
  readonly started: Response;
  readonly #pmm: SavedPmm;
  readonly #session: Session;
  readonly #states: ModelStates;
  readonly #operations: readonly Prepared[];
  readonly #ear = new Ear();
  /** The outcome of the call under way, in codes. */
  #outcome = 0;
  #value = 0;
  #isStray = false;

  /** Throws `SpecError` where the target's manager cannot be saved and loaded, or init throws. */
  constructor(target: LocalTarget, world: World, operations: Operations, states: ModelStates) {
    let made: Pmm | null = null;
    const heard: LocalTarget = {
      ...target,
      create: (map, options) => {
        made = target.create(map, this.#ear.between(options));
        return made;
      },
    };
    this.#session = new Session(heard, world.map, world.config);
    this.started = this.#session.started;
    const pmm = made as Pmm | null;
    if (pmm === null || !isSaved(pmm))
      throw new SpecError(`${target.name}: expected a manager with saveState() and loadState()`);
    this.#pmm = pmm;
    this.#states = states;
    this.#operations = operations.map(prepared);
    this.fingerprints = new Fingerprints(world.config.higherHalf);
  }

  save(into: Int32Array): number {
    return this.#pmm.saveState(into);
  }

  load(saved: Int32Array): void {
    const ear = this.#ear;
    ear.isListening = true;
    this.#pmm.loadState(saved);
    ear.isListening = false;
    ear.hasWritten = false;
  }

  inspect(): readonly InspectedRun[] | null {
    return this.#session.inspect();
  }

  respond(operation: number, ownership: number): Response {
    return this.#session.perform(this.#prepared(operation).operation, this.#states.freeInStack(ownership));
  }

  perform(operation: number): boolean {
    const pmm = this.#pmm;
    const ear = this.#ear;
    pmm.errno = null;
    ear.isListening = true;
    this.#isStray = false;
    try {
      this.#call(this.#prepared(operation));
    } catch (error) {
      this.#caught(error, this.#prepared(operation));
    }
    ear.isListening = false;
    return this.#observe();
  }

  #prepared(operation: number): Prepared {
    const found = this.#operations[operation];
    if (found === undefined) throw new Error(`there is no operation ${operation}`);
    return found;
  }

  /** Makes the call, and notes its outcome. */
  #call(call: Prepared): void {
    const pmm = this.#pmm;
    switch (call.operation.call) {
      case 'alloc':
        this.#noteAddress(pmm.alloc());
        break;
      case 'allocBitmap':
        this.#noteAddress(pmm.allocBitmap(call.first, call.second, call.third));
        break;
      case 'allocPages':
        this.#noteBatch(call, pmm.allocPages(call.entries, call.count));
        break;
      case 'free':
        pmm.free(call.address);
        this.#note(OUTCOME.done, 0);
        break;
      case 'freeRegion':
        pmm.freeRegion(call.address, call.count);
        this.#note(OUTCOME.done, 0);
        break;
      case 'freePages':
        pmm.freePages(call.entries, call.count);
        this.#checkEntries(call, 0);
        this.#note(OUTCOME.done, 0);
        break;
      default:
        this.#note(OUTCOME.amount, amountCode(pmm[call.operation.call]()));
        break;
    }
  }

  #note(outcome: number, value: number): void {
    this.#outcome = outcome;
    this.#value = value;
  }

  #noteAddress(address: unknown): void {
    if (address === null) this.#note(OUTCOME.failed, 0);
    else if (typeof address === 'bigint') this.#note(OUTCOME.address, this.fingerprints.addressCode(address));
    else this.#note(NONE, NONE);
  }

  #noteBatch(call: Prepared, granted: unknown): void {
    if (granted === true) {
      const list = this.fingerprints.addressesCode(call.entries, call.asked);
      this.#note(OUTCOME.addresses, list);
      this.#checkEntries(call, call.asked);
    } else {
      this.#note(granted === false ? OUTCOME.failed : NONE, 0);
      this.#checkEntries(call, 0);
    }
  }

  /** Notes whether entries from `from` on have been changed, and puts all of them back. */
  #checkEntries({ entries, original }: Prepared, from: number): void {
    this.#isStray = differs(entries, original, from);
    if (from > 0 || this.#isStray) entries.set(original);
  }

  #caught(error: unknown, call: Prepared): void {
    if (isPmmPanic(error)) {
      const code = panicCode(error.call, error.owner);
      this.#note(code, frameCode(error.pfn));
    } else {
      this.#note(NONE, NONE);
    }
    if (call.original.length > 0) this.#checkEntries(call, 0);
  }

  /** Reads what is observed after the call, and returns whether all of it has a fingerprint. */
  #observe(): boolean {
    const pmm = this.#pmm;
    const ear = this.#ear;
    const flags = this.fingerprints.flags(
      pmm.errno,
      this.#isStray,
      ear.warnings.length === 0 ? SILENCE : ear.warnings,
    );
    if (ear.warnings.length > 0) ear.warnings.length = 0;
    const amounts = this.#amounts();
    const { hasWritten } = ear;
    ear.hasWritten = false;
    return this.fingerprints.put(this.#outcome, this.#value, amounts, flags) && !hasWritten;
  }

  #amounts(): number {
    const pmm = this.#pmm;
    try {
      return amountsCode(pmm.totalAmount(), pmm.freeAmount(), pmm.reservedAmount());
    } catch {
      // What is thrown here is observed by the session, which is asked next.
      return NONE;
    }
  }
}
