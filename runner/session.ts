/**
 * Sessions: one manager at work in this process. A session performs operations and returns each response as data, with the amounts
 * after it. It judges nothing, and never throws because of the manager.
 */
import {
  addressesOf,
  areFrames,
  type Frames,
  grantedBy,
  type InspectedRun,
  isWorldRefused,
  type Operation,
  type Outcome,
  type Pmm,
  type PmmFactory,
  type Profile,
  type Reading,
  type Response,
  reading,
  type SomePmm,
  SpecError,
} from '../spec/index.ts';
import {
  DONE,
  errnoAfter,
  FAILED,
  malformed,
  omitStacks,
  restoreStacks,
  type ToldAmounts,
  toldAmounts,
} from './call-end.ts';
import type { NumberedAnswer } from './lean/answer.ts';
import { hasAmounts, LeanCaller } from './lean/make-call.ts';
import { halfOf, NumberedCall } from './lean/numbered-call.ts';
import { isSuspected, repairRealm } from './realm.ts';
import type { SavableSession } from './savable-session.ts';
import { NO_WRITES, SimulatedMemory } from './simulated-memory.ts';
import { described, lookAt, malformedBy } from './thrown.ts';
import type { World } from './world.ts';

/** Returns the amounts that a manager tells with some of the three calls. Throws if one of them is not a number. */
function readSomeAmounts(
  pmm: SomePmm,
  { total, free, reserved }: ToldAmounts,
): NonNullable<Response['amounts']> {
  const told = (amount: unknown): Reading => {
    if (typeof amount === 'number') return reading(amount);
    throw new TypeError(`an amount is ${described(amount)}, not a number`);
  };
  return {
    ...(total && pmm.totalAmount !== undefined ? { total: told(pmm.totalAmount()) } : {}),
    ...(free && pmm.freeAmount !== undefined ? { free: told(pmm.freeAmount()) } : {}),
    ...(reserved && pmm.reservedAmount !== undefined ? { reserved: told(pmm.reservedAmount()) } : {}),
  };
}

/** Returns the amounts that a manager tells. Throws if one of them is not a number. */
function readAmounts(pmm: Pmm, told: ToldAmounts): NonNullable<Response['amounts']> {
  if (!hasAmounts(pmm, told)) return readSomeAmounts(pmm, told);
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

/** The beginning of the description of an error. */
const READING = 'reading errno and the amounts, ';
const NO_WARNINGS: readonly string[] = [];

/** The call that a session makes: to make an object of it takes as long as a call. */
const CALL = new NumberedCall();

/** A manager that can be saved and loaded. */
type SavablePmm = Pmm & Required<Pick<Pmm, 'saveState' | 'loadState'>>;

function isSavable(pmm: Pmm): pmm is SavablePmm {
  return typeof pmm.saveState === 'function' && typeof pmm.loadState === 'function';
}

/** Returns the error for a manager that throws where it is asked for something that is not a call. */
function unanswered(what: string, error: unknown): SpecError {
  return new SpecError(`expected a manager that answers ${what}: it threw ${lookAt(error).text}`, {
    cause: error,
  });
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

/** The most words of a saved state. */
const MOST_WORDS = 2 ** 24;

export class Session implements SavableSession {
  readonly isRecorded = false;
  readonly saves = 'saved and loaded';
  readonly omission = null;
  readonly started: Response;
  readonly pmm: Pmm | null;
  readonly #caller: LeanCaller | null;
  readonly #world: World;
  readonly #contents: Profile['contents'];
  readonly #told: ToldAmounts;
  readonly #setsErrno: boolean;
  readonly #memory: SimulatedMemory;
  #unzeroed: readonly number[] | null = null;
  /** The manager, once it is known to be savable. */
  #saved: SavablePmm | null = null;
  readonly #create: PmmFactory;
  readonly #isWatched: boolean;
  #warnings: string[] = [];

  /** Builds the manager. If that throws, {@link started} is malformed, and no call is made. */
  constructor(
    create: PmmFactory,
    world: World,
    { batches, contents, calls, failures }: Pick<Profile, 'batches' | 'contents' | 'calls' | 'failures'>,
  ) {
    const { map, config } = world;
    this.#create = create;
    this.#isWatched = isSuspected(create);
    this.#world = world;
    this.#contents = contents;
    this.#told = toldAmounts(calls);
    this.#setsErrno = failures.includes('errno');
    this.#memory = new SimulatedMemory();
    const warn = (message: string): void => {
      this.#warnings.push(message);
    };
    const kept: Frames[] = [];
    let pmm: Pmm | null = null;
    let outcome: Outcome = DONE;
    try {
      pmm = create(map, { config, warn, memory: this.#memory, keep: keeping(kept) });
    } catch (error) {
      outcome = isWorldRefused(error) ? FAILED : malformedBy(error);
    }
    this.pmm = pmm;
    this.#caller = pmm === null ? null : new LeanCaller(pmm, halfOf(config), { batches, calls, failures });
    this.started = ofInit(this.#observed(this.#unlessChanged(() => outcome)), kept);
  }

  /** Whether the manager can be saved and loaded. */
  get isSavable(): boolean {
    const { pmm } = this;
    // The contents of page frames are not saved.
    if (pmm === null || this.#contents !== 'any') return false;
    try {
      if (isSavable(pmm)) this.#saved = pmm;
    } catch (error) {
      throw unanswered('saveState()', error);
    }
    return this.#saved !== null;
  }

  /**
   * Performs an operation. `freeForSingles` is the number of free page frames that single pages come from: a batch that can be granted gets an
   * array for all of it. O(its cost in the manager + the addresses it names).
   */
  perform(operation: Operation, freeForSingles: number): Response {
    const caller = this.#caller;
    if (caller === null) return { outcome: malformed('no manager: init threw') };
    const isStackKept = THROWERS.has(this.#create);
    CALL.take(operation, halfOf(this.#world.config));
    const limit = isStackKept ? undefined : omitStacks();
    caller.make(CALL, freeForSingles);
    if (!isStackKept) restoreStacks(limit);
    const outcome = this.#unlessChanged(() => caller.outcome());
    if (caller.threw && outcome.kind === 'malformed') THROWERS.add(this.#create);
    this.#look(operation, outcome);
    return this.#observed(outcome);
  }

  /** Makes a call, and reads the answer in numbers. Make it between `omitStacks` and `restoreStacks`. */
  make(call: NumberedCall, answer: NumberedAnswer, freeForSingles: number): void {
    this.#caller?.make(call, freeForSingles);
    answer.warnings = this.#takeWarnings();
    answer.writes = this.#memory.takeWrites();
    this.#caller?.read(answer);
  }

  /** The value that the last call returned, or its error. */
  get value(): unknown {
    return this.#caller?.value;
  }

  /** Returns the answer to the call that {@link make} made last as data. */
  response({ warnings, writes }: NumberedAnswer): Response {
    const outcome = this.#caller?.outcome() ?? DONE;
    return this.#observed(outcome, [...warnings], [...writes, ...this.#memory.takeWrites()]);
  }

  /** Looks at what was handed out, where the manager claims what it holds. */
  #look(operation: Operation, outcome: Outcome): void {
    if (this.#contents === 'any') return;
    const granted = grantedBy({ world: this.#world }, operation, { outcome });
    this.#unzeroed = granted === null ? NO_WRITES : this.#memory.handedOut(granted.runs);
  }

  passOver(): void {}

  /** Returns the condition of every page frame, or null if the manager does not offer `inspect`. Throws what that throws. */
  inspect(): readonly InspectedRun[] | null {
    const runs = this.pmm?.inspect?.();
    if (runs === undefined) return null;
    const list: InspectedRun[] = [];
    for (const run of runs) list.push(plainRun(run));
    return list;
  }

  save(into: Int32Array): number {
    const pmm = this.#savable();
    let words: unknown;
    try {
      words = pmm.saveState(into);
    } catch (error) {
      throw unanswered('saveState()', error);
    }
    if (isWhole(words) && words >= 0 && words <= MOST_WORDS) return words;
    throw new SpecError(`expected the number of words from saveState(): it returned ${described(words)}`);
  }

  /** Goes back to a saved state. Warnings and writes of the manager meanwhile are dropped: they belong to no call. */
  load(saved: Int32Array): void {
    const pmm = this.#savable();
    try {
      pmm.loadState(saved);
    } catch (error) {
      throw unanswered('loadState()', error);
    }
    if (this.#warnings.length > 0) this.#warnings = [];
    this.#memory.takeWrites();
  }

  prepare(operation: Operation): (answer: NumberedAnswer) => void {
    const call = new NumberedCall(addressesOf(operation).length);
    call.take(operation, halfOf(this.#world.config));
    return (answer) => this.make(call, answer, 0);
  }

  /** Disposes of the manager. No call follows. An error of it then belongs to none: it ends where the errors of its timers do. */
  close(): void {
    try {
      this.pmm?.dispose?.();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #savable(): SavablePmm {
    if (this.#saved === null) throw new Error('the manager is not known to be savable');
    return this.#saved;
  }

  /** Returns the outcome of a call; where the built-in objects are watched, one that has changed one is malformed. */
  #unlessChanged(outcome: () => Outcome): Outcome {
    const changed = this.#isWatched ? repairRealm() : null;
    return changed === null ? outcome() : malformed(`it changed ${changed}, which the judge uses`);
  }

  #takeWarnings(): readonly string[] {
    const warnings = this.#warnings.length === 0 ? NO_WARNINGS : this.#warnings;
    if (warnings !== NO_WARNINGS) this.#warnings = [];
    return warnings;
  }

  /** Returns a response, with the error number and the amounts that the manager, where there is one, has now. */
  #observed(outcome: Outcome, warnings = this.#takeWarnings(), writes = this.#memory.takeWrites()): Response {
    const { pmm } = this;
    const strayEntries = this.#caller?.hasStrayEntries ?? false;
    const unzeroed = this.#unzeroed === null ? {} : { unzeroed: this.#unzeroed };
    const observed = { warnings, strayEntries, writes, ...unzeroed };
    if (pmm === null) return { outcome, ...observed };
    try {
      const amounts = readAmounts(pmm, this.#told);
      return { outcome, ...(this.#setsErrno ? { errno: errnoAfter(pmm) } : {}), amounts, ...observed };
    } catch (error) {
      return { outcome: malformedBy(error, READING), ...observed };
    }
  }
}

/** Returns a response to init, with what was kept: it came before any caller whose errno it could have changed. */
function ofInit(response: Response, kept: readonly Frames[]): Response {
  const named = kept.length === 0 ? {} : { kept: [...kept] };
  return { ...response, ...named, ...(response.errno === undefined ? {} : { errno: null }) };
}

/** Returns what a manager names page frames to, during init, that it keeps. */
function keeping(kept: Frames[]): (base: unknown, count: unknown) => void {
  return (base, count) => {
    if (!isWhole(base) || !isWhole(count) || !areFrames(base, count))
      throw new TypeError(`expected page frames to keep, found ${described(base)} and ${described(count)}`);
    kept.push({ base, count });
  };
}
