/**
 * Who watches over a process in which code of a target runs. It loses the ways to end that: a call of `process.exit` throws where it stands, and is
 * an answer like any other. And a thread looks after the process, and ends it where nothing else would.
 */
import { totalmem } from 'node:os';
import { setEnvironmentData, Worker } from 'node:worker_threads';

/** The pipe to a supervisor, and the word with which each report to it begins. */
interface Supervision {
  readonly reports: number;
  readonly word: string;
}

/** The start data of the thread. */
export interface WatchData {
  /** The words at {@link SHARED}. */
  readonly shared: Int32Array;
  readonly at: typeof SHARED;
  /** Null where nobody supervises the process: then the reason is printed. */
  readonly supervision: Supervision | null;
  /** Bytes of memory that the process may take. */
  readonly limitBytes: number;
}

/**
 * Places of what the threads of a process share: whether it is interrupted; the turns that the event loop of the main thread has made; and
 * what `runner/time-limit.ts` counts: threads that wait for code of a target outside its calls, and how often one has begun or ended to.
 */
const SHARED = { interrupted: 0, turns: 1, waiting: 2, waits: 3, words: 4 } as const;

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
  /** Whether the supervisor has said that the command is interrupted. */
  readonly isInterrupted: boolean;
  end(): Promise<void>;
}

/** Begins to watch. `takesMost` is for a search of many states, which may take most of the memory. */
export function watchProcess(supervision: Supervision | null, takesMost = false): Watch {
  const shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SHARED.words));
  setEnvironmentData(OUTSIDE, shared.subarray(SHARED.waiting));
  const turning = setInterval(() => Atomics.add(shared, SHARED.turns, 1), TURN_EVERY_MS).unref();
  const workerData: WatchData = { shared, at: SHARED, supervision, limitBytes: memoryLimit(takesMost) };
  const thread = new Worker(THREAD, { workerData });
  thread.unref();
  return {
    get isInterrupted() {
      return Atomics.load(shared, SHARED.interrupted) === 1;
    },
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

/** Where a thread finds {@link keepProcessAlive}. */
export const KEEPER = import.meta.url;

/** Names of the functions that are taken. Files are named as the command was given them: the folder stays the same. */
const TAKEN = ['exit', 'reallyExit', 'abort', 'chdir', 'kill'] as const;

/** Whether a call would end this process, or its parent. */
function isMeant(name: (typeof TAKEN)[number], [pid, signal]: readonly unknown[]): boolean {
  if (name !== 'kill') return true;
  return (Math.abs(Number(pid)) === process.pid || pid === 0 || pid === process.ppid) && signal !== 0;
}

/**
 * Takes from this process, or thread, the functions that would end it, and returns what gives them back. What they are called with is in the
 * error. Where `isRefused` returns false, they do what they did.
 */
export function keepProcessAlive(isRefused: () => boolean = () => true): () => void {
  const own = TAKEN.map((name) => [name, Reflect.get(process, name)] as const);
  const refusing = own.map(([name, act]) => {
    const refuse = (...args: readonly unknown[]): unknown => {
      if (!isMeant(name, args) || !isRefused()) return Reflect.apply(act, process, args);
      throw new Error(`the target called process.${name}(${args.join(', ')})`);
    };
    return [name, refuse] as const;
  });
  Object.assign(process, Object.fromEntries(refusing));
  return () => Object.assign(process, Object.fromEntries(own));
}
