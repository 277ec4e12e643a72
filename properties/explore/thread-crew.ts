/** The crew of several threads: they share the table of states, and take the states of a level a few at a time. */
import { Worker } from 'node:worker_threads';
import { SpecError } from '../../spec/index.ts';
import { type Crew, joinFindings, type LevelFindings } from './crew.ts';
import { CONTROL } from './state-table.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread's program, in source and as it is built. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
/** Room for new objects: refusals and panics make many that are gone at once. */
const YOUNG_MB = 64;

/** Where a thread's message is awaited. */
interface Awaited {
  readonly resolve: (message: FromThread) => void;
  readonly reject: (error: Error) => void;
}

/** One thread, asked one thing at a time. */
class Thread {
  readonly #worker: Worker;
  #awaited: Awaited | null = null;
  #failed: Error | null = null;

  constructor(data: ThreadData) {
    this.#worker = new Worker(PROGRAM, {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'failed') this.#fail(failure(message));
      else this.#awaited?.resolve(message);
    });
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', () =>
      this.#fail(
        new SpecError(`${data.targetName}: expected a target that answers, and it ended the thread`),
      ),
    );
  }

  ask(message: ToThread): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      this.#awaited = { resolve, reject };
      if (this.#failed !== null) reject(this.#failed);
      else this.#worker.postMessage(message);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#awaited?.reject(this.#failed);
  }
}

function failure({ message, isSpec }: Extract<FromThread, { readonly kind: 'failed' }>): Error {
  return isSpec ? new SpecError(message) : new Error(message);
}

export class ThreadCrew implements Crew {
  readonly size: number;
  readonly #threads: readonly Thread[];
  readonly #control: Int32Array;
  readonly #done: Float64Array;

  constructor(size: number, data: Omit<ThreadData, 'index' | 'done'>) {
    this.size = size;
    const done = new SharedArrayBuffer(8 * size);
    this.#done = new Float64Array(done);
    this.#control = new Int32Array(data.buffers.control);
    this.#threads = Array.from({ length: size }, (_, index) => new Thread({ ...data, index, done }));
  }

  async expand(level: Int32Array): Promise<LevelFindings> {
    const shared = new Int32Array(new SharedArrayBuffer(level.byteLength));
    shared.set(level);
    Atomics.store(this.#control, CONTROL.cursor, 0);
    const answers = await this.#askAll({ kind: 'expand', level: shared });
    return joinFindings(answers.flatMap((answer) => (answer.kind === 'expanded' ? [answer.findings] : [])));
  }

  transitions(): number {
    return this.#done.reduce((sum, n) => sum + n, 0);
  }

  stop(): void {
    Atomics.store(this.#control, CONTROL.stop, 1);
  }

  async close(): Promise<readonly Uint8Array[]> {
    const answers = await this.#askAll({ kind: 'close' });
    await Promise.all(this.#threads.map((thread) => thread.end()));
    return answers.flatMap((answer) => (answer.kind === 'met' ? [answer.met] : []));
  }

  /** Asks every thread the same; where one fails, all are ended. */
  async #askAll(message: ToThread): Promise<readonly FromThread[]> {
    try {
      return await Promise.all(this.#threads.map((thread) => thread.ask(message)));
    } catch (error) {
      await Promise.all(this.#threads.map((thread) => thread.end()));
      throw error;
    }
  }
}
