/**
 * The lock: one for all callers of a shared state, in words of its header.
 *
 *     LOCK_AT     0          nobody holds it
 *                 n          caller n holds it, and nobody sleeps for it
 *                 -n         caller n holds it, and somebody may sleep for it
 *     TURN_AT     how often it was taken, modulo 2^32
 *     CALL_AT     what the holder is doing, as its place in VISITS
 *     BROKEN_AT   0, or who broke off inside a call: the state may be half changed
 *     CALLERS_AT  how many callers have attached; they are numbered from 1
 *
 * A caller that finds it held tries again a few times, then sleeps (`Atomics.wait`). Who releases it wakes one sleeper if there
 * may be any; the one that wakes takes the lock as `-n`, since others may still sleep. Not fair: whoever tries first takes it.
 *
 * Waiting is bounded. A caller that died inside never releases the lock, and each of the others panics when its patience ends.
 * One that died between being woken and taking the lock has taken the wake-up with it, so nobody sleeps for longer than a nap
 * at a time.
 *
 * Cost where nobody else wants it: two atomic steps and a few plain reads and writes.
 */
import { CALLS } from '../../spec/index.ts';
import * as layoutWords from '../layout.ts';
import { LockPanic, type Visit } from './lock-panic.ts';
import type { Steps } from './steps.ts';

/** Copies: the engine folds constants of a module into its code, but loads imported ones at each use. */
const { BROKEN_AT, CALL_AT, LOCK_AT, TURN_AT } = layoutWords;

/** All visits; `CALL_AT` holds the place of one. */
const VISITS: readonly Visit[] = [...CALLS, 'inspect'];

/** Nobody sleeps for longer at a time. */
const NAP_MS = 100;
/** Tries between two looks at the clock, where sleeping is not allowed. */
const TRIES_A_LOOK = 1000;

/** How a caller waits. */
export interface Waiting {
  /** Tries before it sleeps. */
  readonly spins: number;
  /** Milliseconds until it panics. */
  readonly patienceMs: number;
  /** Whether this thread may sleep: not so the main thread of a browser. One that may not tries until its patience ends. */
  readonly canBlock: boolean;
}

/** The guard of one caller's calls: the lock, or a stand-in for it. */
export interface Guard {
  /** Takes the lock; throws {@link LockPanic} where it cannot be had, or what it guards is broken. */
  enter(visit: Visit): void;
  /** Releases the lock, which this caller holds. */
  leave(): void;
  /** Records that this caller, which holds the lock, broke off inside a call. */
  noteBroken(): void;
}

/** Tries that a critical section of some 100 ns is over in. */
const DEFAULT_SPINS = 100;
const DEFAULT_PATIENCE_MS = 10_000;

/** Returns how a caller waits: as it says, and as is usual where it says nothing. */
export function withDefaults({ spins, patienceMs, canBlock }: Partial<Waiting>): Waiting {
  return {
    spins: spins ?? DEFAULT_SPINS,
    patienceMs: patienceMs ?? DEFAULT_PATIENCE_MS,
    canBlock: canBlock ?? true,
  };
}

/** The places of visits, from 1: found without a search, since every call asks. */
const PLACES: Readonly<Record<Visit, number>> = Object.assign(
  {},
  ...VISITS.map((visit, k) => ({ [visit]: k + 1 })),
);

function visitAt(place: number): Visit {
  return VISITS[place - 1] ?? 'a call';
}

/** How long one call has waited, and whether the lock has changed hands since it was first looked at. */
class Patience {
  readonly #words: Int32Array;
  readonly #steps: Steps;
  readonly #ms: number;
  readonly #start: number;
  #firstLook: { readonly at: number; readonly turn: number } | null = null;

  constructor(words: Int32Array, steps: Steps, ms: number) {
    this.#words = words;
    this.#steps = steps;
    this.#ms = ms;
    this.#start = steps.now();
  }

  /** How long to sleep at most. */
  get napMs(): number {
    return Math.min(NAP_MS, this.#start + this.#ms - this.#steps.now());
  }

  /** Whether it is at its end. */
  isOver(): boolean {
    const at = this.#steps.now();
    this.#firstLook ??= { at, turn: this.#steps.load(this.#words, TURN_AT) };
    return at - this.#start >= this.#ms;
  }

  /** Returns what there is to complain of, once patience is over. */
  complaint(holder: number): string {
    const { at, turn } = this.#firstLook ?? { at: 0, turn: 0 };
    const turns = (this.#steps.load(this.#words, TURN_AT) - turn) >>> 0;
    const lookedMs = Math.round(this.#steps.now() - at);
    const since = turns === 0 ? `for the last ${lookedMs} ms at least` : `after ${turns} turns of others`;
    return `no lock within ${this.#ms} ms: caller ${holder} holds it, ${since}`;
  }
}

export class Lock implements Guard {
  /** The number of this caller. */
  readonly caller: number;
  readonly #words: Int32Array;
  readonly #steps: Steps;
  readonly #waiting: Waiting;
  #turn = 0;

  constructor(words: Int32Array, steps: Steps, caller: number, waiting: Waiting) {
    this.#words = words;
    this.#steps = steps;
    this.caller = caller;
    this.#waiting = waiting;
  }

  /** The number of the turn that this caller had last; turns are in the order in which the lock was held. */
  get turn(): number {
    return this.#turn;
  }

  enter(visit: Visit): void {
    const words = this.#words;
    const seen = this.#steps.compareExchange(words, LOCK_AT, 0, this.caller);
    if (seen !== 0) this.#contend(visit, seen);
    this.#turn = (words[TURN_AT] + 1) >>> 0;
    words[TURN_AT] = this.#turn;
    if (words[BROKEN_AT] !== 0) this.#refuse(visit);
    words[CALL_AT] = PLACES[visit] ?? 0;
  }

  leave(): void {
    if (this.#steps.exchange(this.#words, LOCK_AT, 0) !== this.caller)
      this.#steps.wakeOne(this.#words, LOCK_AT);
  }

  noteBroken(): void {
    this.#words[BROKEN_AT] = this.caller;
  }

  /** Takes the lock, whose word was `found` a moment ago. */
  #contend(visit: Visit, found: number): void {
    const patience = new Patience(this.#words, this.#steps, this.#waiting.patienceMs);
    let seen = this.#spin(this.#waiting.spins, found);
    while (seen !== 0) {
      if (Math.abs(seen) === this.caller)
        throw this.#panic(visit, 'this caller holds the lock already', seen);
      const isOver = this.#waiting.canBlock ? this.#sleep(seen, patience) : patience.isOver();
      if (isOver) throw this.#panic(visit, patience.complaint(Math.abs(seen)), seen);
      seen = this.#waiting.canBlock ? this.#take(-this.caller) : this.#spin(TRIES_A_LOOK, seen);
    }
  }

  /** Tries once, as `own`. Returns what the word was: 0 where the lock was had. */
  #take(own: number): number {
    return this.#steps.compareExchange(this.#words, LOCK_AT, 0, own);
  }

  /** Tries `tries` times. Returns what the word was, as {@link #take}. */
  #spin(tries: number, found: number): number {
    let seen = found;
    for (let i = 0; i < tries && seen !== 0; i += 1) {
      const isFree = this.#steps.load(this.#words, LOCK_AT) === 0;
      if (isFree) seen = this.#take(this.caller);
    }
    return seen;
  }

  /** Sleeps while the lock's word is as it was seen, but for the sign. Returns whether patience is over. */
  #sleep(seen: number, patience: Patience): boolean {
    const [words, steps] = [this.#words, this.#steps];
    const isTold = seen < 0 || steps.compareExchange(words, LOCK_AT, seen, -seen) === seen;
    if (!isTold) return false;
    return steps.wait(words, LOCK_AT, -Math.abs(seen), patience.napMs) === 'timed-out' && patience.isOver();
  }

  #refuse(visit: Visit): never {
    const holder = this.#words[BROKEN_AT];
    const panic = this.#panic(
      visit,
      `the state may be half changed: caller ${holder} broke off inside`,
      holder,
    );
    this.leave();
    throw panic;
  }

  /** Returns a panic that blames a caller, and says what it was last known to do inside. */
  #panic(call: Visit, why: string, seen: number): LockPanic {
    const visit = visitAt(this.#steps.load(this.#words, CALL_AT));
    return new LockPanic(`${why}, in ${visit}`, { call, holder: Math.abs(seen), in: visit });
  }
}
