/**
 * Campaigns: many random programs on one target. A campaign runs programs until enough have held, time is up, or one has broken a
 * clause. It counts what they met, and reports what they did not meet.
 */

import { ClauseCounts } from '../../../model/index.ts';
import { Execution, heldTo, type Observer, type Target, type World } from '../../../runner/index.ts';
import {
  factsOf,
  KindCounts,
  type LeanObserver,
  type Lessons,
  lessonsOf,
  type StepFacts,
} from '../../../runner/lean/index.ts';
import { CLAUSE_NAMES, type OwnClause, type Trace, WHOLE } from '../../../spec/index.ts';
import { anyProgram, type DrawnProgram, type ProgramDraw } from '../commands.ts';
import { runProperty } from '../fast-check.ts';
import { type RanProgram, runProgram } from '../run-program.ts';
import { BATCH, type Block, blocksOf } from './blocks.ts';
import { addCounts, CallCounts, type Counts, OwnClauseCounts } from './counts.ts';
import { EdgeCounts } from './edges.ts';
import { paceOf } from './pace.ts';
import { claimsOf } from './reach.ts';
import { type CampaignResult, type Failure, type Progress, type RunEnd, resultOf } from './result.ts';
import { SituationCounts } from './situations.ts';

/**
 * A memory map and configuration with a name.
 * @public
 */
export interface NamedWorld extends World {
  readonly name: string;
}

/**
 * A campaign: the target, the programs to draw, and how many.
 * @public
 */
export interface CampaignOptions {
  readonly target: Target;
  /** Memory maps to use in addition to generated ones, or instead of them. */
  readonly worlds: readonly NamedWorld[];
  /** Whether programs run on generated maps: all of them, or seven in eight if `worlds` has any. */
  readonly generated: boolean;
  /** Number of programs; `Number.POSITIVE_INFINITY` with `seconds`. */
  readonly programs: number;
  /** Seconds after which no further program is started. Default: no limit. */
  readonly seconds?: number;
  /** Most operations in a program. */
  readonly operations: number;
  /** The same seed, target and options give the same programs. */
  readonly seed: number;
  /** Whether the model judges every answer, and not the lean judge. Default: false. */
  readonly reference?: boolean;
  /** The generator of programs. Default: {@link anyProgram}. */
  readonly draw?: ProgramDraw;
  /**
   * Own clauses, by which each step is judged that the specification has accepted. A full run must reach both sides of each. Default:
   * none.
   */
  readonly checks?: readonly OwnClause[];
  /** Whether fast-check shrinks the first program that breaks a clause. Default: true. */
  readonly shrinks?: boolean;
  /** Called after each block of programs. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each program. */
  readonly onProgram?: (program: CountedProgram) => void;
  /** Stops the campaign early, between two batches of programs. */
  readonly signal?: AbortSignal;
}

/**
 * A program that a campaign has run and counted.
 * @public
 */
export interface CountedProgram {
  readonly execution: Execution;
  /** Seconds to run and judge it. */
  readonly seconds: number;
  /** The seed of the batch that drew it. */
  readonly seed: number;
}

/**
 * The default for the most operations in a program. Programs have half as many on average, so that drawing a memory map and building a
 * manager, which cost as much as some 20 operations, count for little.
 * @public
 */
export const DEFAULT_OPERATIONS = 200;

/** One batch in this many runs on the named maps, if generated ones are used too. */
const NAMED_SHARE = 8;

const WHOLE_CLAIM = { policies: [], profile: WHOLE, checks: [] };

/** The counters of a block of programs. */
class Counters {
  readonly #clauses = new ClauseCounts();
  readonly #situations = new SituationCounts();
  readonly #edges = new EdgeCounts();
  readonly #calls = new CallCounts();
  readonly #own: OwnClauseCounts;
  #programs = 0;
  #operations = 0;

  readonly #kinds = new KindCounts();
  readonly #lessons: Lessons;

  readonly observer: Observer = {
    tally: this.#clauses.note,
    onStep: (step) => {
      this.#noteFacts(factsOf(step));
      this.#own.note(step);
    },
  };

  readonly lean: LeanObserver = {
    kinds: this.#kinds,
    tally: this.#clauses.note,
    onStep: this.observer.onStep,
    onFacts: (facts) => this.#noteFacts(facts),
  };

  constructor({ policies, profile, checks }: Pick<Target, 'policies' | 'profile' | 'checks'> = WHOLE_CLAIM) {
    this.#lessons = lessonsOf(policies, profile);
    this.#own = new OwnClauseCounts(checks);
  }

  /** Counts a program that {@link observer} or {@link lean} has observed. */
  note(world: World, performed: number): void {
    this.#situations.noteWorld(world);
    this.#programs += 1;
    this.#operations += performed;
  }

  #noteFacts(facts: StepFacts): void {
    this.#situations.noteStep(facts);
    this.#edges.note(facts);
    this.#calls.note(facts);
  }

  get counts(): Counts {
    this.#kinds.drain(this.#lessons, this.#clauses.note);
    return {
      programs: this.#programs,
      operations: this.#operations,
      calls: this.#calls.toRecord(),
      situations: this.#situations.toRecord(),
      clauses: { ...this.#clauses.toRecord(CLAUSE_NAMES), ...this.#own.toRecord() },
      arguments: this.#edges.toRecord(),
    };
  }
}

/** Returns the counts of no programs. */
export function noCounts(): Counts {
  return new Counters().counts;
}

/** Returns the seed of a batch: distinct for 2^32 batches, and far from the seeds of other campaigns. */
export function batchSeed(seed: number, batch: number): number {
  return (Math.imul(seed, 0x9e37_79b1) + Math.imul(batch, 0x85eb_ca6b)) | 0;
}

/** Returns the named map that a batch runs on, or undefined if its maps are generated. */
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

/** Lets timers and signals run. */
function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The counts of a block of programs, and its failure if there is one. */
export interface BlockResult {
  readonly index: number;
  readonly counts: Counts;
  /** The first program that broke a clause, shrunk; the block ends with it. */
  readonly failure: Failure | null;
  /** Peak memory of the target's process so far; 0 if unknown, or without a process. */
  readonly peakKib: number;
}

/** The options of a campaign that a block needs. */
export type BlockOptions = Pick<
  CampaignOptions,
  'worlds' | 'generated' | 'operations' | 'seed' | 'reference' | 'onProgram' | 'draw' | 'shrinks'
> & { readonly target: Target };

/** Runs a block of a campaign. Lets the event loop run between batches, and ends early once `isOver` returns true. */
export async function runBlock(
  options: BlockOptions,
  { index, firstBatch, programs }: Block,
  isOver: () => boolean = () => false,
): Promise<BlockResult> {
  const counters = new Counters(options.target);
  let failure: Failure | null = null;
  for (let done = 0; done < programs && failure === null && !isOver(); done += BATCH) {
    const runs = Math.min(BATCH, programs - done);
    failure = await runBatch(options, counters, { batch: firstBatch + done / BATCH, runs });
    await yieldToEventLoop();
  }
  const { peakKib } = options.target;
  return { index, counts: counters.counts, failure, peakKib };
}

/** Programs of more operations are not shrunk by fast-check. */
const LONG = 256;

/** The programs that fast-check shrinks to, from the first one that broke a clause. */
class ShrinkingPath {
  readonly #from: Trace;
  #counterexample: Trace;
  #to: Trace;
  readonly #start = performance.now();

  constructor(from: Trace) {
    this.#from = from;
    this.#counterexample = from;
    this.#to = from;
  }

  /** Whether the program is too long for fast-check, which runs most of it at each try: our shrinker cuts it by halves. */
  get isLong(): boolean {
    return this.#from.scenario.operations.length > LONG;
  }

  /** Records the next failing program. */
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

async function runBatch(options: BlockOptions, counters: Counters, batch: Batch): Promise<Failure | null> {
  return options.target.isInteractive
    ? runDrawnBatch(options, counters, batch)
    : runAheadBatch(options, counters, batch);
}

/** Runs programs that are drawn before they run. fast-check does not shrink a failure: each try would cost a process. */
async function runAheadBatch(
  options: BlockOptions,
  counters: Counters,
  { batch, runs }: Batch,
): Promise<Failure | null> {
  const { Relay } = await import('../relay.ts');
  const { target } = options;
  const { policies, profile } = target;
  const seed = batchSeed(options.seed, batch);
  let found: Trace | null = null;
  const relay = new Relay(target, ({ world }, program, performer) => {
    // One more program may have been running when the first failure was found.
    if (found !== null) return false;
    const start = performance.now();
    const execution = new Execution(target, world, { policies, observer: counters.observer, performer });
    for (const operation of program) if (!execution.perform(operation)) break;
    execution.finish();
    counters.note(world, execution.performed);
    options.onProgram?.({ execution, seconds: (performance.now() - start) / 1000, seed });
    if (execution.violation !== null) found = execution.trace();
    return execution.violation === null;
  });
  const { draw = anyProgram } = options;
  const program = draw(options.operations, worldOf(options, batch), profile, paceOf(target).sizes(batch));
  runProperty(program, (drawn) => relay.next(drawn), { runs, seed, shrink: false });
  relay.last();
  return found === null ? null : { counterexample: found, shrinking: null };
}

/** Runs programs that are drawn while they run. */
function runDrawnBatch(options: BlockOptions, counters: Counters, { batch, runs }: Batch): Failure | null {
  const seed = batchSeed(options.seed, batch);
  const paths: ShrinkingPath[] = [];
  const { target, reference, operations: length } = options;
  const pace = paceOf(target);
  const counted = (drawn: DrawnProgram): RanProgram => {
    const start = performance.now();
    const ran = runProgram(target, drawn, { length, watcher: counters, reference });
    const seconds = (performance.now() - start) / 1000;
    counters.note(drawn.world, ran.performed);
    if (pace.isTooLarge(drawn.world, ran, seconds)) return { ...ran, holds: true };
    options.onProgram?.({ execution: ran.execution(), seconds, seed });
    return ran;
  };
  const holds = (drawn: DrawnProgram): boolean => {
    const [path] = paths;
    if (path?.isLong === true) return true;
    // Programs tried by shrinking are not part of the campaign, and not counted.
    const ran = path === undefined ? counted(drawn) : runProgram(target, drawn, { length, reference });
    if (ran.holds) return true;
    const trace = ran.execution().trace();
    if (path === undefined) paths.push(new ShrinkingPath(trace));
    else path.note(trace);
    return false;
  };
  const { draw = anyProgram, shrinks: shrink = true } = options;
  const program = draw(options.operations, worldOf(options, batch), target.profile, pace.sizes(batch));
  runProperty(program, holds, { runs, seed, shrink });
  return paths[0]?.failure ?? null;
}

/**
 * Runs blocks of a campaign up to the first that fails, and yields their results in order.
 * @public
 */
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

/** Runs blocks of a campaign up to the first that fails, and passes each result to `onResult`, in order. */
export async function runBlocks(
  options: CampaignOptions,
  blocks: Iterable<Block>,
  runner: BlockRunner = inThisThread,
  onResult: (result: BlockResult) => void = () => {},
): Promise<RunEnd> {
  const { signal, seconds = Number.POSITIVE_INFINITY } = options;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const isOver = (): boolean => elapsed() >= seconds || signal?.aborted === true;
  let [programs, operations, peakKib] = [0, 0, 0];
  const strict = { ...options, target: heldTo(options.target, options.checks) };
  for await (const result of runner(strict, blocks, isOver)) {
    programs += result.counts.programs;
    operations += result.counts.operations;
    peakKib = Math.max(peakKib, result.peakKib);
    onResult(result);
    options.onProgress?.({ programs, operations, seconds: elapsed() });
  }
  return { seconds: elapsed(), stopped: signal?.aborted === true, peakKib };
}

/**
 * Runs a campaign, in this thread unless another runner is given. Rejects with `SpecError` if the target cannot be used; what the
 * target does wrong is part of the result. 100,000 operations a second and more on a target in this process.
 * @public
 */
export async function runCampaign(options: CampaignOptions, runner?: BlockRunner): Promise<CampaignResult> {
  let counts = noCounts();
  let failure: Failure | null = null;
  const ran = await runBlocks(options, blocksOf(options.programs), runner, (result) => {
    counts = addCounts(counts, result.counts);
    failure = result.failure;
  });
  return resultOf({ ...options, claims: claimsOf(options.target) }, counts, { ...ran, failure });
}
