/** What a supervised process shares with the thread that watches over it (`process-watch.ts`). */

/** The start data of the thread. */
export interface WatchData {
  /** The words at {@link SHARED}. */
  readonly shared: Int32Array;
  /** The word with which each report begins. */
  readonly word: string;
  /** File descriptor of the pipe to the supervisor. */
  readonly reports: number;
  /** Bytes of memory that the process may take. */
  readonly limitBytes: number;
}

/**
 * Places of what the threads of a process share: whether it is interrupted; the turns that the event loop of the main thread has made; and
 * what `runner/time-limit.ts` counts: threads that wait for code of a target outside its calls, and how often one has begun or ended to.
 */
export const SHARED = { interrupted: 0, turns: 1, waiting: 2, waits: 3, words: 4 } as const;
