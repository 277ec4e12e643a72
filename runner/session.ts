/**
 * Sessions: one manager at work. A session performs operations on a manager in this process and reports each response
 * as data, with the amounts just after it. It never judges and never throws for what the manager does.
 */
import {
  type Amounts,
  type Argument,
  addressesOf,
  type Call,
  type Config,
  describedCall,
  type InspectedRun,
  isPmmPanic,
  type MemoryMap,
  type Operation,
  type Outcome,
  type Pmm,
  type Response,
} from '../spec/index.ts';
import type { Performer } from './performer.ts';
import { SimulatedMemory } from './simulated-memory.ts';
import type { LocalTarget } from './target.ts';

/** What both halves of the entries of the caller's array hold before a call: together no address of the higher half. */
const UNTOUCHED = 0x5555_5555;
/** Entries beyond those asked for, that a call must leave alone. */
const MARGIN = 2;
/** A request up to this size gets an array for all of it, even where it must be refused: it may be granted all the same. */
const WHOLE_ARRAY = 4096;
/** Entries of the array for a larger request that must be refused: enough to see one written. */
const SHORT_ARRAY = 16;

let scratch = new BigUint64Array(1024);
/** The same memory, two words an entry: to look at an entry takes a `bigint`, to look at its halves does not. */
let halves = new Uint32Array(scratch.buffer);

/** Returns an array of `length` entries, all untouched; the same memory for as long as it suffices. */
function untouchedArray(length: number): BigUint64Array {
  if (scratch.length < length) {
    scratch = new BigUint64Array(length * 2);
    halves = new Uint32Array(scratch.buffer);
  }
  halves.fill(UNTOUCHED, 0, 2 * length);
  return scratch.subarray(0, length);
}

/** Whether one of the entries [from, end) of the array that was handed out last is no longer untouched. */
function isStray(from: number, end: number): boolean {
  for (let i = 2 * from; i < 2 * end; i += 1) if (halves[i] !== UNTOUCHED) return true;
  return false;
}

/** Returns an argument as callers pass it: a number where it is exact. */
export function passed(argument: Argument): number | bigint {
  if (typeof argument === 'number') return argument;
  const n = Number(argument);
  return Number.isSafeInteger(n) ? n : argument;
}

export function malformed(message: string): Outcome {
  return { kind: 'malformed', message };
}

function describeValue(value: unknown): string {
  return typeof value === 'object'
    ? value === null
      ? 'null'
      : 'an object'
    : `${typeof value} ${String(value)}`;
}

/** Returns the outcome of a call that threw. */
export function thrown(error: unknown): Outcome {
  if (isPmmPanic(error)) {
    const { message, call, pfn, owner } = error;
    return { kind: 'panicked', message, call, pfn, owner };
  }
  return malformed(describeThrown(error));
}

/** Returns the three amounts; throws where one of them is no number. */
function readAmounts(pmm: Pmm): Amounts {
  const total = pmm.totalAmount();
  const free = pmm.freeAmount();
  const reserved = pmm.reservedAmount();
  if (typeof total === 'number' && typeof free === 'number' && typeof reserved === 'number')
    return { total, free, reserved };
  const found: readonly unknown[] = [total, free, reserved];
  throw new TypeError(`the amounts are ${found.map(describeValue).join(', ')}, not all of them numbers`);
}

/** Returns what was thrown, in words. */
export function describeThrown(error: unknown): string {
  return `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error)}`;
}

function addressOutcome(value: unknown): Outcome {
  if (value === null) return { kind: 'failed' };
  if (typeof value === 'bigint') return { kind: 'address', address: value };
  return malformed(`it returned ${describeValue(value)}, neither an address nor null`);
}

function amountOutcome(value: unknown): Outcome {
  return typeof value === 'number'
    ? { kind: 'amount', amount: value }
    : malformed(`it returned ${describeValue(value)}`);
}

const DONE: Outcome = { kind: 'done' };
const FAILED: Outcome = { kind: 'failed' };

/** The outcome of a call, and whether it changed entries of the array that are not its to change. */
interface Called {
  readonly outcome: Outcome;
  readonly strayEntries: boolean;
}

/** Copies the first entries, one by one: several times faster than to iterate over them. */
function firstEntries(entries: BigUint64Array, count: number): readonly bigint[] {
  const copied: bigint[] = [];
  for (let i = 0; i < count; i += 1) copied.push(entries[i] ?? 0n);
  return copied;
}

function callAllocPages(pmm: Pmm, count: Argument, freeInStack: number): Called {
  const most = Math.max(freeInStack, WHOLE_ARRAY);
  const isWhole = typeof count === 'bigint' && count >= 0n && count <= most;
  const asked = isWhole ? Number(count) : SHORT_ARRAY;
  const end = asked + MARGIN;
  const entries = untouchedArray(end);
  try {
    const granted: unknown = pmm.allocPages(entries, passed(count));
    if (granted === true)
      return {
        outcome: { kind: 'addresses', addresses: firstEntries(entries, asked) },
        strayEntries: isStray(asked, end),
      };
    return { outcome: outcomeOf('allocPages', granted), strayEntries: isStray(0, end) };
  } catch (error) {
    return { outcome: thrown(error), strayEntries: isStray(0, end) };
  }
}

function differs(entries: BigUint64Array, addresses: readonly bigint[]): boolean {
  for (let i = 0; i < addresses.length; i += 1) if (entries[i] !== addresses[i]) return true;
  return false;
}

function callFreePages(pmm: Pmm, addresses: readonly bigint[]): Called {
  const entries = new BigUint64Array(addresses.length);
  for (let i = 0; i < entries.length; i += 1) entries[i] = addresses[i] ?? 0n;
  try {
    pmm.freePages(entries, addresses.length);
    return { outcome: DONE, strayEntries: differs(entries, addresses) };
  } catch (error) {
    return { outcome: thrown(error), strayEntries: differs(entries, addresses) };
  }
}

/** Returns the outcome of a call that returned, where it is no batch. */
export function outcomeOf(call: Call, value: unknown): Outcome {
  switch (describedCall(call).returns) {
    case 'address':
      return addressOutcome(value);
    case 'addresses':
      return value === false ? FAILED : malformed(`it returned ${describeValue(value)}, no boolean`);
    case 'amount':
      return amountOutcome(value);
    default:
      return DONE;
  }
}

function called(pmm: Pmm, operation: Operation): Outcome {
  switch (operation.call) {
    case 'alloc':
      return addressOutcome(pmm.alloc());
    case 'allocBitmap':
      return addressOutcome(
        pmm.allocBitmap(passed(operation.count), passed(operation.maxAddr), passed(operation.alignment)),
      );
    case 'free':
      pmm.free(operation.address);
      return DONE;
    case 'freeRegion':
      pmm.freeRegion(operation.address, passed(operation.count));
      return DONE;
    case 'totalAmount':
      return amountOutcome(pmm.totalAmount());
    case 'freeAmount':
      return amountOutcome(pmm.freeAmount());
    case 'reservedAmount':
      return amountOutcome(pmm.reservedAmount());
    default:
      throw new Error(`${operation.call} is called with an array`);
  }
}

/** Makes a call; what it throws is an outcome. `freeInStack` says how long an array a batch gets. */
export function call(pmm: Pmm, operation: Operation, freeInStack: number): Called {
  if (operation.call === 'allocPages') return callAllocPages(pmm, operation.count, freeInStack);
  if (operation.call === 'freePages') return callFreePages(pmm, addressesOf(operation));
  try {
    return { outcome: called(pmm, operation), strayEntries: false };
  } catch (error) {
    return { outcome: thrown(error), strayEntries: false };
  }
}

const NO_WARNINGS: readonly string[] = [];

/** How much of a stack is captured. With no number there the engine does not look at the stack at all; with 0 it does. */
const STACKS: { stackTraceLimit?: number | undefined } = Error;

export class Session implements Performer {
  readonly isRecorded = false;
  readonly omission = null;
  /** What init answered, and the amounts after it. */
  readonly started: Response;
  readonly #pmm: Pmm | null;
  readonly #memory = new SimulatedMemory();
  #warnings: string[] = [];

  constructor(target: LocalTarget, map: MemoryMap, config: Config) {
    let pmm: Pmm | null = null;
    let outcome = DONE;
    try {
      const warn = (message: string): void => {
        this.#warnings.push(message);
      };
      pmm = target.create(map, { config, warn, memory: this.#memory });
    } catch (error) {
      outcome = malformed(describeThrown(error));
    }
    this.#pmm = pmm;
    this.started = this.#observed(pmm, { outcome, strayEntries: false });
  }

  /**
   * Performs an operation. `freeInStack` is how many page frames of the stack zone are free: a batch that can be granted
   * is given an array for all of it. O(its cost in the manager + the addresses it names).
   */
  perform(operation: Operation, freeInStack: number): Response {
    const pmm = this.#pmm;
    if (pmm === null) return { outcome: malformed('there is no manager: init threw') };
    pmm.errno = null;
    // A panic is an answer here. Its stack is never looked at, and to capture one costs more than all the rest.
    const { stackTraceLimit } = STACKS;
    STACKS.stackTraceLimit = undefined;
    const answered = call(pmm, operation, freeInStack);
    STACKS.stackTraceLimit = stackTraceLimit;
    return this.#observed(pmm, answered);
  }

  passOver(): void {}

  /** Returns what the manager says of every page frame, or null where it does not offer that. */
  inspect(): readonly InspectedRun[] | null {
    const runs = this.#pmm?.inspect?.();
    if (runs === undefined) return null;
    const list: InspectedRun[] = [];
    for (const run of runs) list.push(run);
    return list;
  }

  /** Lets the manager give back what it takes up. The last call. */
  close(): void {
    this.#pmm?.dispose?.();
  }

  #observed(pmm: Pmm | null, { outcome, strayEntries }: Called): Response {
    const warnings = this.#warnings.length === 0 ? NO_WARNINGS : this.#warnings;
    if (warnings !== NO_WARNINGS) this.#warnings = [];
    const writes = this.#memory.takeWrites();
    return withAmounts(pmm, { outcome, warnings, strayEntries, writes });
  }
}

/** Returns a response with the error number and the amounts that a manager, where there is one, has now. */
export function withAmounts(pmm: Pmm | null, response: Response): Response {
  if (pmm === null) return response;
  const { outcome, ...observed } = response;
  try {
    const amounts = readAmounts(pmm);
    return { outcome, errno: pmm.errno, amounts, ...observed };
  } catch (error) {
    return { outcome: malformed(`reading the amounts, ${describeThrown(error)}`), ...observed };
  }
}
