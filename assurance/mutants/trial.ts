/** Trials of mutants: campaigns from several seeds on one mutant, and what each finds first, shrunk. */

import { shrinkAcross } from '../../counterexamples/shrink/index.ts';
import { type Certificate, certify } from '../../properties/explore/index.ts';
import { type CampaignOptions, runCampaign } from '../../properties/random/index.ts';
import { type Mutant, targetOf } from '../../runner/mutants/index.ts';
import { type ClauseName, isOwnClause, Scenario, type Trace } from '../../spec/index.ts';

/** Programs in which a mutant must be caught. */
export const PROGRAMS = 5000;
/** Most operations in a program. */
export const OPERATIONS = 50;

/** A mutant caught from one seed. */
export interface Catch {
  /** The clause that the first failing program breaks. */
  readonly clause: ClauseName;
  /** Programs and operations until it was caught. */
  readonly programs: number;
  readonly operations: number;
  /** Milliseconds until then. */
  readonly ms: number;
  /** The first failing program. */
  readonly found: Trace;
}

/** A counterexample shrunk. */
export interface Shrunk {
  readonly trace: Trace;
  readonly ms: number;
  /** Whether no move was left, rather than no budget. */
  readonly isMinimal: boolean;
}

/** How a mutant is looked for. */
interface CatchOptions extends Pick<CampaignOptions, 'draw'> {
  readonly seed: number;
  /** Programs at most. Default: {@link PROGRAMS}. */
  readonly programs?: number;
}

/** Runs a campaign on a mutant until it is caught. Returns null where it survives. */
export async function catchMutant(mutant: Mutant, options: CatchOptions): Promise<Catch | null> {
  const { findings, programs, operations, seconds } = await runCampaign({
    target: targetOf(mutant),
    worlds: [],
    generated: true,
    programs: PROGRAMS,
    operations: OPERATIONS,
    stopFirst: true,
    ...options,
  });
  const [found] = findings.map(({ trace }) => trace);
  const clause = found?.violation?.clause;
  if (found === undefined || clause === undefined || isOwnClause(clause)) return null;
  return { clause, programs, operations, ms: seconds * 1000, found };
}

/** Shrinks what a campaign found to the simplest program of the mutant. */
export function shrinkCatch(mutant: Mutant, { found }: Catch): Shrunk {
  const start = performance.now();
  const results = shrinkAcross(targetOf(mutant), found);
  return {
    trace: { ...(results.at(-1)?.trace ?? found), note: mutant.sentence },
    ms: performance.now() - start,
    isMinimal: results.every(({ verdict, exhausted }) => verdict === 'shrunk' && !exhausted),
  };
}

/** The trials of a mutant from several seeds. */
export interface MutantResult {
  readonly mutant: Mutant;
  readonly catches: readonly Catch[];
  readonly shrunk: readonly Shrunk[];
  /** The certificate of each distinct program that it was shrunk to. */
  readonly certificates: readonly Certificate[];
  /** Seeds from which it was not caught. */
  readonly survived: readonly number[];
}

/** Certifies each different program once. */
async function certificatesOf(mutant: Mutant, traces: readonly Trace[]): Promise<readonly Certificate[]> {
  const different = new Map(traces.map((trace) => [JSON.stringify(Scenario.encode(trace.scenario)), trace]));
  const certificates: Certificate[] = [];
  for (const trace of different.values()) certificates.push(await certify(targetOf(mutant), trace));
  return certificates;
}

export async function tryMutant(mutant: Mutant, seeds: readonly number[]): Promise<MutantResult> {
  const catches: Catch[] = [];
  const survived: number[] = [];
  for (const seed of seeds) {
    const caught = await catchMutant(mutant, { seed });
    if (caught === null) survived.push(seed);
    else catches.push(caught);
  }
  const shrunk = catches.map((caught) => shrinkCatch(mutant, caught));
  const certificates = await certificatesOf(
    mutant,
    shrunk.map(({ trace }) => trace),
  );
  return { mutant, catches, survived, shrunk, certificates };
}

/** Returns the operations of a trace. */
export function lengthOf({ scenario }: Trace): number {
  return scenario.operations.length;
}

/** Returns how many of the traces differ in their program, memory map or configuration. */
export function distinctPrograms(traces: readonly Trace[]): number {
  return new Set(traces.map(({ scenario }) => JSON.stringify(Scenario.encode(scenario)))).size;
}
