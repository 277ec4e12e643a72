/**
 * Sessions: one manager at work in this process. A session performs operations and returns each response as data, with the amounts
 * after it. It judges nothing, and never throws because of the manager.
 */
import type { Amounts, InspectedRun, Operation, Pmm, PmmFactory, Response } from '../spec/index.ts';
import { CallEnd, described, describeThrown } from './call-end.ts';
import { makeCall, performCall, prepareCall } from './perform-call.ts';
import type { SavableSession, Seen } from './savable-session.ts';
import { SimulatedMemory } from './simulated-memory.ts';
import type { World } from './world.ts';

/** Returns the three amounts. Throws if one of them is not a number. */
function readAmounts(pmm: Pmm): Amounts {
  const total = pmm.totalAmount();
  const free = pmm.freeAmount();
  const reserved = pmm.reservedAmount();
  if (typeof total === 'number' && typeof free === 'number' && typeof reserved === 'number')
    return { total, free, reserved };
  const found: readonly unknown[] = [total, free, reserved];
  throw new TypeError(`the amounts are ${found.map(described).join(', ')}, not all of them numbers`);
}

const NO_WARNINGS: readonly string[] = [];

/** A manager that can be saved and loaded. */
type SavablePmm = Pmm & Required<Pick<Pmm, 'saveState' | 'loadState'>>;

function isSavable(pmm: Pmm): pmm is SavablePmm {
  return typeof pmm.saveState === 'function' && typeof pmm.loadState === 'function';
}

export class Session implements SavableSession {
  readonly isRecorded = false;
  readonly omission = null;
  readonly started: Response;
  readonly seen: Writable<Seen>;
  readonly #pmm: Pmm | null;
  readonly #memory = new SimulatedMemory();
  readonly #end = new CallEnd();
  #warnings: string[] = [];

  /** Builds the manager. If that throws, {@link started} is malformed, and no call is made. */
  constructor(create: PmmFactory, { map, config }: World) {
    this.seen = seenOf(this.#end);
    const warn = (message: string): void => {
      this.#warnings.push(message);
    };
    let pmm: Pmm | null = null;
    try {
      pmm = create(map, { config, warn, memory: this.#memory });
    } catch (error) {
      this.#end.malformed(describeThrown(error));
    }
    this.#pmm = pmm;
    this.started = this.#observed(pmm);
  }

  /** Whether the manager can be saved and loaded. */
  get isSavable(): boolean {
    return this.#pmm !== null && isSavable(this.#pmm);
  }

  /**
   * Performs an operation. `freeInStack` is the number of free page frames in the stack zone: a batch that can be granted gets an
   * array for all of it. O(its cost in the manager + the addresses it names).
   */
  perform(operation: Operation, freeInStack: number): Response {
    const pmm = this.#pmm;
    if (pmm === null) return { outcome: { kind: 'malformed', message: 'no manager: init threw' } };
    pmm.errno = null;
    performCall(pmm, operation, freeInStack, this.#end);
    return this.#observed(pmm);
  }

  passOver(): void {}

  /** Returns the condition of every page frame, or null if the manager does not offer `inspect`. */
  inspect(): readonly InspectedRun[] | null {
    const runs = this.#pmm?.inspect?.();
    if (runs === undefined) return null;
    const list: InspectedRun[] = [];
    for (const run of runs) list.push(run);
    return list;
  }

  save(into: Int32Array): number {
    return this.#savable().saveState(into);
  }

  /** Goes back to a saved state. Warnings and writes of the manager meanwhile are dropped: they belong to no call. */
  load(saved: Int32Array): void {
    this.#savable().loadState(saved);
    if (this.#warnings.length > 0) this.#warnings = [];
    this.#memory.dropWrites();
  }

  prepare(operation: Operation): () => void {
    const pmm = this.#savable();
    const call = prepareCall(operation, 0);
    return () => {
      pmm.errno = null;
      makeCall(pmm, call, this.#end);
      this.#observe(pmm);
    };
  }

  /** Disposes of the manager. No call follows. */
  close(): void {
    this.#pmm?.dispose?.();
  }

  #savable(): SavablePmm {
    const pmm = this.#pmm;
    if (pmm === null || !isSavable(pmm)) throw new Error('the manager cannot be saved and loaded');
    return pmm;
  }

  /** Reads the observations of a prepared call. */
  #observe(pmm: Pmm): void {
    const { seen } = this;
    seen.errno = pmm.errno;
    seen.warnings = this.#warnings;
    if (this.#warnings.length > 0) this.#warnings = [];
    seen.hasWritten = this.#memory.dropWrites();
    try {
      seen.total = pmm.totalAmount();
      seen.free = pmm.freeAmount();
      seen.reserved = pmm.reservedAmount();
    } catch (error) {
      this.#end.malformed(`reading the amounts, ${describeThrown(error)}`);
    }
  }

  #observed(pmm: Pmm | null): Response {
    const { strayEntries } = this.#end;
    const outcome = this.#end.outcome();
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
    const message = `reading the amounts, ${describeThrown(error)}`;
    return { outcome: { kind: 'malformed', message }, ...observed };
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns the observations before any call. */
function seenOf(end: CallEnd): Writable<Seen> {
  return { end, errno: null, warnings: NO_WARNINGS, total: 0, free: 0, reserved: 0, hasWritten: false };
}
