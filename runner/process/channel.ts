/**
 * Channels: a process that is asked and answers, one request after the other. To ask is one step and to wait for the answer
 * another, so that the process works while something else is done here. A process that has died, or was killed because it
 * passed a limit, is started anew with the next request. Waiting blocks this thread, never longer than the time limit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Posted, Reply } from './channel-messages.ts';

/** More than the time limit, and the other thread itself is stuck: a defect of ours. */
const GRACE_MS = 10_000;

/** The worker runs as it lies beside this file: as TypeScript in a checkout, compiled in the package. */
const WORKER = new URL(`./channel-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

const open = new Set<Channel>();

/** Kills what is left of every process: nothing may outlive this one. */
function killAll(): void {
  for (const channel of open) channel.kill();
}

export class Channel {
  readonly #bell = new Int32Array(new SharedArrayBuffer(8));
  readonly #port: MessagePort;
  readonly #worker: Worker;
  #asked = 0;
  #limitMs = 0;

  /** The process is started with the first request. */
  constructor(path: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData = { path, port: port2, bell: this.#bell.buffer };
    this.#worker = new Worker(WORKER, { workerData, transferList: [port2], execArgv: [], env: process.env });
    this.#worker.unref();
    port1.unref();
    if (open.size === 0) process.once('exit', killAll);
    open.add(this);
  }

  /** Sends a request. The answer to the one before has been received. */
  ask(posted: Posted): void {
    this.#asked += 1;
    this.#limitMs = posted.waitLimitMs;
    this.#port.postMessage(posted);
  }

  /** Waits for the answer to the last request. */
  receive(): Reply {
    const until = performance.now() + this.#limitMs + GRACE_MS;
    for (let rung = Atomics.load(this.#bell, 0); rung < this.#asked; rung = Atomics.load(this.#bell, 0)) {
      const left = until - performance.now();
      if (left <= 0) throw new Error('the thread beside a target did not answer');
      Atomics.wait(this.#bell, 0, rung, left);
    }
    const received: { readonly message: Reply } | undefined = receiveMessageOnPort(this.#port);
    if (received === undefined) throw new Error('the thread beside a target rang without an answer');
    return received.message;
  }

  /** Kills the process and all of its group, at once. */
  kill(): void {
    const group = Atomics.exchange(this.#bell, 1, 0);
    if (group === 0) return;
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      // The group is gone already.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  /** Kills the process and lets the thread go. No request follows. */
  async close(): Promise<void> {
    this.kill();
    open.delete(this);
    if (open.size === 0) process.off('exit', killAll);
    await this.#worker.terminate();
  }
}
