/**
 * Trials of mutants: campaigns from several seeds on one mutant, each counterexample reduced twice over: by fast-check's
 * own shrinking, which is part of the campaign, and by our reduction from there on.
 */
import { type ClauseName, Scenario, type Trace } from '../../spec/index.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { reduceAcross } from '../reduce/reduce.ts';
import { type Mutant, targetOf } from './mutant.ts';

/** Programs that a mutant is given to be caught in. */
export const PROGRAMS = 5000;
/** Operations in a program, at most. */
export const OPERATIONS = 50;

/** What became of a mutant from one seed. */
export interface Catch {
  /** The clause that the counterexample breaks. */
  readonly clause: ClauseName;
  /** Programs and operations until it was caught. */
  readonly programs: number;
  readonly operations: number;
  /** What fast-check's own shrinking made of it. */
  readonly shrunk: Trace;
}

/** A counterexample reduced. */
export interface Reduced {
  readonly trace: Trace;
  readonly ms: number;
  /** Whether no move was left, rather than no budget. */
  readonly isMinimal: boolean;
}

/** Runs a campaign on a mutant until it is caught. Returns null where it survives. */
export async function catchMutant(
  mutant: Mutant,
  { seed, operations: limit = OPERATIONS }: { readonly seed: number; readonly operations?: number },
): Promise<Catch | null> {
  const { counterexample, programs, operations } = await runCampaign({
    target: targetOf(mutant),
    worlds: [],
    generated: true,
    programs: PROGRAMS,
    operations: limit,
    seed,
  });
  const clause = counterexample?.violation?.clause;
  if (counterexample === null || clause === undefined) return null;
  return { clause, programs, operations, shrunk: counterexample };
}

/** Reduces what a campaign found to the simplest program of the mutant. */
export function reduceCatch(mutant: Mutant, { shrunk }: Catch): Reduced {
  const start = performance.now();
  const results = reduceAcross(targetOf(mutant), shrunk);
  return {
    trace: results.at(-1)?.trace ?? shrunk,
    ms: performance.now() - start,
    isMinimal: results.every(({ verdict, exhausted }) => verdict === 'reduced' && !exhausted),
  };
}

/** What became of a mutant from several seeds. */
export interface MutantResult {
  readonly mutant: Mutant;
  readonly catches: readonly Catch[];
  readonly reduced: readonly Reduced[];
  /** Seeds from which it was not caught. */
  readonly survived: readonly number[];
}

export async function tryMutant(mutant: Mutant, seeds: readonly number[]): Promise<MutantResult> {
  const catches: Catch[] = [];
  const survived: number[] = [];
  for (const seed of seeds) {
    const caught = await catchMutant(mutant, { seed });
    if (caught === null) survived.push(seed);
    else catches.push(caught);
  }
  return { mutant, catches, survived, reduced: catches.map((caught) => reduceCatch(mutant, caught)) };
}

/** Returns the operations of a trace. */
export function lengthOf({ scenario }: Trace): number {
  return scenario.operations.length;
}

/** Returns how many of the traces differ in their program, memory map or configuration. */
export function distinctPrograms(traces: readonly Trace[]): number {
  return new Set(traces.map(({ scenario }) => JSON.stringify(Scenario.encode(scenario)))).size;
}
