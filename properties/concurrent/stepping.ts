/**
 * Stepping: the words and atomic steps of a shared state under the hand of a scheduler, in one thread. The code under test is
 * the one that runs in earnest; it is given these words and these steps instead of the machine's.
 *
 * A caller is synchronous code that cannot be left in the middle and taken up again. So it is left by throwing, and taken up by
 * *repeating* its call: each step that it has done is answered from its record, without touching a word, until it is where
 * it was. That is sound where a call does nothing but what its arguments and the answers of its steps make it do; a repetition
 * that takes another step than the record has is reported as a defect.
 *
 * A *point* is a step before which the scheduler may turn to another caller: each atomic step and, as asked for, plain accesses:
 *
 *     locks      atomic steps, and plain accesses of callers that do not hold the lock
 *     accesses   all accesses
 *
 * Under `locks`, nothing is lost as long as nobody touches a word without the lock: what a caller does inside the lock is
 * seen by nobody before it releases it. Whether that is so is counted, see {@link Machine.unguarded}.
 *
 * Waiting ends by being woken alone: what can only go on because time passes does not go on here.
 */
import { LAYOUT, type Steps, type Woken } from '../../impl/index.ts';

/** Between which steps the scheduler may turn to another caller. */
export const POINTS = ['locks', 'accesses'] as const;
export type Points = (typeof POINTS)[number];

/** Whether a caller can go on. */
type Standing = 'ready' | 'asleep' | 'done';

/** Thrown to leave a call. Nothing but {@link Machine} makes or catches it. */
class Left {}
const LEFT = new Left();

/** What a step was, and what it was answered: in threes. */
type StepRecord = number[];

const KINDS = ['read', 'write', 'load', 'add', 'exchange', 'compareExchange', 'wait', 'wakeOne'] as const;
type Kind = (typeof KINDS)[number];

const AWAKENED = 1;

/** A caller as the machine sees it. */
export interface Stepper {
  standing: Standing;
  /** The steps of the call under way. */
  readonly record: StepRecord;
  /** Where in the record a repetition is. */
  repeated: number;
  /** Whether the call is being left: nothing that it still does on its way out counts. */
  isLeaving: boolean;
  /** When the call under way took its first step; null before. */
  invoked: number | null;
  /** The word it sleeps at. */
  asleepAt: number;
  /** What the lock's word holds where this caller has it, or the negative of it. */
  readonly lockValue: number;
}

/** Says who takes the step at a point: `taken` steps were points so far, `ready` are those who could, `current` who is at work. */
export type Chooser = (taken: number, ready: readonly number[], current: number | null) => number;

/** What a run has come to, but for the calls made. */
export interface MachineMoment {
  readonly memory: Int32Array;
  readonly steppers: readonly Stepper[];
  readonly clock: number;
  readonly taken: number;
}

/** Returns a caller that has taken no step. */
export function newStepper(lockValue: number): Stepper {
  return {
    standing: 'ready',
    record: [],
    repeated: 0,
    isLeaving: false,
    invoked: null,
    asleepAt: 0,
    lockValue,
  };
}

export class Machine {
  /** What callers are given. */
  readonly words: Int32Array;
  readonly steps: Steps;
  /** Who took the step at each point of this run. */
  readonly taken: number[] = [];
  /** Whether somebody slept in this run, or in one that went another way from an earlier moment. */
  hasSlept = false;
  /** Plain accesses of callers that did not hold the lock, in all runs. */
  unguarded = 0;
  /** Plain accesses of callers that did. */
  guarded = 0;
  readonly #memory: Int32Array;
  #steppers: readonly Stepper[] = [];
  #points: Points = 'locks';
  #choose: Chooser = () => 0;
  #current: Stepper | null = null;
  #clock = 0;
  #now = 0;
  #mayStep = false;
  /** For whom a call was left. */
  #chosen: number | null = null;
  /** What shows that the machine itself is used wrongly. */
  #defect: Error | null = null;

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
    this.hasSlept = false;
  }

  /** Returns the next moment of this run's clock. */
  tick(): number {
    this.#clock += 1;
    return this.#clock - 1;
  }

  /** Returns the callers that can go on. */
  ready(): readonly number[] {
    return this.#steppers.flatMap(({ standing }, index) => (standing === 'ready' ? [index] : []));
  }

  /** Returns who goes on: the one for whom the caller at work was left, else as the scheduler says. Somebody can. */
  next(): number {
    const chosen = this.#chosen;
    this.#chosen = null;
    return chosen ?? this.#choose(this.taken.length, this.ready(), null);
  }

  /** Returns what a run has come to, but for the calls made. */
  moment(): MachineMoment {
    return {
      memory: this.#memory.slice(),
      steppers: this.#steppers.map((stepper) => ({ ...stepper, record: [...stepper.record] })),
      clock: this.#clock,
      taken: this.taken.length,
    };
  }

  /** Goes back to an earlier moment of the run, or to one whose first steps were the same. */
  goBack({ memory, steppers, clock, taken }: MachineMoment): void {
    this.#memory.set(memory);
    this.#clock = clock;
    this.#chosen = null;
    this.taken.length = taken;
    for (const [k, stepper] of this.#steppers.entries())
      Object.assign(stepper, { ...steppers[k], record: [...(steppers[k]?.record ?? [])] });
  }

  /** Tells moments apart by what callers can still do: what is in memory, and what each has seen of it in its call. */
  momentKey(): string {
    const steppers = this.#steppers.map(
      ({ standing, record, asleepAt }) => `${standing} ${asleepAt} ${record.join()}`,
    );
    return `${this.#memory.join()}|${steppers.join('|')}`;
  }

  /** Lets a caller take at least one step. What follows are its calls, made with {@link attempt}. */
  turnTo(caller: number): void {
    this.#current = this.#steppers[caller] ?? null;
    this.#mayStep = true;
  }

  /** Nobody is at work: what is done now is no part of a run. */
  rest(): void {
    this.#current = null;
  }

  /** Makes or repeats a call of the caller at work. Returns false where it was left in the middle. */
  attempt(call: () => void): boolean {
    const stepper = this.#current;
    if (stepper === null) throw new Error('nobody is at work');
    stepper.repeated = 0;
    stepper.isLeaving = false;
    try {
      call();
    } catch (error) {
      if (!(error instanceof Left)) throw error;
    }
    if (this.#defect !== null) throw this.#defect;
    if (stepper.isLeaving) return false;
    stepper.record.length = 0;
    return true;
  }

  #step(kind: Kind, at: number, isPlain: boolean, act: () => number): number {
    const stepper = this.#current;
    if (stepper === null) return act();
    if (stepper.isLeaving) throw LEFT;
    const { record, repeated } = stepper;
    if (repeated < record.length) return this.#repeat(stepper, kind, at);
    if (this.#isPoint(stepper, isPlain)) this.#arrive(stepper);
    stepper.invoked ??= this.tick();
    const answer = act();
    record.push(KINDS.indexOf(kind), at, answer);
    stepper.repeated += 3;
    return answer;
  }

  #isPoint(stepper: Stepper, isPlain: boolean): boolean {
    if (!isPlain) return true;
    const isGuarded = Math.abs(this.#memory[LAYOUT.LOCK_AT] ?? 0) === stepper.lockValue;
    if (isGuarded) this.guarded += 1;
    else this.unguarded += 1;
    return this.#points === 'accesses' || !isGuarded;
  }

  /** Answers a step from the record. */
  #repeat(stepper: Stepper, kind: Kind, at: number): number {
    const { record, repeated } = stepper;
    if (record[repeated] !== KINDS.indexOf(kind) || record[repeated + 1] !== at) {
      this.#defect ??= new Error(`a repeated call does ${kind} at word ${at}, which it did not do before`);
      throw this.#defect;
    }
    stepper.repeated = repeated + 3;
    return record[repeated + 2] ?? 0;
  }

  /** Asks who takes the step; leaves the call where it is another. */
  #arrive(stepper: Stepper): void {
    const current = this.#steppers.indexOf(stepper);
    if (!this.#mayStep) {
      const next = this.#choose(this.taken.length, this.ready(), current);
      if (next !== current) {
        this.#chosen = next;
        this.#leave(stepper);
      }
    }
    this.#mayStep = false;
    this.taken.push(current);
  }

  #leave(stepper: Stepper): never {
    stepper.isLeaving = true;
    throw LEFT;
  }

  #sleep(at: number, expected: number): Woken {
    const stepper = this.#current;
    if (stepper === null) {
      this.#now += 1000;
      return 'timed-out';
    }
    const isWoken = this.#step('wait', at, false, () => {
      if (this.#memory[at] !== expected) return 0;
      stepper.standing = 'asleep';
      this.hasSlept = true;
      stepper.asleepAt = at;
      return this.#leave(stepper);
    });
    return isWoken === AWAKENED ? 'ok' : 'not-equal';
  }

  #wakeOne(at: number): number {
    const sleeper = this.#steppers.find((each) => each.standing === 'asleep' && each.asleepAt === at);
    if (sleeper === undefined) return 0;
    sleeper.standing = 'ready';
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

  /** Returns the memory, each access of which is a step. */
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
