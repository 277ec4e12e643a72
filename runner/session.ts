/**
 * Sessions: one manager at work in this process. A session performs operations and returns each response as data, with the amounts
 * after it. It judges nothing, and never throws because of the manager.
 */
import {
  areFrames,
  type Frames,
  grantedBy,
  type InspectedRun,
  isWorldRefused,
  type Operation,
  type Pmm,
  type PmmFactory,
  type Profile,
  type Reading,
  type Response,
  reading,
  type SomePmm,
  SpecError,
  WHOLE,
} from '../spec/index.ts';
import { CALLERS_ERRNO, CallEnd, errnoAfter } from './call-end.ts';
import { makeCall, performCall, performWithStacks, prepareCall } from './perform-call.ts';
import { isSuspected, repairRealm } from './realm.ts';
import type { SavableSession, Seen } from './savable-session.ts';
import { NO_WRITES, SimulatedMemory } from './simulated-memory.ts';
import { described, lookAt, malformedBy } from './thrown.ts';
import type { World } from './world.ts';

/** Whether a manager has the three calls that tell amounts. */
function hasAmounts(pmm: Pmm): boolean {
  return 'totalAmount' in pmm && 'freeAmount' in pmm && 'reservedAmount' in pmm;
}

/** Returns the amounts that a manager with some of the three calls tells. Throws if one of them is not a number. */
function readSomeAmounts(pmm: SomePmm): NonNullable<Response['amounts']> {
  const told = (amount: unknown): Reading => {
    if (typeof amount === 'number') return reading(amount);
    throw new TypeError(`an amount is ${described(amount)}, not a number`);
  };
  return {
    ...(pmm.totalAmount === undefined ? {} : { total: told(pmm.totalAmount()) }),
    ...(pmm.freeAmount === undefined ? {} : { free: told(pmm.freeAmount()) }),
    ...(pmm.reservedAmount === undefined ? {} : { reserved: told(pmm.reservedAmount()) }),
  };
}

/** Returns the three amounts. Throws if one of them is not a number. */
function readAmounts(pmm: Pmm): NonNullable<Response['amounts']> {
  if (!hasAmounts(pmm)) return readSomeAmounts(pmm);
  const total = pmm.totalAmount();
  const free = pmm.freeAmount();
  const reserved = pmm.reservedAmount();
  if (typeof total === 'number' && typeof free === 'number' && typeof reserved === 'number')
    return { total: reading(total), free: reading(free), reserved: reading(reserved) };
  const found: readonly unknown[] = [total, free, reserved];
  throw new TypeError(`the amounts are ${found.map(described).join(', ')}, not all of them numbers`);
}

/** Factories whose managers have thrown an error: the stacks of what they throw are captured from then on. */
const THROWERS = new WeakSet<PmmFactory>();

/** Captures the stacks of what the managers of a factory throw, from the first on. */
export function keepStacks(create: PmmFactory): void {
  THROWERS.add(create);
}

/** The beginnings of descriptions of errors. */
const READING = 'reading errno and the amounts, ';
const RESETTING = 'setting errno, ';
const NO_WARNINGS: readonly string[] = [];

const NO_AMOUNTS: NonNullable<Response['amounts']> = {};

/** A manager that can be saved and loaded. */
type SavablePmm = Pmm & Required<Pick<Pmm, 'saveState' | 'loadState'>>;

function isSavable(pmm: Pmm): pmm is SavablePmm {
  return typeof pmm.saveState === 'function' && typeof pmm.loadState === 'function';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Returns a copy of a run of page frames that a manager has named. Throws if it is not one. */
function plainRun(run: unknown): InspectedRun {
  if (typeof run === 'object' && run !== null && 'base' in run && 'count' in run && 'condition' in run) {
    const { base, count, condition } = run;
    if (isWhole(base) && isWhole(count) && (condition === 'free' || condition === 'held'))
      return { base, count, condition };
  }
  throw new TypeError(`${described(run)} is not { base, count, condition }`);
}

/** Returns the condition of every page frame, or null if a manager does not offer `inspect`. Throws what it throws. */
export function inspectedRuns(pmm: Pmm | null): readonly InspectedRun[] | null {
  const runs = pmm?.inspect?.();
  if (runs === undefined) return null;
  const list: InspectedRun[] = [];
  for (const run of runs) list.push(plainRun(run));
  return list;
}

/** Lets a manager go. An error of it then belongs to no call: it ends where the errors of its timers do. */
export function letGo(pmm: Pmm | null): void {
  try {
    pmm?.dispose?.();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The most words of a saved state. */
const MOST_WORDS = 2 ** 24;

export class Session implements SavableSession {
  readonly isRecorded = false;
  readonly saves = 'saved and loaded';
  readonly omission = null;
  readonly started: Response;
  readonly seen: Writable<Seen>;
  readonly #pmm: Pmm | null;
  readonly #world: World;
  readonly #contents: Profile['contents'];
  readonly #memory: SimulatedMemory;
  #unzeroed: readonly number[] | null = null;
  readonly #end = new CallEnd();
  readonly #create: PmmFactory;
  #warnings: string[] = [];

  /** Builds the manager. If that throws, {@link started} is malformed, and no call is made. */
  constructor(
    create: PmmFactory,
    world: World,
    { batches, contents }: Pick<Profile, 'batches' | 'contents'> = WHOLE,
  ) {
    const { map, config } = world;
    this.#create = create;
    this.#world = world;
    this.#contents = contents;
    this.#memory = new SimulatedMemory(contents);
    this.#end.isPartial = batches === 'partial';
    this.seen = seenOf(this.#end);
    const warn = (message: string): void => {
      this.#warnings.push(message);
    };
    const kept: Frames[] = [];
    let pmm: Pmm | null = null;
    try {
      pmm = create(map, { config, warn, memory: this.#memory, keep: keeping(kept) });
    } catch (error) {
      if (isWorldRefused(error)) this.#end.kind = 'failed';
      else this.#end.malformedBy(error);
    }
    this.#watch();
    this.#pmm = pmm;
    this.started = ofInit(this.#observed(pmm), kept);
  }

  /** Whether the manager can be saved and loaded. */
  get isSavable(): boolean {
    const pmm = this.#pmm;
    // The contents of page frames are not saved.
    return pmm !== null && this.#contents === 'any' && this.#told('saveState()', () => isSavable(pmm));
  }

  /**
   * Performs an operation. `freeForSingles` is the number of free page frames that single pages come from: a batch that can be granted gets an
   * array for all of it. O(its cost in the manager + the addresses it names).
   */
  perform(operation: Operation, freeForSingles: number): Response {
    const pmm = this.#pmm;
    if (pmm === null) return { outcome: { kind: 'malformed', message: 'no manager: init threw' } };
    if (!this.#isReset(pmm)) return this.#observed(pmm);
    if (THROWERS.has(this.#create)) performWithStacks(pmm, operation, freeForSingles, this.#end);
    else {
      performCall(pmm, operation, freeForSingles, this.#end);
      if (this.#end.kind === 'malformed' && this.#end.thrown !== null) THROWERS.add(this.#create);
    }
    this.#watch();
    this.#look(operation);
    return this.#observed(pmm);
  }

  /** Looks at what was handed out, where the manager claims what it holds. */
  #look(operation: Operation): void {
    if (this.#contents === 'any') return;
    const granted = grantedBy({ world: this.#world }, operation, { outcome: this.#end.outcome() });
    this.#unzeroed = granted === null ? NO_WRITES : this.#memory.handedOut(granted.runs);
  }

  lateWrites(): readonly number[] {
    return NO_WRITES;
  }

  passOver(): void {}

  /** Returns the condition of every page frame, or null if the manager does not offer `inspect`. */
  inspect(): readonly InspectedRun[] | null {
    return inspectedRuns(this.#pmm);
  }

  save(into: Int32Array): number {
    const pmm = this.#savable();
    const words = this.#told('saveState()', () => pmm.saveState(into));
    if (isWhole(words) && words >= 0 && words <= MOST_WORDS) return words;
    throw new SpecError(`expected the number of words from saveState(): it returned ${described(words)}`);
  }

  /** Goes back to a saved state. Warnings and writes of the manager meanwhile are dropped: they belong to no call. */
  load(saved: Int32Array): void {
    const pmm = this.#savable();
    this.#told('loadState()', () => pmm.loadState(saved));
    if (this.#warnings.length > 0) this.#warnings = [];
    this.#memory.dropWrites();
  }

  prepare(operation: Operation): () => void {
    const pmm = this.#savable();
    const call = prepareCall(operation, { free: 0, isPartial: this.#end.isPartial });
    return () => {
      if (this.#isReset(pmm)) makeCall(pmm, call, this.#end);
      this.#observe(pmm);
    };
  }

  /** Disposes of the manager. No call follows. */
  close(): void {
    letGo(this.#pmm);
  }

  /** Gives errno the value of its caller. Returns whether that went well; the call at hand is malformed if not. */
  #isReset(pmm: Pmm): boolean {
    try {
      pmm.errno = CALLERS_ERRNO;
      return true;
    } catch (error) {
      this.#end.malformedBy(error, RESETTING);
      return false;
    }
  }

  /** Where the built-in objects are watched, a call that has changed one is malformed. */
  #watch(): void {
    const changed = isSuspected() ? repairRealm() : null;
    if (changed !== null) this.#end.malformed(`it changed ${changed}, which the judge uses`);
  }

  /** Asks the manager for something that is not a call. Throws `SpecError` if it throws. */
  #told<T>(what: string, ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      throw new SpecError(`expected a manager that answers ${what}: it threw ${lookAt(error).text}`, {
        cause: error,
      });
    }
  }

  #savable(): SavablePmm {
    const pmm = this.#pmm;
    const found = pmm === null ? null : this.#told('saveState()', () => (isSavable(pmm) ? pmm : null));
    if (found === null) throw new Error('the manager cannot be saved and loaded');
    return found;
  }

  /** Reads the observations of a prepared call. */
  #observe(pmm: Pmm): void {
    const { seen } = this;
    seen.warnings = this.#warnings;
    if (this.#warnings.length > 0) this.#warnings = [];
    seen.hasWritten = this.#memory.dropWrites();
    try {
      seen.errno = errnoAfter(pmm);
      const has = hasAmounts(pmm);
      const some = has ? NO_AMOUNTS : readSomeAmounts(pmm);
      seen.total = has ? pmm.totalAmount() : Number(some.total ?? 0);
      seen.free = has ? pmm.freeAmount() : Number(some.free ?? 0);
      seen.reserved = has ? pmm.reservedAmount() : Number(some.reserved ?? 0);
    } catch (error) {
      this.#end.malformedBy(error, READING);
    }
  }

  #observed(pmm: Pmm | null): Response {
    const { strayEntries } = this.#end;
    const outcome = this.#end.outcome();
    const warnings = this.#warnings.length === 0 ? NO_WARNINGS : this.#warnings;
    if (warnings !== NO_WARNINGS) this.#warnings = [];
    const writes = this.#memory.takeWrites();
    const unzeroed = this.#unzeroed === null ? {} : { unzeroed: this.#unzeroed };
    return withAmounts(pmm, { outcome, warnings, strayEntries, writes, ...unzeroed });
  }
}

/** Returns a response with the error number and the amounts that a manager, where there is one, has now. */
export function withAmounts(pmm: Pmm | null, response: Response): Response {
  if (pmm === null) return response;
  const { outcome, ...observed } = response;
  try {
    const amounts = readAmounts(pmm);
    return { outcome, errno: errnoAfter(pmm), amounts, ...observed };
  } catch (error) {
    return { outcome: malformedBy(error, READING), ...observed };
  }
}

/** Returns a response to init, with what was kept: it came before any caller whose errno it could have changed. */
export function ofInit(response: Response, kept: readonly Frames[]): Response {
  const named = kept.length === 0 ? {} : { kept: [...kept] };
  return { ...response, ...named, ...(response.errno === undefined ? {} : { errno: null }) };
}

/** Returns what a manager names page frames to, during init, that it keeps. */
export function keeping(kept: Frames[]): (base: unknown, count: unknown) => void {
  return (base, count) => {
    if (!isWhole(base) || !isWhole(count) || !areFrames(base, count))
      throw new TypeError(`expected page frames to keep, found ${described(base)} and ${described(count)}`);
    kept.push({ base, count });
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns the observations before any call. */
function seenOf(end: CallEnd): Writable<Seen> {
  return { end, errno: null, warnings: NO_WARNINGS, total: 0, free: 0, reserved: 0, hasWritten: false };
}
