/**
 * Threads: a campaign's blocks on several threads of this process at once. Each thread loads the target for itself; results
 * are handed on in the order of blocks, so that the run comes to what it comes to in one thread.
 */
import type { Piscina } from 'piscina';
import { isRemote, type Target } from '../../../runner/index.ts';
import type { GivenClaims } from '../../../runner/load/index.ts';
import { SpecError } from '../../../spec/index.ts';
import type { Block } from '../campaign/blocks.ts';
import type { BlockResult, BlockRunner, CampaignOptions } from '../campaign/campaign.ts';

/** What a thread is told once, when it starts. It loads the target by its name, with these policies. */
export interface ThreadData extends Pick<CampaignOptions, 'worlds' | 'generated' | 'operations' | 'seed'> {
  readonly target: Pick<Target, 'name' | 'policies'>;
  readonly given: GivenClaims;
}

/** Each thread would have to strip a hundred files of their types: also sources run the compiled worker. */
const COMPILED = import.meta.url.endsWith('.ts')
  ? '../../../dist/properties/random/scale/worker.js'
  : './worker.js';
const WORKER = new URL(COMPILED, import.meta.url).href;

/** Blocks under way for each thread: enough that none waits for the slowest. */
const AHEAD = 4;

async function threads(
  jobs: number,
  { target, worlds, generated, operations, seed }: CampaignOptions,
): Promise<Piscina<Block, BlockResult>> {
  const { name, policies, profile } = target;
  const given: GivenClaims = { profile, programMs: isRemote(target) ? target.remote.programMs : undefined };
  const data: ThreadData = { target: { name, policies }, given, worlds, generated, operations, seed };
  // Most runs need no threads, and do not wait for what makes them.
  const { Piscina } = await import('piscina');
  return new Piscina({
    filename: WORKER,
    minThreads: jobs,
    maxThreads: jobs,
    workerData: data,
    // A thread that waits for its next block goes on serving what its target started.
    atomics: 'disabled',
  });
}

/** A target that ends its thread gives no answer, as one that ends the process does. */
function explained(error: unknown): unknown {
  const isExit = error instanceof Error && error.message.startsWith('worker exited with code');
  return isExit ? new SpecError('there is no result: the target ended its thread', { cause: error }) : error;
}

/** Resolves to null when the signal is given. */
function aborted(signal: AbortSignal | undefined): Promise<null> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null);
    else signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
}

/** Starts blocks ahead of their turn, `most` at a time. */
class UnderWay {
  readonly #pool: Piscina<Block, BlockResult>;
  readonly #blocks: Iterator<Block>;
  readonly #isOver: () => boolean;
  readonly #started: Promise<BlockResult>[] = [];

  constructor(pool: Piscina<Block, BlockResult>, blocks: Iterable<Block>, isOver: () => boolean) {
    this.#pool = pool;
    this.#blocks = blocks[Symbol.iterator]();
    this.#isOver = isOver;
  }

  /** Returns the result of the next block in order, or undefined where there is none. */
  next(most: number): Promise<BlockResult> | undefined {
    while (this.#started.length < most && !this.#isOver()) {
      const { value, done } = this.#blocks.next();
      if (done === true) break;
      const result = this.#pool.run(value);
      // Whoever comes to it hears of an error; a block that nobody comes to any more may fail.
      result.catch(() => {});
      this.#started.push(result);
    }
    return this.#started.shift();
  }
}

/** Returns a runner of blocks on so many threads. The target is one that `loadTarget` finds by its name. */
export function onThreads(jobs: number): BlockRunner {
  return async function* run(options, blocks, isOver) {
    const pool = await threads(jobs, options);
    const stop = aborted(options.signal);
    const underWay = new UnderWay(pool, blocks, isOver);
    try {
      for (let next = underWay.next(jobs * AHEAD); next !== undefined; next = underWay.next(jobs * AHEAD)) {
        const result = await Promise.race([next, stop]);
        if (result === null) return;
        yield result;
        if (result.failure !== null) return;
      }
    } catch (error) {
      throw explained(error);
    } finally {
      await pool.destroy();
    }
  };
}
