/**
 * Channels: requests to a process and its replies, one at a time. Asking and waiting are two steps, so that the process works in
 * the meantime. A process that has died, or was killed because it exceeded a limit, is restarted by the next request. Waiting
 * blocks this thread, at most for the time limit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { codeOf } from '../../spec/files/index.ts';
import { type ChannelRequest, GROUP, REPLIES, type Reply } from './channel-messages.ts';

/** If the other thread is this late, it is stuck: a defect of ours. */
const GRACE_MS = 10_000;

/** The worker beside this file: TypeScript in a checkout, compiled in the package. */
const WORKER = new URL(`./channel-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

const open = new Set<Channel>();

/** Kills every process: none may outlive this one. */
function killAll(): void {
  for (const channel of open) channel.kill();
}

export class Channel {
  readonly #state = new Int32Array(new SharedArrayBuffer(8));
  readonly #port: MessagePort;
  readonly #worker: Worker;
  #asked = 0;
  #limitMs = 0;

  /** The first request starts the process. Behind a console, it greets by itself when it has booted. */
  constructor(command: readonly string[], { isConsole = false }: { readonly isConsole?: boolean } = {}) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData = { command, isConsole, port: port2, state: this.#state.buffer };
    this.#worker = new Worker(WORKER, { workerData, transferList: [port2], execArgv: [], env: process.env });
    this.#worker.unref();
    port1.unref();
    if (open.size === 0) process.once('exit', killAll);
    open.add(this);
  }

  /** Sends a request. The reply to the request before must have been received. */
  ask(posted: ChannelRequest): void {
    this.#asked += 1;
    this.#limitMs = posted.waitLimitMs;
    this.#port.postMessage(posted);
  }

  /** Waits for the reply to the last request. */
  receive(): Reply {
    const until = performance.now() + this.#limitMs + GRACE_MS;
    for (
      let replies = Atomics.load(this.#state, REPLIES);
      replies < this.#asked;
      replies = Atomics.load(this.#state, REPLIES)
    ) {
      const left = until - performance.now();
      if (left <= 0) throw new Error('the thread beside a target did not answer');
      Atomics.wait(this.#state, REPLIES, replies, left);
    }
    const received: { readonly message: Reply } | undefined = receiveMessageOnPort(this.#port);
    if (received === undefined) throw new Error('the thread beside a target signalled a reply without one');
    return received.message;
  }

  /** Kills the process and its group. */
  kill(): void {
    const group = Atomics.exchange(this.#state, GROUP, 0);
    if (group === 0) return;
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      // The group has ended.
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }

  /** Kills the process and ends the thread. No request follows. */
  async close(): Promise<void> {
    this.kill();
    open.delete(this);
    if (open.size === 0) process.off('exit', killAll);
    await this.#worker.terminate();
  }
}
