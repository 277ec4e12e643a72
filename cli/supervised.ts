/**
 * The supervised side of a command: the process in which targets run. It reports its progress and its result to the supervisor over a
 * separate pipe, from which it also learns that it is interrupted. It takes from targets the ways to end this process: a call of
 * `process.exit` throws where it stands, so that it is an answer like any other, judged and shrunk.
 */
import { readSync, writeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setEnvironmentData, Worker } from 'node:worker_threads';
import { SHARED, type WatchData } from './watched.ts';

/** Environment variable that marks a supervised process. */
export const MARK = 'FRAMEPROOF_SUPERVISED';
/** File descriptor of the pipe to the supervisor. */
export const REPORTS = 3;

/** Whether progress is drawn as bars. In a log of a build server, whether or not it is a terminal, every step of a bar is a line. */
export function drawsBars(): boolean {
  return process.stderr.isTTY && !process.env.CI;
}

/** The name, in the environment of threads, of the counters of `runner/time-limit.ts`. */
const OUTSIDE = 'frameproof-outside';

/** The name under which they find the module of {@link keepProcessAlive}. */
const GUARD = 'frameproof-guard';

/** Characters of the word with which each report begins. */
const WORD_CHARACTERS = 36;

/** Reads the word, which the supervisor has written to the pipe by now. A target does not know it. */
function readWord(): string {
  const buffer = Buffer.alloc(WORD_CHARACTERS);
  let read = 0;
  while (read < WORD_CHARACTERS) read += readSync(REPORTS, buffer, read, WORD_CHARACTERS - read, null);
  return buffer.toString('latin1');
}

const word = process.env[MARK] === undefined ? undefined : readWord();
// A target does not need to know.
delete process.env[MARK];

/** Takes from this process the functions that would end it. What they are called with is in the error. */
export function keepProcessAlive(): void {
  const refuse =
    (name: string) =>
    (code?: unknown): never => {
      throw new Error(`the target called process.${name}(${code === undefined ? '' : String(code)})`);
    };
  const kill = process.kill.bind(process);
  Object.assign(process, {
    exit: refuse('exit'),
    reallyExit: refuse('reallyExit'),
    abort: refuse('abort'),
    // Files are named as the command was given them.
    chdir: refuse('chdir'),
    kill: (pid: number, signal?: string | number): boolean => {
      const isOwn = Math.abs(pid) === process.pid || pid === 0 || pid === process.ppid;
      return isOwn && signal !== 0 ? refuse('kill')(`${pid}, ${String(signal)}`) : kill(pid, signal);
    },
  });
}

/** What the threads of this process share; the main one makes a turn at least this often, unless it is busy. */
const shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SHARED.words));
const TURN_EVERY_MS = 1000;
const WATCH = new URL(
  import.meta.url.endsWith('.ts') ? 'process-watch.ts' : 'process-watch.js',
  import.meta.url,
);

const GIB = 2 ** 30;

/** Returns the bytes that this process may take: a quarter of the machine or container, or what a search of many states takes if that is more. */
function memoryLimit(): number {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const most = (machine * 3) / 4;
  return process.argv[2] === 'explore' ? most : Math.min(most, Math.max(machine / 4, 6 * GIB));
}

/** Has a thread listen to the supervisor, and end this process where it must end. */
export function heedSupervisor(): void {
  setEnvironmentData(GUARD, import.meta.url);
  setEnvironmentData(OUTSIDE, shared.subarray(SHARED.waiting));
  setInterval(() => Atomics.add(shared, SHARED.turns, 1), TURN_EVERY_MS).unref();
  const workerData: WatchData = { shared, word: word ?? '', reports: REPORTS, limitBytes: memoryLimit() };
  new Worker(WATCH, { workerData }).unref();
}

/** Reports the exit code of the command to the supervisor. What goes on after that is ended by it. */
export function reportOutcome(exitCode: number): void {
  writeSync(REPORTS, `${word} ends ${exitCode}\n`);
}

/** Reports what the command is doing, in one line, to the supervisor; nothing in a process without one. */
export function reportProgress(text: string): void {
  if (word !== undefined) writeSync(REPORTS, `${word} does ${text}\n`);
}

/** Timers of a target have this long to end once a command has found what it will find. */
const LATE_MS = 500;
const TURN_MS = 10;
let lateEnd: number | undefined;

/** Waits for timers of the target, which may throw. */
export async function quiet(): Promise<void> {
  if (word === undefined) return;
  lateEnd ??= performance.now() + LATE_MS;
  do await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  while (performance.now() < lateEnd && process.getActiveResourcesInfo().includes('Timeout'));
}

let signal: AbortSignal | undefined;

/**
 * Ctrl-C asks for what was found so far. The supervisor passes SIGTERM and SIGHUP on as SIGINT, and ends what does not end. Code that
 * does not return to the event loop sees at once that the signal is aborted; listeners are called when it does.
 */
export function interruption(): AbortSignal {
  if (signal !== undefined) return signal;
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    Atomics.store(shared, SHARED.interrupted, 1);
    interrupt.abort();
  });
  signal = Object.defineProperty(interrupt.signal, 'aborted', {
    get: () => Atomics.load(shared, SHARED.interrupted) === 1,
  });
  return signal;
}
