/** Results of campaigns: what the programs met, and the verdict that follows from it. */
import { CLAUSE_NAMES, type ClauseName, isSequential, type Policy, type Trace } from '../../spec/index.ts';
import type { Counts } from './counts.ts';

/** What has been done so far. */
export interface Progress {
  readonly programs: number;
  readonly operations: number;
  readonly seconds: number;
}

/** How long blocks ran, and whether somebody stopped them. */
export interface Ran {
  readonly seconds: number;
  readonly stopped: boolean;
}

/**
 * - `holds`: no program broke a clause, and a full run met every situation and every side of every clause.
 * - `unreached`: none broke a clause, but a full run did not meet something that it must.
 * - `violated`: a program broke a clause.
 * - `interrupted`: stopped early; none had broken a clause.
 */
export type CampaignVerdict = 'holds' | 'unreached' | 'violated' | 'interrupted';

/** What the programs met, but for the clauses that the target is not held to, and what follows. */
export interface CampaignResult extends Counts, Progress {
  readonly verdict: CampaignVerdict;
  readonly seed: number;
  /** Situations and sides of clauses that a full run must meet and this one has not. Empty where the run was not full. */
  readonly unreached: readonly string[];
  /** The simplest run met that breaks the clause of the first program that broke any. */
  readonly counterexample: Trace | null;
  /** How fast-check shrank that first program; null where there is none, or where nobody wrote it down. */
  readonly shrinking: Shrinking | null;
}

/** What fast-check's own shrinking did to the first program that broke a clause. */
export interface Shrinking {
  readonly from: Trace;
  /** It follows whatever fails: maybe another clause. */
  readonly to: Trace;
  readonly seconds: number;
}

/** A program that broke a clause, shrunk. */
export interface Failure {
  readonly counterexample: Trace;
  readonly shrinking: Shrinking | null;
}

/** Programs on generated maps from which on a run counts as full. */
export const FULL_RUN_PROGRAMS = 1000;

/** Returns the clauses that a campaign on this target checks. */
export function clausesOf(policies: readonly Policy[], inspects: boolean): readonly ClauseName[] {
  return CLAUSE_NAMES.filter((name) => {
    if (!isSequential(name)) return false;
    if (name === 'owner.agrees') return inspects;
    if (name === 'policy.lifo') return policies.includes('lifo');
    return name !== 'policy.first-fit' || policies.includes('first-fit');
  });
}

/** What a verdict depends on besides what programs met. */
export interface Asked {
  readonly policies: readonly Policy[];
  readonly seed: number;
  /** Whether most programs ran on generated maps. */
  readonly generated: boolean;
}

/** The clauses that were asked for, of those counted. */
function listedIn({ clauses }: Counts, policies: readonly Policy[]): Counts['clauses'] {
  const inspects = Object.values(clauses['owner.agrees'] ?? {}).some((times) => times > 0);
  const listed: readonly string[] = clausesOf(policies, inspects);
  return Object.fromEntries(Object.entries(clauses).filter(([name]) => listed.includes(name)));
}

/** Situations, and sides of clauses, that were never met. */
function unmetIn({ situations }: Counts, clauses: Counts['clauses']): readonly string[] {
  return [
    ...Object.keys(situations).filter((name) => situations[name] === 0),
    ...Object.entries(clauses).flatMap(([name, sides]) =>
      Object.keys(sides)
        .filter((side) => sides[side] === 0)
        .map((side) => `${name}: ${side}`),
    ),
  ];
}

/** Returns what a campaign came to, from what its programs met. */
export function resultOf(
  { policies, seed, generated }: Asked,
  counts: Counts,
  { seconds, failure, stopped }: Ran & { readonly failure: Failure | null },
): CampaignResult {
  const clauses = listedIn(counts, policies);
  const isFull = generated && !stopped && failure === null && counts.programs >= FULL_RUN_PROGRAMS;
  const unreached = isFull ? unmetIn(counts, clauses) : [];
  const verdict =
    failure !== null ? 'violated' : stopped ? 'interrupted' : unreached.length > 0 ? 'unreached' : 'holds';
  const { counterexample, shrinking } = failure ?? { counterexample: null, shrinking: null };
  return { verdict, ...counts, clauses, seconds, seed, unreached, counterexample, shrinking };
}
