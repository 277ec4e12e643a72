/**
 * Threads: callers that really run at the same time, each in a worker thread, on one shared state. They work in rounds: all
 * begin together, each makes so many calls, and when the last has returned the round's history is whole.
 */
import { Worker } from 'node:worker_threads';
import { createSharedState } from '../../../impl/index.ts';
import { Config, MemoryMap } from '../../../spec/index.ts';
import type { HistoryCall } from '../history.ts';
import { CLOCK_AT, type Commission, PRESENT_AT, type RecordedCall, type Round } from './messages.ts';

/** A call of a history, and the turn that it had. */
export interface TurnedCall extends HistoryCall {
  readonly turn: number | null;
}

export interface ThreadsOptions {
  readonly map: MemoryMap;
  readonly config: Config;
  readonly callers: number;
  readonly seed: number;
  /** The module of the target, or null for our own implementation. */
  readonly module: string | null;
  readonly patienceMs: number;
}

/** The thread's module, beside this one: sources run as they are, and compiled. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? 'caller-thread.ts' : 'caller-thread.js',
  import.meta.url,
);

/** Returns the next message of a thread; rejects where it ends instead. */
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

export class Threads {
  /** The state that the callers share. */
  readonly state: SharedArrayBuffer;
  readonly #meeting: SharedArrayBuffer;
  readonly #workers: readonly Worker[];

  private constructor(options: ThreadsOptions) {
    const { map, config, callers, seed, module, patienceMs } = options;
    this.state = createSharedState(map, config);
    this.#meeting = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const common = {
      map: MemoryMap.encode(map),
      config: Config.encode(config),
      state: this.state,
      meeting: this.#meeting,
      callers,
      module,
      patienceMs,
    };
    this.#workers = Array.from({ length: callers }, (_, caller) => {
      const workerData: Commission = { ...common, caller, seed: seed * 64 + caller };
      return new Worker(ENTRY, { workerData });
    });
  }

  /** Starts the threads, and returns them when all have attached. */
  static async start(options: ThreadsOptions): Promise<Threads> {
    const threads = new Threads(options);
    await Promise.all(threads.#workers.map(answerOf));
    return threads;
  }

  /** Has each caller make so many calls, and returns the history of that. */
  async round(calls: number): Promise<readonly TurnedCall[]> {
    const meeting = new Int32Array(this.#meeting);
    meeting[CLOCK_AT] = 0;
    meeting[PRESENT_AT] = 0;
    const answers = this.#workers.map(async (worker, caller) => {
      const answer = answerOf(worker);
      worker.postMessage({ calls } satisfies Round);
      const recorded = (await answer) as readonly RecordedCall[];
      return recorded.map((call) => ({ ...call, caller }));
    });
    return (await Promise.all(answers)).flat();
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
