/**
 * Channels: requests to a process and its replies. Requests queue up in the other thread, which makes one at a time; so the process works while
 * this thread does something else. A process that has died, or was killed because it exceeded a limit, is restarted by the next request. Waiting
 * blocks this thread, at most for the time limit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import {
  type ChannelRequest,
  GROUP,
  killGroup,
  type Posted,
  REPLIES,
  type Reply,
} from './channel-messages.ts';

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
  /** How long the requests may take whose replies have not arrived, by their numbers. */
  readonly #limitsMs = new Map<number, number>();
  /** Replies that arrived while another one was waited for. */
  readonly #early = new Map<number, Reply>();
  #asked = 0;
  #taken = 0;

  /** The first request starts the process. Behind a console, it greets by itself when it has booted. */
  constructor(command: readonly string[], isConsole: boolean) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData = { command, isConsole, port: port2, state: this.#state.buffer };
    this.#worker = new Worker(WORKER, { workerData, transferList: [port2], execArgv: [], env: process.env });
    this.#worker.unref();
    port1.unref();
    if (open.size === 0) process.once('exit', killAll);
    open.add(this);
  }

  /** Sends a request, behind those sent before. Returns its number. */
  ask(request: ChannelRequest): number {
    const asked = this.#asked++;
    this.#limitsMs.set(asked, request.waitLimitMs);
    this.#post({ kind: 'ask', asked, request });
    return asked;
  }

  /** Drops a request whose reply nobody waits for, unless the process is at it. */
  drop(asked: number): void {
    this.#limitsMs.delete(asked);
    this.#post({ kind: 'drop', asked });
  }

  /** Waits for the reply to a request, which can be received once. */
  receive(asked: number): Reply {
    for (;;) {
      const reply = this.#early.get(asked);
      this.#early.delete(asked);
      if (reply !== undefined) return reply;
      const next = this.#take();
      if (this.#limitsMs.delete(next.asked)) this.#early.set(next.asked, next);
    }
  }

  #post(posted: Posted): void {
    this.#port.postMessage(posted);
  }

  /** Waits for the next reply. */
  #take(): Reply {
    const until = performance.now() + Math.max(0, ...this.#limitsMs.values()) + GRACE_MS;
    for (
      let replies = Atomics.load(this.#state, REPLIES);
      replies <= this.#taken;
      replies = Atomics.load(this.#state, REPLIES)
    ) {
      const left = until - performance.now();
      if (left <= 0) throw new Error('the thread beside a target did not answer');
      Atomics.wait(this.#state, REPLIES, replies, left);
    }
    const received: { readonly message: Reply } | undefined = receiveMessageOnPort(this.#port);
    if (received === undefined) throw new Error('the thread beside a target signalled a reply without one');
    this.#taken += 1;
    return received.message;
  }

  /** Kills the process and its group. */
  kill(): void {
    const group = Atomics.exchange(this.#state, GROUP, 0);
    if (group !== 0) killGroup(group);
  }

  /** Kills the process and ends the thread. No request follows. */
  async close(): Promise<void> {
    this.kill();
    open.delete(this);
    if (open.size === 0) process.off('exit', killAll);
    await this.#worker.terminate();
  }
}
