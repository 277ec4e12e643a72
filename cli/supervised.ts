/**
 * The supervised side of a command: the process in which targets run. It reports its progress and its result to the supervisor over a
 * separate pipe, from which it also learns that it is interrupted. It takes from targets the ways to end this process: a call of
 * `process.exit` throws where it stands, so that it is an answer like any other, judged and shrunk.
 */
import { readSync, writeSync } from 'node:fs';
import { setEnvironmentData } from 'node:worker_threads';
import { KEEPER, keepProcessAlive, timersEnd, type Watch, watchProcess } from '../properties/watch/index.ts';
import { MARK, REPORTS, settledLate } from './exit-codes.ts';

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

/** The watch over this process. */
let watch: Watch | undefined;

/** Has a thread listen to the supervisor, and end this process where it must end; takes from targets what would end it. */
export function heedSupervisor(): void {
  keepProcessAlive();
  // Threads that load a module look for it.
  setEnvironmentData('frameproof-guard', KEEPER);
  watch = watchProcess({ reports: REPORTS, word: word ?? '' }, process.argv[2] === 'explore');
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
let lateEnd: number | undefined;

/** Waits for timers of the target, which may throw. */
export async function quiet(): Promise<void> {
  if (word === undefined) return;
  lateEnd ??= performance.now() + LATE_MS;
  await timersEnd(lateEnd);
}

/** Waits for what the target may still throw outside its calls, and returns all that it threw. Later errors do not count. */
export async function lateErrors(): Promise<readonly string[]> {
  await quiet();
  return settledLate();
}

/** Returns the lines on errors outside calls. */
export function lateLines(target: string, late: readonly string[]): readonly string[] {
  return late.map((error) => `${target} threw outside its calls: ${error}`);
}

let signal: AbortSignal | undefined;
let isInterrupted = false;

/**
 * Ctrl-C asks for what was found so far. The supervisor passes SIGTERM and SIGHUP on as SIGINT, and ends what does not end. Code that
 * does not return to the event loop sees at once that the signal is aborted; listeners are called when it does.
 */
export function interruption(): AbortSignal {
  if (signal !== undefined) return signal;
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    isInterrupted = true;
    interrupt.abort();
  });
  signal = Object.defineProperty(interrupt.signal, 'aborted', {
    get: () => isInterrupted || watch?.isInterrupted === true,
  });
  return signal;
}
