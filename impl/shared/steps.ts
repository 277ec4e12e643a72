/**
 * Atomic steps: the only ways in which callers of one shared state touch words that another one may touch at the same time.
 * Everything else happens inside the lock. A scheduler takes the place of the machine's own steps here, so that
 * the same code runs under schedules that are data.
 */

/** How a wait ended, as `Atomics.wait` says it. */
export type Woken = 'ok' | 'not-equal' | 'timed-out';

/** Steps on one word each; `words` lie in shared memory, and `at` counts words. */
export interface Steps {
  load(words: Int32Array, at: number): number;
  /** Adds and returns what was there before. */
  add(words: Int32Array, at: number, value: number): number;
  /** Writes and returns what was there before. */
  exchange(words: Int32Array, at: number, value: number): number;
  /** Writes where `expected` is there. Returns what was there before. */
  compareExchange(words: Int32Array, at: number, expected: number, replacement: number): number;
  /** Sleeps while `expected` is there, until woken or for `ms` milliseconds. */
  wait(words: Int32Array, at: number, expected: number, ms: number): Woken;
  /** Wakes one that waits at a word. */
  wakeOne(words: Int32Array, at: number): void;
  /** Milliseconds from some moment on, never less than before. */
  now(): number;
}

/** The machine's own. */
export const ATOMICS: Steps = {
  load: (words, at) => Atomics.load(words, at),
  add: (words, at, value) => Atomics.add(words, at, value),
  exchange: (words, at, value) => Atomics.exchange(words, at, value),
  compareExchange: (words, at, expected, replacement) =>
    Atomics.compareExchange(words, at, expected, replacement),
  wait: (words, at, expected, ms) => Atomics.wait(words, at, expected, ms),
  wakeOne: (words, at) => {
    Atomics.notify(words, at, 1);
  },
  now: () => performance.now(),
};
