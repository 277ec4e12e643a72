/**
 * Threads: the blocks of a campaign on several threads of this process. Each thread loads the target separately. Results are passed on
 * in the order of blocks, so that the result is the same as in one thread.
 */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import type { Tinypool } from 'tinypool';
import type { TargetSource } from '../../../runner/index.ts';
import { SpecError, type Trace } from '../../../spec/index.ts';
import type { Block } from '../campaign/blocks.ts';
import type { BlockResult, BlockRunner, CampaignOptions } from '../campaign/campaign.ts';

/** The start data of a thread, which loads the target for itself. */
export interface ThreadData
  extends Pick<CampaignOptions, 'worlds' | 'generated' | 'operations' | 'seed' | 'reference'> {
  readonly stopFirst: boolean;
  readonly source: TargetSource;
  /** The name of the channel on which threads tell what they find, as soon as they do. */
  readonly finds: string;
}

/** The compiled worker, even when this file runs as source: else each thread would strip the types of a hundred files. */
const COMPILED = import.meta.url.endsWith('.ts')
  ? '../../../dist/properties/random/scale/worker.js'
  : './worker.js';
const WORKER = new URL(COMPILED, import.meta.url).href;

/** Blocks started ahead for each thread: enough that none waits for the slowest. */
const AHEAD = 4;

async function threads(
  jobs: number,
  finds: string,
  { target, worlds, generated, operations, seed, reference = false, stopFirst = false }: CampaignOptions,
): Promise<Tinypool> {
  const programs = { worlds, generated, operations, seed, reference };
  const data: ThreadData = { ...programs, source: target.source, stopFirst, finds };
  // Loaded on demand: most runs need no threads.
  const { Tinypool } = await import('tinypool');
  return new Tinypool({
    filename: WORKER,
    minThreads: jobs,
    maxThreads: jobs,
    workerData: data,
    // A thread that waits for its next block must keep serving timers and messages of its target.
    useAtomics: false,
  });
}

/** Resolves when a thread ends. The pool would wait for its block. */
function lost(pool: Tinypool): Promise<'lost'> {
  return new Promise((resolve) => {
    for (const thread of pool.threads) thread.once('exit', () => resolve('lost'));
  });
}

/** Resolves to null when the signal is given. */
function aborted(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null);
    else signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Blocks started ahead of their turn. */
class StartedBlocks {
  readonly #pool: Tinypool;
  readonly #blocks: Iterator<Block>;
  readonly #isOver: () => boolean;
  readonly #started: Promise<BlockResult>[] = [];

  constructor(pool: Tinypool, blocks: Iterable<Block>, isOver: () => boolean) {
    this.#pool = pool;
    this.#blocks = blocks[Symbol.iterator]();
    this.#isOver = isOver;
  }

  /** Returns the result of the next block in order, or undefined if there is none; keeps `most` blocks started. */
  next(most: number): Promise<BlockResult> | undefined {
    while (this.#started.length < most && !this.#isOver()) {
      const { value, done } = this.#blocks.next();
      if (done === true) break;
      const result: Promise<BlockResult> = this.#pool.run(value);
      // An error is reported when the block's turn comes. If its turn never comes, the error does not matter.
      result.catch(() => {});
      this.#started.push(result);
    }
    return this.#started.shift();
  }
}

/**
 * Returns a runner of blocks on `jobs` threads. The target must be one that `loadTarget` finds by its name. Rejects with `SpecError`
 * if the target ends its thread, or if the campaign has own generators or own clauses: they cannot be sent to a thread.
 * @public
 */
export function onThreads(jobs: number): BlockRunner {
  return async function* run(options, blocks, isOver) {
    if (options.draw !== undefined || (options.checks ?? []).length > 0)
      throw new SpecError(
        'onThreads: expected a campaign without draw and checks, which are functions: run it in this thread',
      );
    const finds = new BroadcastChannel(`frameproof-${randomUUID()}`);
    finds.onmessage = ({ data }: { readonly data: Trace }) => options.onFound?.(data);
    const pool = await threads(jobs, finds.name, options);
    const stop = aborted(options.signal);
    const loss = lost(pool);
    const started = new StartedBlocks(pool, blocks, isOver);
    try {
      for (let next = started.next(jobs * AHEAD); next !== undefined; next = started.next(jobs * AHEAD)) {
        const result = await Promise.race([next, stop, loss]);
        if (result === null) return;
        if (result === 'lost') throw new SpecError('no result: the target ended its thread');
        for (const { trace } of result.findings) options.onFound?.(trace);
        yield result;
        if (result.isLast) return;
      }
    } finally {
      finds.close();
      // It would wait for a lost thread to end.
      await Promise.race([pool.destroy(), loss]);
    }
  };
}
