/**
 * The supervisor: the main process of a command that runs targets. Nothing of the user's runs in it. It starts the command in
 * a separate process group, passes signals on, and ends the group, and what has left it, when the command has reported its result: no
 * exit hook, timer, left-over thread or process of a target decides the exit code or prolongs the command.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { drawsBars, EXIT, MARK, REPORTS } from './exit-codes.ts';

/** A command has this long to end by itself once it has reported its result. */
const LINGER_MS = 500;
/** A command has this long to print what it has found once it is interrupted. */
const INTERRUPT_MS = 1300;
/** Standard error gets a line on the progress this often, unless it is a terminal: there the command draws a bar. */
const PROGRESS_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** The exit code of a process that a signal ended, as shells have it. */
function exitCodeOf(signal: EndingSignal): number {
  return 128 + constants.signals[signal];
}

/**
 * Environment variable that marks all that a command has started, directly or not: processes inherit it. So what has left the process group
 * is found. What has cleared its environment is out of reach, and on systems without `/proc/PID/environ` everything is.
 *
 * Source: https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
 */
const RUN = 'FRAMEPROOF_RUN';
/** A process may start another one while it is being ended: then there is another round. */
const ROUNDS = 10;
/** A program that a process is just starting has no environment for a moment: a round that finds nothing is made again after this. */
const STARTING_MS = 5;

/** Returns the environment of a process; nothing for one that has ended, or is another user's. */
function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function marked(mark: string): readonly number[] {
  const variable = `${RUN}=${mark}\0`;
  return processes()
    .filter((pid) => environmentOf(pid).includes(variable))
    .map(Number);
}

/** Ends all processes that have a mark. */
function endMarked(mark: string): void {
  const quiet = new Int32Array(new SharedArrayBuffer(4));
  let isQuiet = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = marked(mark);
    for (const pid of found) endProcess(pid);
    if (found.length === 0 && isQuiet) return;
    isQuiet = found.length === 0;
    if (isQuiet) Atomics.wait(quiet, 0, 0, STARTING_MS);
  }
}

/** Ends a process, or a group where the number is negative. One of another user, or one that has ended, is not touched. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')))
      throw error;
  }
}

/** The end of the process without a report, in words. */
function endedHow(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'it was killed: did it take all memory?';
  if (signal === 'SIGABRT') return 'it died of SIGABRT: did its heap run out of memory?';
  return signal === null ? `it ended with exit code ${code}` : `it died of ${signal}`;
}

/** Says something that the command itself cannot. What prints is loaded only then. */
async function tell(message: string): Promise<void> {
  const { say } = await import('./print.ts');
  say(message);
}

/** Prints a line on the progress now and then. The command itself may be busy in a single call. */
function tellProgress(command: string, progress: () => string): void {
  if (drawsBars()) return;
  let ms = 0;
  setInterval(() => {
    ms += PROGRESS_MS;
    void tell(`${command}: ${progress()} (${ms / 1000} s)`);
  }, PROGRESS_MS).unref();
}

/** Commands that run a module's programs in separate processes once it has ended the process that it ran in. */
const REPEATABLE = ['check', 'profile', 'replay', 'shrink', 'verify', 'soak'];
/** Environment variable that says so. */
const APART = 'FRAMEPROOF_APART';

/** Runs a command line in a child process, and ends this one with the exit code that the child reports. */
export function supervise(script: string, args: readonly string[]): void {
  const [command = ''] = args;
  const [word, mark] = [randomUUID(), randomUUID()];
  let interruptedBy: EndingSignal | null = null;
  let progress = '';
  const run = (isApart: boolean): ChildProcess => {
    const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, [MARK]: 'yes', [RUN]: mark, ...(isApart ? { [APART]: 'yes' } : {}) },
      detached: true,
    });
    let reported: number | null = null;
    let unread = '';
    /** Why the process ended itself, in words. */
    let death: string | null = null;
    let stuck: string | null = null;
    const conclude = (exitCode: number): void => {
      if (!isApart || exitCode !== EXIT.holds) end(exitCode);
      void tell('no result: the target ended the process that it ran in, and did not do so again').then(() =>
        end(EXIT.unusable),
      );
    };
    const report = (line: string): void => {
      const [, verb, text = ''] = new RegExp(`^${word} (ends|does|takes|sticks) (.*)$`).exec(line) ?? [];
      if (verb === 'does') progress = text;
      if (verb === 'takes') death = text;
      if (verb === 'sticks') stuck = text;
      if (verb !== 'ends' || reported !== null) return;
      const exitCode = Number(text);
      reported = exitCode;
      setTimeout(() => conclude(exitCode), LINGER_MS).unref();
    };
    const reports = reportsOf(child);
    // Not in its environment, which a target could read.
    reports.write(word);
    // A child that has ended does not listen any more.
    reports.setEncoding('utf8').on('error', () => {});
    reports.on('data', (text: string) => {
      const lines = (unread + text).split('\n');
      unread = lines.pop() ?? '';
      for (const line of lines) report(line);
    });
    child.once('error', (error) => {
      void tell(`the command cannot be started: ${error.message}`).then(() => process.exit(EXIT.unusable));
    });
    child.once('close', (code, signal) => {
      if (reported !== null) return conclude(reported);
      if (interruptedBy !== null) end(exitCodeOf(interruptedBy));
      if (stuck !== null) return void tell(`no result: ${stuck}`).then(() => end(EXIT.unusable));
      const how = `the target ended the process that it ran in: ${death ?? endedHow(code, signal)}`;
      if (!isApart && REPEATABLE.includes(command))
        void tell(`${how}; it runs again, in a process of its own`).then(() => {
          running = run(true);
        });
      else void tell(`no result: ${how}`).then(() => end(EXIT.unusable));
    });
    return child;
  };
  const end = (exitCode: number): never => {
    if (running.pid !== undefined) endProcess(-running.pid);
    endMarked(mark);
    process.exit(
      interruptedBy !== null && exitCode === EXIT.interrupted ? exitCodeOf(interruptedBy) : exitCode,
    );
  };
  let running = run(false);
  tellProgress(command, () => (progress === '' ? 'running' : progress));
  for (const signal of SIGNALS)
    process.on(signal, () => {
      // A second one ends the command at once.
      if (interruptedBy !== null) end(exitCodeOf(signal));
      interruptedBy = signal;
      reportsOf(running).write('interrupted\n');
      running.kill('SIGINT');
      // There may be something to say when the time is over, and none left to load what says it.
      void import('./print.ts');
      setTimeout(() => {
        const stuck = `interrupted, without a summary: it did not stop within ${INTERRUPT_MS / 1000} s; what was found, if anything, is printed above`;
        void tell(`${command}: ${stuck}`).then(() => end(exitCodeOf(signal)));
      }, INTERRUPT_MS).unref();
    });
}

function reportsOf(child: ChildProcess): Duplex {
  return child.stdio[REPORTS] as Duplex;
}
