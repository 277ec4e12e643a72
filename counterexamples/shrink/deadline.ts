/**
 * Deadlines: the moment at which a shrinking ends, or earlier if it is interrupted. Between two executions it is asked whether the time
 * is over, within each only for the interruption: an execution that time cut off would show nothing.
 */

export class Deadline {
  readonly #until: number;
  readonly #signal: AbortSignal | undefined;

  /** A deadline at a time of `performance.now()`. */
  constructor(until: number, signal?: AbortSignal) {
    this.#until = until;
    this.#signal = signal;
  }

  get isOver(): boolean {
    return performance.now() >= this.#until || this.isInterrupted();
  }

  readonly isInterrupted = (): boolean => this.#signal?.aborted === true;

  /** Returns the deadline after a part of the time that is left. */
  after(part: number): Deadline {
    const now = performance.now();
    return new Deadline(now + Math.max(1, this.#until - now) * part, this.#signal);
  }
}
