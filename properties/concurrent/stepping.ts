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

const KINDS = ['read', 'write', 'load', 'add', 'exchange', 'compareExchange', 'wait', 'wakeOne'] as const;
type Kind = (typeof KINDS)[number];

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
  #steppers: readonly Stepper[] = [];
  #points: Points = 'locks';
  #choose: Chooser = () => 0;
  #current: Stepper | null = null;
  #clock = 0;
  #now = 0;
  #mayStep = false;
  /** The caller for which a call was suspended. */
  #chosen: number | null = null;
  /** The first step that a repetition got wrong. */
  #defect: Error | null = null;
  /** The word of the last step of a call that is made alone, and how many in turn changed nothing there. */
  #idleAt = 0;
  #idleAlone = 0;

  /** `memory` holds the state. */
  constructor(memory: Int32Array) {
    this.#memory = memory;
    this.words = this.#watched();
    this.steps = this.#stepsOf();
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

  /** Returns the callers that can continue. */
  ready(): readonly number[] {
    const ready = this.#steppers.flatMap(({ status }, index) => (status === 'ready' ? [index] : []));
    return ready.length > 0 ? ready : this.#spinning();
  }

  /** Returns the callers that spin, and may give up. */
  #spinning(): readonly number[] {
    return this.#steppers.flatMap(({ status, idleSteps }, index) =>
      status === 'spinning' && idleSteps < ENDLESS_SPINS ? [index] : [],
    );
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
    if (this.#defect !== null) throw this.#defect;
    if (stepper.isSuspending) return false;
    stepper.record.length = 0;
    goOn(stepper);
    return true;
  }

  #step(kind: Kind, at: number, isPlain: boolean, act: () => number): number {
    const stepper = this.#current;
    if (stepper === null) return this.#stepAlone(at, act);
    if (stepper.isSuspending) throw SUSPENSION;
    const { record, repeated } = stepper;
    if (repeated < record.length) return this.#repeat(stepper, kind, at);
    if (this.#isPoint(stepper, isPlain)) this.#arrive(stepper);
    stepper.invoked ??= this.tick();
    const before = this.#memory[at];
    const answer = act();
    if (this.#memory[at] !== before) this.#noteChange(stepper, at);
    else if (kind !== 'wakeOne') this.#noteIdle(stepper, at, isPlain ? SPINS.plain : SPINS.atomic);
    record.push(KINDS.indexOf(kind), at, answer);
    stepper.repeated += 3;
    return answer;
  }

  /** Takes a step of a call that is made alone. */
  #stepAlone(at: number, act: () => number): number {
    const before = this.#memory[at];
    const answer = act();
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

  #isPoint(stepper: Stepper, isPlain: boolean): boolean {
    if (!isPlain) return true;
    const isGuarded = Math.abs(this.#memory[LAYOUT.LOCK_AT] ?? 0) === stepper.lockValue;
    if (isGuarded) this.guarded += 1;
    else this.unguarded += 1;
    return this.#points === 'accesses' || !isGuarded;
  }

  /** Answers a repeated step from the record. */
  #repeat(stepper: Stepper, kind: Kind, at: number): number {
    const { record, repeated } = stepper;
    if (record[repeated] !== KINDS.indexOf(kind) || record[repeated + 1] !== at) {
      this.#defect ??= new Error(`a repeated call does ${kind} at word ${at}, which it did not do before`);
      throw this.#defect;
    }
    stepper.repeated = repeated + 3;
    return record[repeated + 2] ?? 0;
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
    const stepper = this.#current;
    if (stepper === null) {
      this.#now += 1000;
      return 'timed-out';
    }
    const isWoken = this.#step('wait', at, false, () => {
      if (this.#memory[at] !== expected) return 0;
      stepper.status = 'asleep';
      this.hasWaited = true;
      stepper.asleepAt = at;
      return this.#suspend(stepper);
    });
    return isWoken === AWAKENED ? 'ok' : 'not-equal';
  }

  #wakeOne(at: number): number {
    const sleeper = this.#steppers.find((each) => each.status === 'asleep' && each.asleepAt === at);
    if (sleeper === undefined) return 0;
    sleeper.status = 'ready';
    sleeper.record.push(KINDS.indexOf('wait'), at, AWAKENED);
    return 1;
  }

  #stepsOf(): Steps {
    const memory = this.#memory;
    return {
      load: (_, at) => this.#step('load', at, false, () => Atomics.load(memory, at)),
      add: (_, at, value) => this.#step('add', at, false, () => Atomics.add(memory, at, value)),
      exchange: (_, at, value) =>
        this.#step('exchange', at, false, () => Atomics.exchange(memory, at, value)),
      compareExchange: (_, at, expected, replacement) =>
        this.#step('compareExchange', at, false, () =>
          Atomics.compareExchange(memory, at, expected, replacement),
        ),
      wait: (_, at, expected) => this.#sleep(at, expected),
      wakeOne: (_, at) => {
        this.#step('wakeOne', at, false, () => this.#wakeOne(at));
      },
      now: () => this.#now,
    };
  }

  /** Returns a view of the memory on which each access is a step. */
  #watched(): Int32Array {
    const fill = (value: number, from = 0, end = this.#memory.length): void => {
      for (let at = from; at < end; at += 1) this.#write(at, value);
    };
    return new Proxy(this.#memory, {
      get: (memory, key) => {
        const at = typeof key === 'string' ? Number(key) : Number.NaN;
        if (Number.isInteger(at)) return this.#step('read', at, true, () => memory[at] ?? 0);
        if (key === 'fill') return fill;
        const found: unknown = Reflect.get(memory, key, memory);
        return typeof found === 'function' ? found.bind(memory) : found;
      },
      set: (_, key, value) => {
        this.#write(Number(key), Number(value));
        return true;
      },
    });
  }

  #write(at: number, value: number): void {
    this.#step('write', at, true, () => {
      this.#memory[at] = value;
      return 0;
    });
  }
}
