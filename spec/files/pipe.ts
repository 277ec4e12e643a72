/**
 * Pipes: a named pipe that nobody has opened at its other end would make us wait for ever. Files are opened so that the
 * system does not wait (it says `EAGAIN` instead), and we wait here, for a bounded time.
 */

/** How long a pipe may give nothing, or take nothing, in milliseconds, where nothing else is asked for. */
export const PATIENCE_MS = 5000;
const PAUSE_MS = 5;

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Waits a moment, and blocks this thread. */
export function pause(): void {
  Atomics.wait(NEVER_WOKEN, 0, 0, PAUSE_MS);
}

/** Returns when a moment has passed. */
export function pauseAside(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS);
  });
}

/** Time that runs out unless something happens. */
export class Patience {
  #until: number;
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
    this.#until = performance.now() + ms;
  }

  /** In messages: `5 s`. */
  get text(): string {
    return `${this.#ms / 1000} s`;
  }

  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  /** Something happened: the time begins anew. */
  renew(): void {
    this.#until = performance.now() + this.#ms;
  }
}
