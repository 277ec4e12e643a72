/**
 * Threads: callers that really run at the same time, each in a worker thread, on one shared state. They work in rounds: all start
 * together, each makes the same number of calls, and when the last call has returned the round's history is complete.
 */
import { Worker } from 'node:worker_threads';
import { createSharedState } from '../../../impl/index.ts';
import { Config, counted, MemoryMap, ramPages, SpecError } from '../../../spec/index.ts';
import type { HistoryCall } from '../history.ts';
import { type CallerThreadData, CLOCK_AT, PRESENT_AT, type RecordedCall, type Round } from './messages.ts';

/** A call of a history, with its turn if the target tells it. */
export interface CallWithTurn extends HistoryCall {
  readonly turn: number | null;
}

/**
 * The memory, the number of callers, and the target of a run in threads.
 * @public
 */
export interface ThreadsOptions {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly callers: number;
  readonly seed: number;
  /** The module of the target, or null for our own implementation. */
  readonly module: string | null;
  /** Milliseconds that a call waits for the lock before it panics. */
  readonly patienceMs: number;
  /** Milliseconds of processor time in which a call must return, where that is less. Default: 20,000. */
  readonly busyMs?: number;
}

/** The thread's module, as source or compiled like this one. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? 'caller-thread.ts' : 'caller-thread.js',
  import.meta.url,
);

/** Returns the next message of a thread; rejects if the thread ends instead. */
function answerOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number): void => reject(new Error(`a caller's thread ended with ${code}`));
    worker.once('message', (message) => {
      worker.off('error', reject);
      worker.off('exit', onExit);
      resolve(message);
    });
    worker.once('error', reject);
    worker.once('exit', onExit);
  });
}

/** Creates the state that the callers share. Throws `SpecError` where the engine has no buffer so large. */
function stateOf(map: MemoryMap, config: Config): SharedArrayBuffer {
  try {
    return createSharedState(map, config);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const found = `found ${counted(ramPages(map), 'page frame')} of RAM`;
    throw new SpecError(
      `memory map: expected one whose state threads can share: ${found}, and this machine has no memory for it`,
      {
        cause: error,
      },
    );
  }
}

/** A round in which no caller returned from a call for a long time. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
  /** The callers that have not returned. */
  readonly callers: readonly number[];

  constructor(callers: readonly number[], ms: number) {
    const who = callers.map((caller) => `caller ${caller + 1}`).join(', ');
    super(`no call has returned for ${Math.round(ms / 1000)} s: ${who}`);
    this.callers = callers;
  }
}

/** Milliseconds beyond those that a caller waits for the lock: it then says so itself. */
const STUCK_MS = 5000;
/** A caller that loops uses the processor; one that a busy machine keeps waiting does not. */
const BUSY_MS = 20_000;
const LOOK_MS = 500;

/** Milliseconds of processor time that this process has used. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export class Threads {
  /** The state that the callers share. */
  readonly state: SharedArrayBuffer;
  readonly #barrier: SharedArrayBuffer;
  readonly #workers: readonly Worker[];
  readonly #stuckMs: number;
  readonly #busyMs: number;

  private constructor(options: ThreadsOptions) {
    const { map, config, callers, seed, module, patienceMs, busyMs = BUSY_MS } = options;
    this.state = stateOf(map, config);
    this.#stuckMs = patienceMs + STUCK_MS;
    this.#busyMs = busyMs;
    this.#barrier = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const common = {
      map: MemoryMap.encode(map),
      config: Config.encode(config),
      state: this.state,
      barrier: this.#barrier,
      callers,
      module,
      patienceMs,
    };
    this.#workers = Array.from({ length: callers }, (_, caller) => {
      const workerData: CallerThreadData = { ...common, caller, seed: seed * 64 + caller };
      return new Worker(ENTRY, { workerData });
    });
  }

  /** Starts the threads. Resolves when all have attached. */
  static async start(options: ThreadsOptions): Promise<Threads> {
    const threads = new Threads(options);
    await Promise.all(threads.#workers.map(answerOf));
    return threads;
  }

  /** Lets each caller make `calls` calls, and returns their history. Rejects with {@link StuckError} where callers do not return. */
  async round(calls: number): Promise<readonly CallWithTurn[]> {
    const barrier = new Int32Array(this.#barrier);
    barrier[CLOCK_AT] = 0;
    barrier[PRESENT_AT] = 0;
    const open = new Set(this.#workers.keys());
    const answers = this.#workers.map(async (worker, caller) => {
      const answer = answerOf(worker);
      worker.postMessage({ calls } satisfies Round);
      const recorded = (await answer) as readonly RecordedCall[];
      open.delete(caller);
      return recorded.map((call) => ({ ...call, caller }));
    });
    const watch = new AbortController();
    try {
      return (await Promise.race([Promise.all(answers), this.#stuck(open, watch.signal)])).flat();
    } finally {
      watch.abort();
    }
  }

  /** Rejects when the clock of the calls has stood still for too long. */
  #stuck(open: ReadonlySet<number>, signal: AbortSignal): Promise<never> {
    const barrier = new Int32Array(this.#barrier);
    let [clock, since, used] = [0, performance.now(), processorMs()];
    return new Promise((_, reject) => {
      const timer = setInterval(() => {
        const now = Atomics.load(barrier, CLOCK_AT);
        if (now !== clock) [clock, since, used] = [now, performance.now(), processorMs()];
        const ms = performance.now() - since;
        const isBusy = ms > this.#busyMs && processorMs() - used > this.#busyMs;
        if (isBusy || ms > this.#stuckMs) reject(new StuckError([...open], ms));
      }, LOOK_MS);
      signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    });
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
