/**
 * Campaigns: many random programs on one target, until enough have run or time is up. A campaign counts what they met, reports what
 * they did not meet, and keeps one program for each clause and call that they find at fault.
 */

import { ClauseCounts } from '../../../model/index.ts';
import {
  type BytesACall,
  Execution,
  heldTo,
  type Observer,
  outsideCalls,
  type Target,
  type World,
} from '../../../runner/index.ts';
import { factsOf, KindCounts, type LeanObserver, type StepFacts } from '../../../runner/lean/index.ts';
import { blamedCall, CLAUSE_NAMES, type OwnClause, type Trace } from '../../../spec/index.ts';
import type { Sizes } from '../arbitraries/sizes.ts';
import { anyProgram, type DrawnProgram, type ProgramDraw } from '../commands.ts';
import { type Arbitrary, runProperty } from '../fast-check.ts';
import { type RanProgram, runProgram } from '../run-program.ts';
import { BATCH, type Block, blocksOf } from './blocks.ts';
import {
  addCounts,
  CallCounts,
  type Counts,
  type CountsSum,
  FurthestSoFar,
  OwnClauseCounts,
} from './counts.ts';
import { EdgeCounts } from './edges.ts';
import { type Finding, FoundSoFar } from './finding.ts';
import { paceOf, type Taken } from './pace.ts';
import { claimsOf } from './reach.ts';
import { type CampaignResult, type Progress, type RunEnd, resultOf } from './result.ts';
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
  /** Whether the run ends at the first program that violates a clause. Default: false. */
  readonly stopFirst?: boolean;
  /** Findings made before, such as a corpus has. They are part of the result, and programs that show them again are only counted. */
  readonly known?: readonly Finding[];
  /** Called after each block of programs. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called with each program that shows something new, as soon as it is known in this thread. Threads may show the same. */
  readonly onFound?: (found: Trace) => void;
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

/** The counters of a block of programs. */
class Counters {
  readonly #clauses = new ClauseCounts();
  readonly #situations = new SituationCounts();
  readonly #edges = new EdgeCounts();
  readonly #calls = new CallCounts();
  readonly #furthest = new FurthestSoFar();
  readonly #own: OwnClauseCounts;
  readonly #violations: Record<string, Record<string, number>> = {};
  #programs = 0;
  #operations = 0;
  #tooLarge = 0;
  #slow = 0;
  #refused = 0;
  #declined = 0;

  readonly #kinds = new KindCounts();

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
    onStep: (step) => {
      this.#declined += 1;
      this.observer.onStep(step);
    },
    onFacts: (facts) => this.#noteFacts(facts),
  };

  constructor({ checks }: Pick<Target, 'checks'> = { checks: [] }) {
    this.#own = new OwnClauseCounts(checks);
  }

  /** Counts a program that {@link observer} or {@link lean} has observed. Where its world was too large, what broke does not count. */
  note(world: World, ran: RanProgram, taken: Taken): void {
    const isTooLarge = taken === 'too large';
    this.#situations.noteWorld(world);
    this.#programs += 1;
    this.#operations += ran.performed;
    this.#furthest.endProgram(world, !ran.isRefused && !isTooLarge);
    if (taken === 'slow') this.#slow += 1;
    if (ran.isRefused) this.#refused += 1;
    else if (isTooLarge) this.#tooLarge += 1;
    else if (!ran.holds) this.#noteViolation(ran.execution());
  }

  #noteViolation({ violation, operations }: Execution): void {
    if (violation === null) return;
    const call = blamedCall(violation, operations);
    const calls = this.#violations[violation.clause] ?? {};
    this.#violations[violation.clause] = { ...calls, [call]: (calls[call] ?? 0) + 1 };
  }

  #noteFacts(facts: StepFacts): void {
    this.#situations.noteStep(facts);
    this.#edges.note(facts);
    this.#calls.note(facts);
    this.#furthest.noteStep(facts);
  }

  get counts(): Counts {
    this.#kinds.drain(this.#clauses.note);
    return {
      programs: this.#programs,
      operations: this.#operations,
      calls: this.#calls.toRecord(),
      situations: this.#situations.toRecord(),
      clauses: { ...this.#clauses.toRecord(CLAUSE_NAMES), ...this.#own.toRecord() },
      arguments: this.#edges.toRecord(),
      violations: this.#violations,
      tooLarge: this.#tooLarge,
      slow: this.#slow,
      refused: this.#refused,
      declined: this.#declined,
      furthest: this.#furthest.furthest,
      reached: this.#furthest.reached,
    };
  }
}

/** Returns the counts of no programs, to which others are added. */
function noCounts(): CountsSum {
  return new Counters().counts;
}

/** Returns the seed of a batch: distinct for 2^32 batches, and far from the seeds of other campaigns. */
export function batchSeed(seed: number, batch: number): number {
  return (Math.imul(seed, 0x9e37_79b1) + Math.imul(batch, 0x85eb_ca6b)) | 0;
}

/** Returns the sum of the counts of parts of a run. */
export function sumOf(parts: Iterable<Counts>): Counts {
  const sum = noCounts();
  for (const part of parts) addCounts(sum, part);
  return sum;
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

/** The counts of a block of programs, and what they found. */
export interface BlockResult {
  readonly index: number;
  readonly counts: Counts;
  /** The findings that the thread which ran the block had not made before. */
  readonly findings: readonly Finding[];
  /** Whether the run ends with this block because of what was found. */
  readonly isLast: boolean;
  /** Peak memory of the target's process so far; 0 if unknown, or without a process. */
  readonly peakKib: number;
  /** See {@link Target.bytesACall}. */
  readonly bytesACall: BytesACall | null;
}

/** The options of a campaign that a block needs. */
export type BlockOptions = Pick<
  CampaignOptions,
  'worlds' | 'generated' | 'operations' | 'seed' | 'reference' | 'onProgram' | 'draw'
> & { readonly target: Target };

/** Runs a block of a campaign. Lets the event loop run between batches, and ends early once `isOver` returns true. */
export async function runBlock(
  options: BlockOptions,
  { index, firstBatch, programs }: Block,
  found: FoundSoFar,
  isOver: () => boolean = () => false,
): Promise<BlockResult> {
  const counters = new Counters(options.target);
  for (let done = 0; done < programs && !found.isOver && !isOver(); done += BATCH) {
    const runs = Math.min(BATCH, programs - done);
    await runBatch(options, counters, found, { batch: firstBatch + done / BATCH, runs, isOver });
    await outsideCalls(yieldToEventLoop);
  }
  const { peakKib, bytesACall } = options.target;
  return {
    index,
    counts: counters.counts,
    findings: found.take(index),
    isLast: found.isOver,
    peakKib,
    bytesACall,
  };
}

/** A few programs of one seed, on one map or on generated ones. */
interface Batch {
  readonly batch: number;
  readonly runs: number;
  /** Whether time is up, or the run interrupted. */
  readonly isOver: () => boolean;
}

/** Runs programs. fast-check shrinks none of them: our shrinker starts from a program as it was found. */
async function runBatch(
  options: BlockOptions,
  counters: Counters,
  found: FoundSoFar,
  { batch, runs, isOver }: Batch,
): Promise<void> {
  const { target, operations: length, reference, draw = anyProgram } = options;
  const seed = batchSeed(options.seed, batch);
  const pace = paceOf(target);
  let start = performance.now();
  const goesOn = (world: World, ran: RanProgram): boolean => {
    const now = performance.now();
    const taken = pace.note(world, ran, (now - start) / 1000);
    counters.note(world, ran, taken);
    options.onProgram?.({ execution: ran.execution(), seconds: (now - start) / 1000, seed });
    if (!ran.holds && taken !== 'too large') found.note(ran.execution(), now - start);
    start = now;
    return !found.isOver && !isOver();
  };
  const drawn = (sizes: Sizes): Arbitrary<DrawnProgram> =>
    draw(length, worldOf(options, batch), target.profile, sizes);
  const first = draw === anyProgram ? pace.batches(batch).slice(0, runs) : [];
  const parts = [
    ...first.map((sizes) => ({ sizes, runs: 1 })),
    { sizes: pace.sizes(batch), runs: runs - first.length },
  ];
  const runEach = (run: (program: DrawnProgram) => boolean): unknown =>
    parts.find(({ sizes, runs }) => runProperty(drawn(sizes), run, { runs, seed, shrink: false }).failed);
  if (target.isInteractive) {
    const run = { length, watcher: counters, reference };
    runEach((program) => goesOn(program.world, runProgram(target, program, run)));
    return;
  }
  const { Relay } = await import('../relay/relay.ts');
  const relay = new Relay(target, ({ world }, program, performer) => {
    // One more program may have been running when the run ended.
    if (found.isOver || isOver()) return false;
    const { policies } = target;
    const execution = new Execution(target, world, { policies, observer: counters.observer, performer });
    for (const operation of program) if (!execution.perform(operation)) break;
    const holds = execution.finish();
    const { performed, isRefused } = execution;
    return goesOn(world, { performed, holds, isRefused, execution: () => execution });
  });
  runEach((program) => relay.next(program));
  relay.last();
}

/**
 * Runs blocks of a campaign up to the last one, and yields their results in order.
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
  const found = new FoundSoFar(options.stopFirst === true, options.onFound);
  for (const block of blocks) {
    if (isOver()) return;
    const result = await runBlock(options, block, found, isOver);
    yield result;
    if (result.isLast) return;
  }
}

/** Runs blocks of a campaign up to the last one, and passes each result to `onResult`, in order. */
export async function runBlocks(
  options: CampaignOptions,
  blocks: Iterable<Block>,
  runner: BlockRunner = inThisThread,
  onResult: (result: BlockResult) => void = () => {},
): Promise<RunEnd & { readonly findings: readonly Finding[] }> {
  const { signal, seconds = Number.POSITIVE_INFINITY, stopFirst = false, known = [] } = options;
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const isOver = (): boolean => elapsed() >= seconds || signal?.aborted === true;
  const findings = [...known];
  let isCutShort = stopFirst && known.length > 0;
  let [programs, operations, peakKib] = [0, 0, 0];
  let bytesACall: BytesACall | null = null;
  const strict = { ...options, target: heldTo(options.target, options.checks) };
  for await (const result of runner(strict, isCutShort ? [] : blocks, isOver)) {
    programs += result.counts.programs;
    operations += result.counts.operations;
    peakKib = Math.max(peakKib, result.peakKib);
    bytesACall = result.bytesACall;
    isCutShort ||= result.isLast;
    findings.push(...result.findings);
    onResult(result);
    options.onProgress?.({ programs, operations, seconds: elapsed() });
  }
  return { seconds: elapsed(), stopped: signal?.aborted === true, isCutShort, peakKib, bytesACall, findings };
}

/**
 * Runs a campaign, in this thread unless another runner is given. Rejects with `SpecError` if the target cannot be used; what the
 * target does wrong is part of the result. 100,000 operations a second and more on a target in this process.
 * @public
 */
export async function runCampaign(options: CampaignOptions, runner?: BlockRunner): Promise<CampaignResult> {
  const counts = noCounts();
  const ran = await runBlocks(options, blocksOf(options.programs), runner, (result) =>
    addCounts(counts, result.counts),
  );
  return resultOf({ ...options, claims: claimsOf(options.target) }, counts, ran);
}
