/** Watches: a thread looks after this process while code of a target runs in it, and ends it where nothing else would. */
import { totalmem } from 'node:os';
import { setEnvironmentData, Worker } from 'node:worker_threads';

/** The pipe to a supervisor, and the word with which each report to it begins. */
export interface Supervision {
  readonly reports: number;
  readonly word: string;
}

/** The start data of the thread. */
export interface WatchData {
  /** The words at {@link SHARED}. */
  readonly shared: Int32Array;
  /** Null where nobody supervises the process: then the reason is printed. */
  readonly supervision: Supervision | null;
  /** Bytes of memory that the process may take. */
  readonly limitBytes: number;
}

/**
 * Places of what the threads of a process share: whether it is interrupted; the turns that the event loop of the main thread has made; and
 * what `runner/time-limit.ts` counts: threads that wait for code of a target outside its calls, and how often one has begun or ended to.
 */
export const SHARED = { interrupted: 0, turns: 1, waiting: 2, waits: 3, words: 4 } as const;

/** The name, in the environment of threads, of the counters of `runner/time-limit.ts`. */
const OUTSIDE = 'frameproof-outside';
/** The main thread makes a turn at least this often, unless it is busy. */
const TURN_EVERY_MS = 1000;

const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? 'watch-thread.ts' : 'watch-thread.js',
  import.meta.url,
);

const GIB = 2 ** 30;

/** Returns the bytes that a process may take: a quarter of the machine or container; with `most`, three quarters. */
function memoryLimit(most: boolean): number {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const limit = (machine * 3) / 4;
  return most ? limit : Math.min(limit, Math.max(machine / 4, 6 * GIB));
}

/** A watch over this process. */
export interface Watch {
  /** The words at {@link SHARED}. */
  readonly shared: Int32Array;
  end(): Promise<void>;
}

/** Begins to watch. `takesMost` is for a search of many states, which may take most of the memory. */
export function watchProcess(supervision: Supervision | null, takesMost = false): Watch {
  const shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SHARED.words));
  setEnvironmentData(OUTSIDE, shared.subarray(SHARED.waiting));
  const turning = setInterval(() => Atomics.add(shared, SHARED.turns, 1), TURN_EVERY_MS).unref();
  const workerData: WatchData = { shared, supervision, limitBytes: memoryLimit(takesMost) };
  const thread = new Worker(THREAD, { workerData });
  thread.unref();
  return {
    shared,
    end: async () => {
      clearInterval(turning);
      setEnvironmentData(OUTSIDE, undefined);
      await thread.terminate();
    },
  };
}

const TURN_MS = 10;

/** Returns the number of timers that keep this process alive. */
export function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

/** Waits while there are more timers than before, up to a moment: they are a target's, and may throw. */
export async function timersEnd(end: number, before = 0): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  while (performance.now() < end && activeTimers() > before);
}
