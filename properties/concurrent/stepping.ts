/**
 * Stepping: the words and atomic steps of a shared state under control of a scheduler, in one thread. The code under test is the
 * production code; it gets these words and steps instead of the machine's.
 *
 * A caller is synchronous code, which JavaScript cannot suspend. So a call is suspended by throwing, and resumed by *repeating* it:
 * each step that it has already taken is answered from a record, without touching a word, until it is where it was. That is sound
 * if a call depends only on its arguments and the answers of its steps; a repetition that takes another step than its record
 * says is reported as a defect.
 *
 * A *point* is a step before which the scheduler may switch to another caller: each atomic step and, depending on {@link Points},
 * plain accesses:
 *
 *     locks      atomic steps, and plain accesses of callers that do not hold the lock
 *     accesses   all accesses
 *
 * `locks` loses nothing as long as no word is touched without the lock: nobody sees what a caller does inside the lock before it
 * is released. {@link Machine.unguarded} counts the accesses for which that is not so.
 *
 * A caller that sleeps continues only when it is woken: time does not pass here. One that spins, looking at one word again and again,
 * continues when that word changes; or, since it may give up, while no other caller can continue. Schedules are fair in that sense.
 */
import { LAYOUT, type Steps, type Woken } from '../../impl/index.ts';
import { SpecError } from '../../spec/index.ts';
import { ATOMIC_NAMES, type WordSteps, watchedWords } from './watched-words.ts';

/** The steps between which the scheduler may switch callers. */
export const POINTS = ['locks', 'accesses'] as const;
export type Points = (typeof POINTS)[number];

/** Whether a caller can continue. */
type CallerStatus = 'ready' | 'asleep' | 'spinning' | 'done';

/** A caller spins that takes so many steps in turn on one word without changing it; plain reads may look at 32 page frames in a word. */
const SPINS = { atomic: 3, plain: 64 };
/** It spins for ever where it has not given up after so many, with nobody to change the word. */
const ENDLESS_SPINS = 1000;
/** So it is for who calls alone, in whose steps no other caller could come between. */
const ENDLESS_ALONE = 100_000;

/** Thrown where a call that is made alone spins for ever: as a panic over the lock, it says that the call cannot return. */
class LockSpin extends Error {
  override readonly name = 'LockPanic';
}

/** Thrown to suspend a call. Only {@link Machine} makes and catches it. */
class Suspension {}
const SUSPENSION = new Suspension();

/** Steps taken, three numbers each: the kind, the index of the word, the answer. */
type StepRecord = number[];

/** The kinds of steps, as numbers: two plain accesses first. */
const KINDS = ['read', 'write', ...ATOMIC_NAMES] as const;
const [READ, WRITE, LOAD, STORE, ADD, SUB, AND, OR, XOR, EXCHANGE, COMPARE_EXCHANGE, WAIT, NOTIFY] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const;

/** The functions of the machine: `Atomics` may be watched later. */
const { load, store, add, sub, and, or, xor, exchange, compareExchange } = Atomics;

const AWAKENED = 1;

/** A caller as the machine sees it. */
export interface Stepper {
  status: CallerStatus;
  /** The steps of the present call. */
  readonly record: StepRecord;
  /** Index in the record of the next step to repeat. */
  repeated: number;
  /** Whether the call is being suspended: steps that it takes while it unwinds do not count. */
  isSuspending: boolean;
  /** The time at which the present call took its first step; null before. */
  invoked: number | null;
  /** Index of the word at which it sleeps. */
  asleepAt: number;
  /** Index of the word of its last step, and how many steps in turn it took there that changed nothing. */
  idleAt: number;
  idleSteps: number;
  /** The value of the lock's word while this caller holds the lock, or the negative of it. */
  readonly lockValue: number;
}

/**
 * Returns the caller that takes the step at a point. `taken` is the number of earlier points, `ready` the callers that can take
 * the step, `current` the running caller.
 */
export type Chooser = (taken: number, ready: readonly number[], current: number | null) => number;

/** The words of a state: whose they are, and which of them is the lock that guards all others; null for none. */
export interface AboutWords {
  readonly name: string;
  readonly lockAt: number | null;
}

/** A moment of a run as the machine sees it, without the calls made. */
export interface MachineMoment {
  readonly memory: Int32Array;
  readonly steppers: readonly Stepper[];
  readonly clock: number;
  readonly taken: number;
}

/** Returns a caller that has not taken a step. */
export function newStepper(lockValue: number): Stepper {
  return {
    status: 'ready',
    record: [],
    repeated: 0,
    isSuspending: false,
    invoked: null,
    asleepAt: 0,
    idleAt: 0,
    idleSteps: 0,
    lockValue,
  };
}

const NOBODY = { status: 'done', idleSteps: 0 } as const;

/** Notes that a caller does not spin. */
function goOn(stepper: Stepper): void {
  stepper.idleSteps = 0;
  if (stepper.status === 'spinning') stepper.status = 'ready';
}

export class Machine {
  /** The words and steps that callers get. */
  readonly words: Int32Array;
  readonly steps: Steps;
  /** The caller that took the step at each point of this run. */
  readonly taken: number[] = [];
  /** Whether a caller slept or spun in this run, or in one that branched off from an earlier moment of it. */
  hasWaited = false;
  /** Plain accesses of callers that did not hold the lock, in all runs. */
  unguarded = 0;
  /** Plain accesses of callers that held the lock, in all runs. */
  guarded = 0;
  readonly #memory: Int32Array;
  readonly #about: AboutWords;
  #steppers: readonly Stepper[] = [];
  #points: Points = 'locks';
  #choose: Chooser = () => 0;
  #current: Stepper | null = null;
  #clock = 0;
  #now = 0;
  #mayStep = false;
  /** The caller for which a call was suspended. */
  #chosen: number | null = null;
  /** The first step that a repetition got wrong, or that cannot be taken. */
  #defect: SpecError | null = null;
  /** The word of the last step of a call that is made alone, and how many in turn changed nothing there. */
  #idleAt = 0;
  #idleAlone = 0;

  /** `memory` holds the state. */
  constructor(memory: Int32Array, about: AboutWords = { name: 'frameproof', lockAt: LAYOUT.LOCK_AT }) {
    this.#memory = memory;
    this.#about = about;
    this.words = watchedWords(memory, this.#wordSteps());
    this.steps = this.#stepsOf();
  }

  /** Throws `SpecError` where a call cannot be judged under schedules. */
  refuseDefect(): void {
    if (this.#defect !== null) throw this.#defect;
  }

  /** Begins a run. */
  begin(steppers: readonly Stepper[], points: Points, choose: Chooser): void {
    this.#steppers = steppers;
    this.#points = points;
    this.#choose = choose;
    this.#clock = 0;
    this.#chosen = null;
    this.taken.length = 0;
    this.hasWaited = false;
  }

  /** Returns the next moment of this run's clock. */
  tick(): number {
    this.#clock += 1;
    return this.#clock - 1;
  }

  /** Returns the callers that can continue: those that spin, and may give up, where no other can. Called at each point. */
  ready(): readonly number[] {
    const ready: number[] = [];
    const spinning: number[] = [];
    for (let k = 0; k < this.#steppers.length; k += 1) {
      const { status, idleSteps } = this.#steppers[k] ?? NOBODY;
      if (status === 'ready') ready.push(k);
      else if (status === 'spinning' && idleSteps < ENDLESS_SPINS) spinning.push(k);
    }
    return ready.length > 0 ? ready : spinning;
  }

  /** Returns the caller to continue: the one that the last suspension was for, else the scheduler's choice. Some caller is ready. */
  next(): number {
    const chosen = this.#chosen;
    this.#chosen = null;
    return chosen ?? this.#choose(this.taken.length, this.ready(), null);
  }

  /** Returns the present moment of the run. */
  moment(): MachineMoment {
    return {
      memory: this.#memory.slice(),
      steppers: this.#steppers.map((stepper) => ({ ...stepper, record: [...stepper.record] })),
      clock: this.#clock,
      taken: this.taken.length,
    };
  }

  /** Goes back to an earlier moment of this run, or of another run with the same steps up to it. */
  goBack({ memory, steppers, clock, taken }: MachineMoment): void {
    this.#memory.set(memory);
    this.#clock = clock;
    this.#chosen = null;
    this.taken.length = taken;
    for (const [k, stepper] of this.#steppers.entries())
      Object.assign(stepper, { ...steppers[k], record: [...(steppers[k]?.record ?? [])] });
  }

  /** Returns a key that tells moments apart by what callers can still do: the memory, and what each has read of it in its call. */
  momentKey(): string {
    const steppers = this.#steppers.map(
      ({ status, record, asleepAt }) => `${status} ${asleepAt} ${record.join()}`,
    );
    return `${this.#memory.join()}|${steppers.join('|')}`;
  }

  /** Makes a caller the running one, for at least one step. Its calls follow, made with {@link attempt}. */
  turnTo(caller: number): void {
    this.#current = this.#steppers[caller] ?? null;
    this.#mayStep = true;
  }

  /** The running caller; null where none is, as where a call is made alone. */
  get running(): number | null {
    return this.#current === null ? null : this.#steppers.indexOf(this.#current);
  }

  /** Ends the turn of the running caller: later accesses are not part of a run. */
  rest(): void {
    this.#current = null;
  }

  /** Makes or repeats a call of the running caller. Returns false if the call was suspended. */
  attempt(call: () => void): boolean {
    const stepper = this.#current;
    if (stepper === null) throw new Error('attempt() without turnTo(): no caller is running');
    stepper.repeated = 0;
    stepper.isSuspending = false;
    try {
      call();
    } catch (error) {
      if (!(error instanceof Suspension)) throw error;
    }
    if (!stepper.isSuspending && stepper.repeated < stepper.record.length)
      this.#note(`a repeated call returns before step ${stepper.repeated / 3 + 1}, which it took before`);
    this.refuseDefect();
    if (stepper.isSuspending) return false;
    stepper.record.length = 0;
    goOn(stepper);
    return true;
  }

  /** Takes a step; `value` is what it writes, adds and so on, `expected` what it compares with. */
  #step(kind: number, at: number, value = 0, expected = 0): number {
    const stepper = this.#current;
    if (stepper === null) return this.#stepAlone(kind, at, value, expected);
    if (stepper.isSuspending) throw SUSPENSION;
    const { record, repeated } = stepper;
    if (repeated < record.length) return this.#repeat(stepper, kind, at);
    const isPlain = kind <= WRITE;
    if (!isPlain || this.#isPoint(stepper)) this.#arrive(stepper);
    stepper.invoked ??= this.tick();
    const before = this.#memory[at];
    const answer = this.#act(kind, at, value, expected);
    if (this.#memory[at] !== before) this.#noteChange(stepper, at);
    else if (kind !== NOTIFY) this.#noteIdle(stepper, at, isPlain ? SPINS.plain : SPINS.atomic);
    record.push(kind, at, answer);
    stepper.repeated += 3;
    return answer;
  }

  #act(kind: number, at: number, value: number, expected: number): number {
    const memory = this.#memory;
    switch (kind) {
      case READ:
        return memory[at] ?? 0;
      case WRITE:
        memory[at] = value;
        return 0;
      case LOAD:
        return load(memory, at);
      case STORE:
        return store(memory, at, value);
      case ADD:
        return add(memory, at, value);
      case SUB:
        return sub(memory, at, value);
      case AND:
        return and(memory, at, value);
      case OR:
        return or(memory, at, value);
      case XOR:
        return xor(memory, at, value);
      case EXCHANGE:
        return exchange(memory, at, value);
      case COMPARE_EXCHANGE:
        return compareExchange(memory, at, expected, value);
      case WAIT:
        return memory[at] === expected ? this.#fallAsleep(at) : 0;
      default:
        return this.#wake(at, value);
    }
  }

  /** Takes a step of a call that is made alone. */
  #stepAlone(kind: number, at: number, value: number, expected: number): number {
    const before = this.#memory[at];
    const answer = this.#act(kind, at, value, expected);
    this.#idleAlone = this.#idleAt === at && this.#memory[at] === before ? this.#idleAlone + 1 : 0;
    this.#idleAt = at;
    if (this.#idleAlone < ENDLESS_ALONE) return answer;
    this.#idleAlone = 0;
    throw new LockSpin(`a call that is made alone looks at word ${at} for ever, which nobody changes`);
  }

  /** Notes a step on a word that changed nothing. */
  #noteIdle(stepper: Stepper, at: number, most: number): void {
    if (stepper.idleAt !== at) goOn(stepper);
    stepper.idleAt = at;
    stepper.idleSteps += 1;
    if (stepper.idleSteps < most) return;
    stepper.status = 'spinning';
    this.hasWaited = true;
  }

  /** Lets those go on who wait for a change of this word. */
  #noteChange(stepper: Stepper, at: number): void {
    goOn(stepper);
    for (const other of this.#steppers) if (other.status === 'spinning' && other.idleAt === at) goOn(other);
  }

  /** Whether a plain access is a point. */
  #isPoint(stepper: Stepper): boolean {
    const { lockAt } = this.#about;
    if (lockAt === null) return true;
    const isGuarded = Math.abs(this.#memory[lockAt] ?? 0) === stepper.lockValue;
    if (isGuarded) this.guarded += 1;
    else this.unguarded += 1;
    return this.#points === 'accesses' || !isGuarded;
  }

  /** Answers a repeated step from the record. */
  #repeat(stepper: Stepper, kind: number, at: number): number {
    const { record, repeated } = stepper;
    if (record[repeated] !== kind || record[repeated + 1] !== at)
      throw this.#note(`a repeated call does ${KINDS[kind]} at word ${at}, which it did not do before`);
    stepper.repeated = repeated + 3;
    return record[repeated + 2] ?? 0;
  }

  /** Notes, and returns, that a call depends on more than may be. */
  #note(how: string): SpecError {
    this.#defect ??= new SpecError(
      `${this.#about.name}: expected calls that depend only on their arguments and on shared words: ${how}; what callers remember must lie in those words, too`,
    );
    return this.#defect;
  }

  /** Asks the scheduler who takes the step, and suspends the call if it is another caller. */
  #arrive(stepper: Stepper): void {
    const current = this.#steppers.indexOf(stepper);
    if (!this.#mayStep) {
      const ready = this.ready();
      if (ready.length === 0) this.#suspend(stepper);
      const next = this.#choose(this.taken.length, ready, ready.includes(current) ? current : null);
      if (next !== current) {
        this.#chosen = next;
        this.#suspend(stepper);
      }
    }
    this.#mayStep = false;
    this.taken.push(current);
  }

  #suspend(stepper: Stepper): never {
    stepper.isSuspending = true;
    throw SUSPENSION;
  }

  #sleep(at: number, expected: number): Woken {
    if (this.#current === null) {
      if (this.#memory[at] !== expected) return 'not-equal';
      this.#now += 1000;
      return 'timed-out';
    }
    return this.#step(WAIT, at, 0, expected) === AWAKENED ? 'ok' : 'not-equal';
  }

  /** Lets the running caller sleep at a word: it is awakened by the answer to this step. */
  #fallAsleep(at: number): never {
    const stepper = this.#current;
    if (stepper === null) throw new Error('a call that is made alone sleeps');
    stepper.status = 'asleep';
    stepper.asleepAt = at;
    this.hasWaited = true;
    return this.#suspend(stepper);
  }

  /** Wakes at most so many callers that sleep at a word. Returns how many. */
  #wake(at: number, most: number): number {
    let woken = 0;
    for (const each of this.#steppers) {
      if (woken === most || each.status !== 'asleep' || each.asleepAt !== at) continue;
      each.status = 'ready';
      each.record.push(WAIT, at, AWAKENED);
      woken += 1;
    }
    return woken;
  }

  #stepsOf(): Steps {
    return {
      load: (_, at) => this.#step(LOAD, at),
      add: (_, at, value) => this.#step(ADD, at, value),
      exchange: (_, at, value) => this.#step(EXCHANGE, at, value),
      compareExchange: (_, at, expected, replacement) =>
        this.#step(COMPARE_EXCHANGE, at, replacement, expected),
      wait: (_, at, expected) => this.#sleep(at, expected),
      wakeOne: (_, at) => {
        this.#step(NOTIFY, at, 1);
      },
      now: () => this.#now,
    };
  }

  #wordSteps(): WordSteps {
    return {
      read: (at) => this.#step(READ, at),
      write: (at, value) => {
        this.#step(WRITE, at, value);
      },
      atomics: {
        load: (at) => this.#step(LOAD, at),
        store: (at, value) => this.#step(STORE, at, value),
        add: (at, value) => this.#step(ADD, at, value),
        sub: (at, value) => this.#step(SUB, at, value),
        and: (at, value) => this.#step(AND, at, value),
        or: (at, value) => this.#step(OR, at, value),
        xor: (at, value) => this.#step(XOR, at, value),
        exchange: (at, value) => this.#step(EXCHANGE, at, value),
        compareExchange: (at, expected, value) => this.#step(COMPARE_EXCHANGE, at, value, expected),
        wait: (at, expected = 0) => this.#sleep(at, expected),
        notify: (at, most = Number.POSITIVE_INFINITY) => this.#step(NOTIFY, at, most),
      },
      refuse: ({ message }) => {
        this.#defect ??= new SpecError(`${this.#about.name}: ${message}`);
        throw this.#defect;
      },
    };
  }
}
