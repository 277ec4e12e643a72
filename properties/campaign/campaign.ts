/**
 * Campaigns: many random programs on one target. A campaign runs programs until enough have held, time is up, or one has
 * broken a clause; it counts what they met, and says what it did not meet.
 */
import { CLAUSE_NAMES, type ClauseName, type Policy, type Trace } from '../../spec/index.ts';
import { anyProgram, type DrawnProgram } from '../commands.ts';
import { Execution, type Observer, type World } from '../execution.ts';
import { runCommands, runProperty } from '../fast-check.ts';
import type { Target } from '../target.ts';
import { ClauseCounts, type SideCounts } from './clause-counts.ts';
import { type ArgumentKind, type EdgeCount, EdgeCounts } from './edges.ts';
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
  /** Told what has been done so far, every few dozen programs. */
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

/** What has been done so far. */
export interface Progress {
  readonly programs: number;
  readonly operations: number;
  readonly seconds: number;
}

/**
 * - `holds`: no program broke a clause, and a full run met every situation and every side of every clause.
 * - `unreached`: none broke a clause, but a full run did not meet something that it must.
 * - `violated`: a program broke a clause.
 * - `interrupted`: stopped early; none had broken a clause.
 */
export type CampaignVerdict = 'holds' | 'unreached' | 'violated' | 'interrupted';

export interface CampaignResult extends Progress {
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  /** Operations by call and outcome. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly situations: Readonly<Record<string, number>>;
  readonly clauses: Readonly<Record<string, SideCounts>>;
  readonly arguments: Readonly<Record<ArgumentKind, EdgeCount>>;
  /** Situations and sides of clauses that a full run must meet and this one has not. Empty where the run was not full. */
  readonly unreached: readonly string[];
  readonly counterexample: Trace | null;
}

/**
 * Operations in a program, at most, unless told otherwise. Half of it on average, so that drawing the memory map and
 * building a manager of it, the cost of some 20 operations, counts for little.
 */
export const DEFAULT_OPERATIONS = 200;

/** Programs on generated maps from which on a run counts as full. */
export const FULL_RUN_PROGRAMS = 1000;

/** Programs between two looks at the clock; each batch has a seed of its own. */
const BATCH = 32;
/** One batch in this many runs on the named maps where generated ones are wanted too. */
const NAMED_SHARE = 8;

function runProgram(
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
  readonly clauses = new ClauseCounts();
  readonly situations = new SituationCounts();
  readonly edges = new EdgeCounts();
  readonly calls = new Map<string, Map<string, number>>();
  programs = 0;
  operations = 0;

  run(target: Target, drawn: DrawnProgram): Execution {
    const execution = runProgram(target, drawn, {
      tally: this.clauses.note,
      onStep: (step) => {
        this.situations.noteStep(step);
        this.edges.note(step);
        this.#noteCall(step.operation.call, step.response.outcome.kind);
      },
    });
    this.situations.noteWorld(drawn.world);
    this.programs += 1;
    this.operations += execution.operations.length;
    return execution;
  }

  #noteCall(call: string, outcome: string): void {
    const outcomes = this.calls.get(call) ?? new Map<string, number>();
    this.calls.set(call, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }
}

/** Returns the clauses that a campaign on this target checks. */
export function clausesOf(policies: readonly Policy[], inspects: boolean): readonly ClauseName[] {
  return CLAUSE_NAMES.filter((name) => {
    if (name === 'concurrent.linearizable') return false;
    if (name === 'owner.agrees') return inspects;
    if (name === 'policy.lifo') return policies.includes('lifo');
    return name !== 'policy.first-fit' || policies.includes('first-fit');
  });
}

/** The seeds of batches: distinct for 2^32 batches, and those of two campaigns are far apart. */
function batchSeed(seed: number, batch: number): number {
  return (Math.imul(seed, 0x9e37_79b1) + Math.imul(batch, 0x85eb_ca6b)) | 0;
}

function worldOf({ worlds, generated }: CampaignOptions, batch: number): NamedWorld | undefined {
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

/** Runs a campaign; it gives way to other work between batches of programs. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { seed, programs, signal, seconds = Number.POSITIVE_INFINITY } = options;
  const counters = new Counters();
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const isDone = (): boolean =>
    counters.programs >= programs || elapsed() >= seconds || signal?.aborted === true;
  let failure: Trace | null = null;
  for (let batch = 0; failure === null && !isDone(); batch += 1) {
    const runs = Math.min(BATCH, programs - counters.programs);
    failure = runBatch(options, counters, { batch, runs, seed: batchSeed(seed, batch) });
    const { programs: done, operations } = counters;
    options.onProgress?.({ programs: done, operations, seconds: elapsed() });
    await breathe();
  }
  return resultOf(options, counters, { seconds: elapsed(), failure, stopped: signal?.aborted === true });
}

function runBatch(
  options: CampaignOptions,
  counters: Counters,
  { batch, runs, seed }: { readonly batch: number; readonly runs: number; readonly seed: number },
): Trace | null {
  let last: Trace | null = null;
  const counted = (drawn: DrawnProgram): Execution => {
    const start = performance.now();
    const execution = counters.run(options.target, drawn);
    options.onProgram?.({ execution, seconds: (performance.now() - start) / 1000, seed });
    return execution;
  };
  const holds = (drawn: DrawnProgram): boolean => {
    // What shrinking tries is no part of the campaign, and is not counted.
    const execution = last === null ? counted(drawn) : runProgram(options.target, drawn);
    if (execution.violation !== null) last = execution.trace();
    return execution.violation === null;
  };
  const program = anyProgram(options.operations, worldOf(options, batch));
  const { failed } = runProperty(program, holds, { runs, seed, shrink: true });
  return failed ? last : null;
}

function resultOf(
  { target, seed, generated }: CampaignOptions,
  counters: Counters,
  {
    seconds,
    failure,
    stopped,
  }: { readonly seconds: number; readonly failure: Trace | null; readonly stopped: boolean },
): CampaignResult {
  const { programs, operations, clauses, situations, edges, calls } = counters;
  const inspects = clauses.unmet(['owner.agrees']).length < 2;
  const listed = clausesOf(target.policies, inspects);
  const isFull = generated && !stopped && failure === null && programs >= FULL_RUN_PROGRAMS;
  const unreached = isFull ? [...situations.unmet(), ...clauses.unmet(listed)] : [];
  const verdict =
    failure !== null ? 'violated' : stopped ? 'interrupted' : unreached.length > 0 ? 'unreached' : 'holds';
  return {
    verdict,
    programs,
    operations,
    seconds,
    seed,
    calls: Object.fromEntries([...calls].map(([call, outcomes]) => [call, Object.fromEntries(outcomes)])),
    situations: situations.toRecord(),
    clauses: clauses.toRecord(listed),
    arguments: edges.toRecord(),
    unreached,
    counterexample: failure,
  };
}
