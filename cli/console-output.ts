/** A console's output: what a command prints that runs a kernel, as it comes. The command is stopped with all that it has started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { codeOf, type OutputFile } from '../spec/files/index.ts';
import { SpecError } from '../spec/index.ts';

/** Characters of standard error that are shown if there is no log: the last ones. */
const STDERR_KEPT = 400;
/** Milliseconds that the rest of standard error is waited for when the command has ended. */
const COMPLAINT_MS = 1000;

export class ConsoleOutput {
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #copy: OutputFile | null;
  /** Fulfilled when the command has ended and its output is read to the end. */
  readonly #closed: Promise<unknown>;
  #stderr = '';
  #isStopped = false;

  /** Starts the command, by the shell. What it prints is also written to `copy`. */
  constructor(command: string, copy: OutputFile | null) {
    this.#command = command;
    this.#copy = copy;
    this.#child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#closed = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
  }

  /** Yields what the command prints, until it ends or is stopped. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const decoder = new TextDecoder('utf-8');
    for await (const bytes of this.#child.stdout ?? []) {
      if (!(bytes instanceof Uint8Array)) continue;
      this.#copy?.write(decoder.decode(bytes, { stream: true }));
      yield bytes;
    }
  }

  /** Ends the command, and all that it has started in its process group. */
  readonly stop = (): void => {
    this.#isStopped = true;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // The group has ended.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  };

  /** Returns how the command ended, once its output is read to the end. */
  async ending(): Promise<string> {
    if (this.#isStopped) return 'was stopped, as its time was over';
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    const { exitCode, signalCode } = this.#child;
    return exitCode === null ? `died of ${signalCode}` : `ended with exit code ${exitCode}`;
  }

  /** Returns the error that says why there was no log: how the command ended by itself, and what it complained of. */
  async withoutLog(error: SpecError): Promise<SpecError> {
    if (this.#isStopped)
      return new SpecError(`${error.message} before the command was stopped`, { cause: error });
    const how = await this.ending();
    // What it has started may keep its standard error open.
    await Promise.race([this.#closed, setTimeout(COMPLAINT_MS, null, { ref: false })]);
    const complaint = this.#stderr.trim().replaceAll(/\s+/g, ' ');
    return new SpecError(
      `${error.message}; ${this.#command} ${how}${complaint === '' ? '' : `: ${complaint}`}`,
      { cause: error },
    );
  }
}
