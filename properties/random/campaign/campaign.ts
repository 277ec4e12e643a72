/**
 * Campaigns: many random programs on one target. A campaign runs programs until enough have held, time is up, or one has
 * broken a clause; it counts what they met, and says what it did not meet.
 */

import {
  ClauseCounts,
  Execution,
  isRemote,
  type Observer,
  profileOf,
  type RemoteTarget,
  type Target,
  type World,
} from '../../../runner/index.ts';
import { CLAUSE_NAMES, type Trace } from '../../../spec/index.ts';
import { anyProgram, type DrawnProgram, type ProgramArbitrary } from '../commands.ts';
import { runCommands, runProperty } from '../fast-check.ts';
import { Relay } from '../relay.ts';
import { BATCH, type Block, blocksOf } from './blocks.ts';
import { CallCounts } from './call-counts.ts';
import { addCounts, type Counts } from './counts.ts';
import { EdgeCounts } from './edges.ts';
import { claimsOf } from './reach.ts';
import { type CampaignResult, type Failure, type Progress, type Ran, resultOf } from './result.ts';
import { SituationCounts } from './situations.ts';

/** A memory map that users name, and how it is called. */
export interface NamedWorld extends World {
  readonly name: string;
}

export interface CampaignOptions {
  readonly target: Target;
  /** Maps to use besides or instead of generated ones. */
  readonly worlds: readonly NamedWorld[];
  /** Whether most programs run on generated maps. */
  readonly generated: boolean;
  /** Programs to run; unlimited where it is not given and a time is. */
  readonly programs: number;
  /** Seconds after which no further program is started. */
  readonly seconds?: number;
  /** Operations in a program, at most. */
  readonly operations: number;
  readonly seed: number;
  /** What the programs are drawn from. Default: {@link anyProgram}. */
  readonly draw?: ProgramArbitrary;
  /** Whether fast-check shrinks the first program that breaks a clause. Default: true. */
  readonly shrinks?: boolean;
  /** Told what has been done so far, after each block of programs. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each program that was counted. */
  readonly onProgram?: (program: CountedProgram) => void;
  /** Stops the campaign early, between two batches of programs. */
  readonly signal?: AbortSignal;
}

/** A program that a campaign has run and counted. */
export interface CountedProgram {
  readonly execution: Execution;
  /** What running and judging it took. */
  readonly seconds: number;
  /** The seed of the batch that drew it. */
  readonly seed: number;
}

/**
 * Operations in a program, at most, unless told otherwise. Half of it on average, so that drawing the memory map and
 * building a manager of it, the cost of some 20 operations, counts for little.
 */
export const DEFAULT_OPERATIONS = 200;

/** One batch in this many runs on the named maps where generated ones are wanted too. */
const NAMED_SHARE = 8;

/** Runs a program as it was drawn: what its numbers mean is settled by how the target answers. */
export function runProgram(
  target: Target,
  { world, calls, commands }: DrawnProgram,
  observer?: Observer,
): Execution {
  const { policies } = target;
  const execution = new Execution(
    target,
    world,
    observer === undefined ? { policies } : { policies, observer },
  );
  if (execution.violation === null) runCommands({ execution, calls }, commands);
  execution.finish();
  return execution;
}

class Counters {
  readonly #clauses = new ClauseCounts();
  readonly #situations = new SituationCounts();
  readonly #edges = new EdgeCounts();
  readonly #calls = new CallCounts();
  #programs = 0;
  #operations = 0;

  readonly observer: Observer = {
    tally: this.#clauses.note,
    onStep: (step) => {
      this.#situations.noteStep(step);
      this.#edges.note(step);
      this.#calls.note(step);
    },
  };

  /** Counts a program that was observed by {@link observer}. */
  note(execution: Execution): Execution {
    this.#situations.noteWorld(execution.world);
    this.#programs += 1;
    this.#operations += execution.performed;
    return execution;
  }

  get counts(): Counts {
    return {
      programs: this.#programs,
      operations: this.#operations,
      calls: this.#calls.toRecord(),
      situations: this.#situations.toRecord(),
      clauses: this.#clauses.toRecord(CLAUSE_NAMES),
      arguments: this.#edges.toRecord(),
    };
  }
}

/** Returns what no program has met. */
export function noCounts(): Counts {
  return new Counters().counts;
}

/** Returns the seed of a batch: distinct for 2^32 batches, and those of two campaigns are far apart. */
export function batchSeed(seed: number, batch: number): number {
  return (Math.imul(seed, 0x9e37_79b1) + Math.imul(batch, 0x85eb_ca6b)) | 0;
}

/** Returns the named map that a batch runs on, or undefined where its maps are generated. */
export function worldOf(
  { worlds, generated }: Pick<CampaignOptions, 'worlds' | 'generated'>,
  batch: number,
): NamedWorld | undefined {
  if (worlds.length === 0) return undefined;
  if (!generated) return worlds[batch % worlds.length];
  return batch % NAMED_SHARE === NAMED_SHARE - 1
    ? worlds[Math.floor(batch / NAMED_SHARE) % worlds.length]
    : undefined;
}

/** Lets timers and signals be served. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a block of programs came to. */
export interface BlockResult {
  readonly index: number;
  readonly counts: Counts;
  /** The first program that broke a clause, shrunk; the block ends with it. */
  readonly failure: Failure | null;
  /** Memory that the process of the target took at its peak so far; 0 where it is not known, or there is none. */
  readonly peakKib: number;
}

/** What a block needs to know of its campaign: data, so that another thread can be told; other draws stay in this one. */
type BlockOptions = Pick<
  CampaignOptions,
  'worlds' | 'generated' | 'operations' | 'seed' | 'onProgram' | 'draw' | 'shrinks'
> & { readonly target: Target };

/** Runs a block of a campaign; it gives way to other work between batches, and ends early where `isOver` says so. */
export async function runBlock(
  options: BlockOptions,
  { index, firstBatch, programs }: Block,
  isOver: () => boolean = () => false,
): Promise<BlockResult> {
  const counters = new Counters();
  let failure: Failure | null = null;
  for (let done = 0; done < programs && failure === null && !isOver(); done += BATCH) {
    const runs = Math.min(BATCH, programs - done);
    failure = runBatch(options, counters, { batch: firstBatch + done / BATCH, runs });
    await breathe();
  }
  const { target } = options;
  const peakKib = isRemote(target) ? target.remote.peakKib : 0;
  return { index, counts: counters.counts, failure, peakKib };
}

/** The way from the first program that broke a clause. */
class Shrunk {
  readonly #from: Trace;
  #counterexample: Trace;
  #to: Trace;
  readonly #start = performance.now();

  constructor(from: Trace) {
    this.#from = from;
    this.#counterexample = from;
    this.#to = from;
  }

  /** Takes note of one more failing program. */
  note(to: Trace): void {
    this.#to = to;
    if (to.violation?.clause === this.#from.violation?.clause) this.#counterexample = to;
  }

  get failure(): Failure {
    const seconds = (performance.now() - this.#start) / 1000;
    return { counterexample: this.#counterexample, shrinking: { from: this.#from, to: this.#to, seconds } };
  }
}

/** A few programs of one seed, on one map or on generated ones. */
interface Batch {
  readonly batch: number;
  readonly runs: number;
}

function runBatch(options: BlockOptions, counters: Counters, batch: Batch): Failure | null {
  const { target } = options;
  return isRemote(target)
    ? runRemoteBatch({ ...options, target }, counters, batch)
    : runLocalBatch(options, counters, batch);
}

/** What is found is left to the shrinker as it is: what would be tried here costs a process each time. */
function runRemoteBatch(
  options: BlockOptions & { readonly target: RemoteTarget },
  counters: Counters,
  { batch, runs }: Batch,
): Failure | null {
  const { target } = options;
  const { policies, remote } = target;
  const seed = batchSeed(options.seed, batch);
  let found: Trace | null = null;
  const relay = new Relay(target, ({ world }, program, performer) => {
    // One program more may have been under way when the first was found.
    if (found !== null) return false;
    const start = performance.now();
    const execution = new Execution(target, world, { policies, observer: counters.observer, performer });
    for (const operation of program) if (!execution.perform(operation)) break;
    execution.finish();
    counters.note(execution);
    options.onProgram?.({ execution, seconds: (performance.now() - start) / 1000, seed });
    if (execution.violation !== null) found = execution.trace();
    return execution.violation === null;
  });
  const { draw = anyProgram } = options;
  const program = draw(options.operations, worldOf(options, batch), remote.profile);
  runProperty(program, (drawn) => relay.next(drawn), { runs, seed, shrink: false });
  relay.last();
  return found === null ? null : { counterexample: found, shrinking: null };
}

function runLocalBatch(options: BlockOptions, counters: Counters, { batch, runs }: Batch): Failure | null {
  const seed = batchSeed(options.seed, batch);
  const shrunk: Shrunk[] = [];
  const counted = (drawn: DrawnProgram): Execution => {
    const start = performance.now();
    const execution = counters.note(runProgram(options.target, drawn, counters.observer));
    options.onProgram?.({ execution, seconds: (performance.now() - start) / 1000, seed });
    return execution;
  };
  const holds = (drawn: DrawnProgram): boolean => {
    const [way] = shrunk;
    // What shrinking tries is no part of the campaign, and is not counted.
    const execution = way === undefined ? counted(drawn) : runProgram(options.target, drawn);
    if (execution.violation === null) return true;
    if (way === undefined) shrunk.push(new Shrunk(execution.trace()));
    else way.note(execution.trace());
    return false;
  };
  const { draw = anyProgram, shrinks: shrink = true } = options;
  const program = draw(options.operations, worldOf(options, batch), profileOf(options.target));
  runProperty(program, holds, { runs, seed, shrink });
  return shrunk[0]?.failure ?? null;
}

/** Runs blocks of a campaign up to the first that fails, and yields their results in order. */
export type BlockRunner = (
  options: CampaignOptions,
  blocks: Iterable<Block>,
  isOver: () => boolean,
) => AsyncIterable<BlockResult>;

/** Runs blocks one after the other. */
async function* inThisThread(
  options: CampaignOptions,
  blocks: Iterable<Block>,
  isOver: () => boolean,
): AsyncGenerator<BlockResult> {
  for (const block of blocks) {
    if (isOver()) return;
    const result = await runBlock(options, block, isOver);
    yield result;
    if (result.failure !== null) return;
  }
}

/** Runs blocks of a campaign up to the first that fails, and hands on the result of each, in order. */
export async function runBlocks(
  options: CampaignOptions,
  blocks: Iterable<Block>,
  runner: BlockRunner = inThisThread,
  onResult: (result: BlockResult) => void = () => {},
): Promise<Ran> {
  const { signal, seconds = Number.POSITIVE_INFINITY } = options;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const isOver = (): boolean => elapsed() >= seconds || signal?.aborted === true;
  let [programs, operations, peakKib] = [0, 0, 0];
  for await (const result of runner(options, blocks, isOver)) {
    programs += result.counts.programs;
    operations += result.counts.operations;
    peakKib = Math.max(peakKib, result.peakKib);
    onResult(result);
    options.onProgress?.({ programs, operations, seconds: elapsed() });
  }
  return { seconds: elapsed(), stopped: signal?.aborted === true, peakKib };
}

/** Runs a campaign: in this thread, unless another runner is given. */
export async function runCampaign(options: CampaignOptions, runner?: BlockRunner): Promise<CampaignResult> {
  let counts = noCounts();
  let failure: Failure | null = null;
  const ran = await runBlocks(options, blocksOf(options.programs), runner, (result) => {
    counts = addCounts(counts, result.counts);
    failure = result.failure;
  });
  return resultOf({ ...options, claims: claimsOf(options.target) }, counts, { ...ran, failure });
}
