/**
 * Crews: they expand the levels of a search. A crew is this thread ({@link InlineCrew}), or several worker threads that share the
 * table of states and take the states of a level a few at a time ({@link ThreadCrew}).
 */
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { TargetSource } from '../../runner/index.ts';
import { type Operation, type Policy, SpecError } from '../../spec/index.ts';
import type { Expander, Findings } from './expander.ts';
import { type Patience, StuckError } from './patience.ts';
import { CONTROL, type StateTable, type TableBuffers } from './state-table.ts';
import type { HeldWorld } from './world.ts';

export interface Crew {
  /** Expands the states of a level, given as records in the order of their places. */
  expand(level: Int32Array): Promise<Findings>;
  /** Returns about how many transitions have been judged so far. */
  transitions(): number;
  /** Ends the threads. Resolves to the sides of clauses that each other thread has checked. */
  close(): Promise<readonly Uint8Array[]>;
}

/** Expands a stretch of states. */
interface Stretcher {
  readonly expander: Expander;
  readonly patience: Patience;
  /** Whether the stretch ends before this place. */
  readonly isOver: (place: number) => boolean;
}

/** Expands states of a level from a place on, one at least. Returns the next place. Throws `StuckError` if the target does not return. */
export function expandStretch(
  { expander, patience, isOver }: Stretcher,
  level: Int32Array,
  from: number,
): number {
  return patience.limited(
    () => {
      let place = from;
      do {
        expander.expand(level[place] ?? 0, place);
        place += 1;
      } while (place < level.length && !isOver(place));
      return place;
    },
    () => {
      throw new StuckError(expander.underWay);
    },
  );
}

/** Milliseconds that a crew of one works before it lets the event loop run. */
const TURN = 50;

/** The crew of one: expands in this thread, and lets the event loop run now and then. */
export class InlineCrew implements Crew {
  readonly #expander: Expander;
  readonly #table: StateTable;
  readonly #patience: Patience;
  #done = 0;

  constructor(expander: Expander, table: StateTable, patience: Patience) {
    this.#expander = expander;
    this.#table = table;
    this.#patience = patience;
  }

  async expand(level: Int32Array): Promise<Findings> {
    let place = 0;
    while (place < level.length && !this.#table.isStopped) {
      const end = performance.now() + TURN;
      const isOver = (): boolean => performance.now() >= end;
      place = expandStretch({ expander: this.#expander, patience: this.#patience, isOver }, level, place);
      await setImmediate();
    }
    const findings = this.#expander.take();
    this.#done += findings.transitions;
    return findings;
  }

  transitions(): number {
    return this.#done + this.#expander.transitions;
  }

  async close(): Promise<readonly Uint8Array[]> {
    return [];
  }
}

/** The start data of a worker thread. */
export interface ThreadData {
  readonly index: number;
  readonly source: TargetSource;
  readonly policies: readonly Policy[];
  readonly world: HeldWorld;
  readonly operations: readonly Operation[];
  readonly buffers: TableBuffers;
  /** Milliseconds of patience: see `Patience`. */
  readonly patienceMs: number;
  /** Transitions judged by each thread, as doubles. */
  readonly done: SharedArrayBuffer;
}

export type ToThread = { readonly kind: 'expand'; readonly level: Int32Array } | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'expanded'; readonly findings: Findings }
  | { readonly kind: 'closed'; readonly sides: Uint8Array }
  | { readonly kind: 'stuck'; readonly place: number; readonly operation: number }
  | { readonly kind: 'failed'; readonly message: string; readonly isSpec: boolean };

/** The thread's program, as source or compiled like this module. */
const PROGRAM = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);
/** Room for new objects: refusals and panics make many that are garbage at once. */
const YOUNG_MB = 64;

/** One thread, which answers one request at a time. */
class Thread {
  readonly #worker: Worker;
  #awaited: PromiseWithResolvers<FromThread> | null = null;
  #failed: Error | null = null;

  constructor(data: ThreadData) {
    this.#worker = new Worker(PROGRAM, {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'failed') this.#fail(failure(message));
      else if (message.kind === 'stuck') this.#fail(new StuckError(message));
      else this.#awaited?.resolve(message);
    });
    this.#worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on('exit', () =>
      this.#fail(
        new SpecError(`${data.source.name}: expected a target that answers, and it ended the thread`),
      ),
    );
  }

  ask(message: ToThread): Promise<FromThread> {
    const awaited = Promise.withResolvers<FromThread>();
    this.#awaited = awaited;
    if (this.#failed !== null) awaited.reject(this.#failed);
    else this.#worker.postMessage(message);
    return awaited.promise;
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

/** The crew of several threads. */
export class ThreadCrew implements Crew {
  readonly #threads: readonly Thread[];
  readonly #control: Int32Array;
  readonly #done: Float64Array;

  constructor(size: number, data: Omit<ThreadData, 'index' | 'done'>) {
    const done = new SharedArrayBuffer(8 * size);
    this.#done = new Float64Array(done);
    this.#control = new Int32Array(data.buffers.control);
    this.#threads = Array.from({ length: size }, (_, index) => new Thread({ ...data, index, done }));
  }

  async expand(level: Int32Array): Promise<Findings> {
    const shared = new Int32Array(new SharedArrayBuffer(level.byteLength));
    shared.set(level);
    Atomics.store(this.#control, CONTROL.cursor, 0);
    const answers = await this.#askAll({ kind: 'expand', level: shared });
    return joinFindings(answers.flatMap((answer) => (answer.kind === 'expanded' ? [answer.findings] : [])));
  }

  transitions(): number {
    return this.#done.reduce((sum, n) => sum + n, 0);
  }

  async close(): Promise<readonly Uint8Array[]> {
    const answers = await this.#askAll({ kind: 'close' });
    await Promise.all(this.#threads.map((thread) => thread.end()));
    return answers.flatMap((answer) => (answer.kind === 'closed' ? [answer.sides] : []));
  }

  /** Sends every thread the same request. If one fails, all are ended. */
  async #askAll(message: ToThread): Promise<readonly FromThread[]> {
    try {
      return await Promise.all(this.#threads.map((thread) => thread.ask(message)));
    } catch (error) {
      await Promise.all(this.#threads.map((thread) => thread.end()));
      throw error;
    }
  }
}

/** Joins the findings of several threads. */
function joinFindings(parts: readonly Findings[]): Findings {
  const sum = (f: (part: Findings) => number): number => parts.reduce((n, part) => n + f(part), 0);
  const broken = parts
    .flatMap((part) => part.broken ?? [])
    .toSorted((a, b) => a.cost - b.cost || a.parent - b.parent || a.operation - b.operation);
  return {
    expanded: sum((part) => part.expanded),
    added: parts.flatMap((part) => part.added),
    transitions: sum((part) => part.transitions),
    changing: sum((part) => part.changing),
    broken: broken[0] ?? null,
    sweepFailures: parts.flatMap((part) => part.sweepFailures),
    isFull: parts.some((part) => part.isFull),
  };
}
