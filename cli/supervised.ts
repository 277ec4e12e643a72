/**
 * The supervised side of a command: the process in which targets run. It reports its progress and its result to the supervisor over a
 * separate pipe, from which it also learns that it is interrupted. It takes from targets the ways to end this process: a call of
 * `process.exit` throws where it stands, so that it is an answer like any other, judged and shrunk.
 */
import { readSync, writeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setEnvironmentData, Worker } from 'node:worker_threads';

/** Environment variable that marks a supervised process. */
export const MARK = 'FRAMEPROOF_SUPERVISED';
/** File descriptor of the pipe to the supervisor. */
export const REPORTS = 3;

/** Whether progress is drawn as bars. In a log of a build server, whether or not it is a terminal, every step of a bar is a line. */
export function drawsBars(): boolean {
  return process.stderr.isTTY && !process.env.CI;
}

/** Code of a target that runs outside its calls, while it is loaded or in a timer, has this long. */
const STUCK_MS = 20_000;
/** Memory is looked at this often: a target fills a GiB in a second. */
const WATCH_MS = 50;
/** The name, in the environment of threads, of the counters of `runner/time-limit.ts`. */
const OUTSIDE = 'frameproof-outside';

/** Thrown where a target tries to end the process that it runs in. */
class ProcessEndError extends Error {
  override readonly name = 'ProcessEndError';
}

/** Where a thread finds {@link keepProcessAlive}. */
export const GUARD = import.meta.url;

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
      throw new ProcessEndError(
        `the target called process.${name}(${code === undefined ? '' : String(code)})`,
      );
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

/**
 * Reads from the pipe in a separate thread, since this one may be busy. What the supervisor writes is that the command is interrupted.
 * The pipe ends when the supervisor does: then nobody is left to end the process group. The thread ends this process too where that takes
 * too much memory, which no limit of the engine covers outside its heap, or where code of a target that runs outside its calls does not return.
 */
const WATCH = `const { shared, word, limitBytes } = require('node:worker_threads').workerData;
const [INTERRUPTED, WAITING, WAITS] = [0, 1, 2];
const end = () => process.kill(-process.pid, 'SIGKILL');
const reports = new (require('node:net').Socket)({ fd: ${REPORTS}, allowHalfOpen: true });
reports.on('data', () => Atomics.store(shared, INTERRUPTED, 1)).on('end', end).on('error', end);
const endOnly = (report) => {
  require('node:fs').writeSync(${REPORTS}, word + ' ' + report + '\\n');
  process.kill(process.pid, 'SIGKILL');
};
let [waits, looks] = [0, 0];
setInterval(() => {
  const isSame = Atomics.load(shared, WAITING) > 0 && Atomics.load(shared, WAITS) === waits;
  [waits, looks] = [Atomics.load(shared, WAITS), isSame ? looks + 1 : 0];
  if (looks > ${STUCK_MS / WATCH_MS})
    endOnly('sticks for ${STUCK_MS / 1000} s');
  if (process.memoryUsage.rss() > limitBytes)
    endOnly('takes ' + (limitBytes / 2 ** 30).toFixed(1) + ' GiB');
}, ${WATCH_MS});`;

/** Whether the command is interrupted: 1 as soon as the supervisor has said so, however busy this thread is. Then {@link OUTSIDE}. */
const shared = new Int32Array(new SharedArrayBuffer(12));

const GIB = 2 ** 30;

/** Returns the bytes that this process may take: a quarter of the machine or container, or what a search of many states takes if that is more. */
function memoryLimit(): number {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const most = (machine * 3) / 4;
  return process.argv[2] === 'explore' ? most : Math.min(most, Math.max(machine / 4, 6 * GIB));
}

/** Listens to the supervisor, and ends this process and what it has started when that is killed. */
export function heedSupervisor(): void {
  setEnvironmentData(OUTSIDE, shared.subarray(1));
  new Worker(WATCH, { eval: true, workerData: { shared, word, limitBytes: memoryLimit() } }).unref();
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
    Atomics.store(shared, 0, 1);
    interrupt.abort();
  });
  signal = Object.defineProperty(interrupt.signal, 'aborted', {
    get: () => Atomics.load(shared, 0) === 1,
  });
  return signal;
}
