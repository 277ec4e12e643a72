/** Results of campaigns: what the programs met, and the verdict that follows from it. */
import { CLAUSES, type Trace, type Unchecked, uncheckedBy } from '../../../spec/index.ts';
import type { Counts } from './counts.ts';
import { type Claims, canMeetSide, clausesOf } from './reach.ts';
import { canMeet } from './situations.ts';

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
  /** Memory that the process of the target took at its peak; 0 where it is not known, or there is none. */
  readonly peakKib: number;
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
  /** What the target does not claim, so that it was not checked, and why. */
  readonly unchecked: readonly Unchecked[];
  /** The most memory that the process of the target was seen to take, in KiB; 0 where it is not known, or there is none. */
  readonly peakKib: number;
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

/** What a verdict depends on besides what programs met. */
interface Asked {
  /** What the target claims; whether it inspects shows in what programs met. */
  readonly claims: Omit<Claims, 'inspects'>;
  readonly seed: number;
  /** Whether most programs ran on generated maps. */
  readonly generated: boolean;
}

function claimsOf({ clauses }: Counts, claims: Asked['claims']): Claims {
  const inspects = Object.values(clauses['owner.agrees'] ?? {}).some((times) => times > 0);
  return { ...claims, inspects };
}

/** The clauses that the target is held to, of those counted. */
function listedIn({ clauses }: Counts, claims: Claims): Counts['clauses'] {
  const listed: readonly string[] = clausesOf(claims);
  return Object.fromEntries(Object.entries(clauses).filter(([name]) => listed.includes(name)));
}

/** Situations, and sides of clauses, that were never met, and can be. */
function unmetIn({ situations }: Counts, clauses: Counts['clauses'], claims: Claims): readonly string[] {
  return [
    ...Object.keys(situations).filter((name) => situations[name] === 0 && canMeet(name, claims)),
    ...CLAUSES.flatMap(({ name, sides }) =>
      sides
        .filter((side, i) => clauses[name]?.[side] === 0 && canMeetSide(name, i === 0 ? 0 : 1, claims))
        .map((side) => `${name}: ${side}`),
    ),
  ];
}

/** What a run on a target that claims this does not check, and why. */
function uncheckedOn(claims: Claims): readonly Unchecked[] {
  const { profile, policies, seesWrites, takesAnyNumber, inspects } = claims;
  const list = [...uncheckedBy({ ...profile, policies })];
  if (!takesAnyNumber)
    list.push({
      what: 'arguments that are no unsigned 64-bit integers',
      why: 'a process is asked in lines that have no others',
    });
  if (!seesWrites)
    list.push({ what: 'contents.preserved', why: 'the process does not look after what page frames hold' });
  if (!inspects) list.push({ what: 'owner.agrees', why: 'it is not asked about every page frame' });
  return list;
}

/** Returns what a campaign came to, from what its programs met. */
export function resultOf(
  asked: Asked,
  counts: Counts,
  { seconds, failure, stopped, peakKib }: Ran & { readonly failure: Failure | null },
): CampaignResult {
  const { seed, generated } = asked;
  const claims = claimsOf(counts, asked.claims);
  const clauses = listedIn(counts, claims);
  const isFull = generated && !stopped && failure === null && counts.programs >= FULL_RUN_PROGRAMS;
  const unreached = isFull ? unmetIn(counts, clauses, claims) : [];
  const unchecked = uncheckedOn(claims);
  const verdict =
    failure !== null ? 'violated' : stopped ? 'interrupted' : unreached.length > 0 ? 'unreached' : 'holds';
  const { counterexample, shrinking } = failure ?? { counterexample: null, shrinking: null };
  const found = { unreached, unchecked, peakKib, counterexample, shrinking };
  return { verdict, ...counts, clauses, seconds, seed, ...found };
}
