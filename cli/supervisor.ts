/**
 * The supervisor: the main process of a command that runs targets. Nothing of the user's runs in it. It starts the command in
 * a separate process group, passes signals on, and ends the group when the command has reported its result: no exit hook,
 * timer or left-over thread of a target decides the exit code or prolongs the command.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { EXIT } from './exit-codes.ts';
import { MARK, REPORTS } from './supervised.ts';

/** A command has this long to end by itself once it has reported its result. */
const LINGER_MS = 500;
/** A command has this long to print what it has found once it is interrupted. */
const INTERRUPT_MS = 1500;
/** Standard error gets a line on the progress this often, unless it is a terminal: there the command draws a bar. */
const PROGRESS_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof SIGNALS)[number];

/** The exit code of a process that a signal ended, as shells have it. */
function exitCodeOf(signal: EndingSignal): number {
  return 128 + constants.signals[signal];
}

/** Ends a process group. One of another user, or one that has ended, is not touched. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
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
  if (process.stderr.isTTY) return;
  let ms = 0;
  setInterval(() => {
    ms += PROGRESS_MS;
    void tell(`${command}: ${progress()} (${ms / 1000} s)`);
  }, PROGRESS_MS).unref();
}

/** Runs a command line in a child process, and ends this one with the exit code that the child reports. */
export function supervise(script: string, args: readonly string[]): void {
  const word = randomUUID();
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [MARK]: word },
    detached: true,
  });
  let reported: number | null = null;
  let interruptedBy: EndingSignal | null = null;
  let unread = '';
  let progress = '';
  const end = (exitCode: number): never => {
    endGroup(child);
    process.exit(
      interruptedBy !== null && exitCode === EXIT.interrupted ? exitCodeOf(interruptedBy) : exitCode,
    );
  };
  const report = (line: string): void => {
    const [, verb, text = ''] = new RegExp(`^${word} (ends|does) (.*)$`).exec(line) ?? [];
    if (verb === 'does') progress = text;
    if (verb !== 'ends' || reported !== null) return;
    reported = Number(text);
    setTimeout(() => end(reported ?? EXIT.defect), LINGER_MS).unref();
  };
  const reports = child.stdio[REPORTS] as Duplex;
  // A child that has ended does not listen any more.
  reports.setEncoding('utf8').on('error', () => {});
  reports.on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    for (const line of lines) report(line);
  });
  tellProgress(args[0] ?? '', () => (progress === '' ? 'running' : progress));
  for (const signal of SIGNALS)
    process.on(signal, () => {
      // A second one ends the command at once.
      if (interruptedBy !== null) end(exitCodeOf(signal));
      interruptedBy = signal;
      reports.write('interrupted\n');
      child.kill('SIGINT');
      setTimeout(() => end(exitCodeOf(signal)), INTERRUPT_MS).unref();
    });
  child.once('error', (error) => {
    void tell(`the command cannot be started: ${error.message}`).then(() => process.exit(EXIT.unusable));
  });
  child.once('close', (code, signal) => {
    if (reported !== null) end(reported);
    if (interruptedBy !== null) end(exitCodeOf(interruptedBy));
    const how = endedHow(code, signal);
    void tell(`there is no result: the target ended the process that it ran in: ${how}`).then(() =>
      end(EXIT.unusable),
    );
  });
}
