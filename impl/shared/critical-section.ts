/**
 * The critical section: what one caller does while it holds the lock. The lock is released on every path out of it.
 *
 * A panic over misuse comes before any change: the others go on. Any other error is a defect and may have left the state half
 * changed: the lock is released too, and from then on every call of every caller panics and says whose call it was.
 */
import { isPmmPanic } from '../../spec/index.ts';
import type { Guard } from './lock.ts';
import type { Visit } from './lock-panic.ts';

/** Records that the call under way broke off, unless it panicked over misuse, before any change. */
export function noteBreak(guard: Guard, error: unknown): void {
  if (!isPmmPanic(error)) guard.noteBroken();
}

export class CriticalSection {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** Does something while the lock is held, and returns what it returns. Throws `LockPanic` where the lock cannot be had. */
  run<T>(visit: Visit, act: () => T): T {
    this.#guard.enter(visit);
    try {
      return act();
    } catch (error) {
      noteBreak(this.#guard, error);
      throw error;
    } finally {
      this.#guard.leave();
    }
  }
}
