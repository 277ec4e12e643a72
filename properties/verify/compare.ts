/**
 * Comparing: one scenario on two targets, answer by answer. What counts as a difference depends on what is observed.
 *
 * - `spec`: the specification admits what each side answers, and as long as both have handed out the same page frames they
 *   succeed, fail and panic alike and report the same amounts. Once one hands out another page frame than the other the
 *   two are in different states, and are judged each on its own from there on.
 * - `exact`: every answer is the same.
 *
 * Neither looks at the wording of warnings and panics, nor at what a manager writes into page frames that are its own.
 */

import { execute, type Target, worldBeyond } from '../../runner/index.ts';
import type { Outcome, Response, Scenario, Trace } from '../../spec/index.ts';

export const OBSERVABLES = ['spec', 'exact'] as const;
export type Observable = (typeof OBSERVABLES)[number];

/** Two targets, held to the same policies and one profile, and what is observed of them. */
export interface Sides {
  readonly candidate: Target;
  readonly baseline: Target;
  readonly observable: Observable;
}

/** One scenario as it ran on both sides. */
export interface Runs {
  readonly candidate: Trace;
  readonly baseline: Trace;
}

/** What became of one scenario on both sides. */
export interface Comparison {
  /** Index of the operation at which they differ, -1 for init; null where they do not. */
  readonly differsAt: number | null;
  /** Answers that were compared. */
  readonly compared: number;
  /**
   * Index of the operation from which on they were in different states, or only one of them could be asked for it; null
   * where there is none.
   */
  readonly partedAt: number | null;
}

/** Returns what a call came to, without the page frames it handed out and without wording. */
function manner({ outcome, errno, amounts, strayEntries }: Response): string {
  return JSON.stringify([mannerOf(outcome), errno, amounts, strayEntries]);
}

function mannerOf(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'amount':
      return [outcome.kind, outcome.amount];
    case 'addresses':
      return [outcome.kind, outcome.addresses.length];
    default:
      return outcome.kind;
  }
}

/** Returns what else can be told of an answer: page frames that were handed out, and what a panic blames. */
function details({ outcome }: Response): string {
  switch (outcome.kind) {
    case 'address':
      return String(outcome.address);
    case 'addresses':
      return outcome.addresses.join(' ');
    case 'panicked':
      return `${outcome.call} ${outcome.pfn} ${outcome.owner}`;
    default:
      return '';
  }
}

/** Whether two answers are the same, wording aside. */
export function answersAlike(a: Response, b: Response): boolean {
  return manner(a) === manner(b) && details(a) === details(b);
}

/** Whether two answers hand out the same page frames. */
function handOutAlike(a: Response, b: Response): boolean {
  return a.outcome.kind === 'panicked' || details(a) === details(b);
}

/** Whether an operation was passed over: what is performed and malformed breaks a clause. */
function isPassedOver({ responses, violation }: Trace, place: number): boolean {
  return responses[place]?.outcome.kind === 'malformed' && violation?.at !== place - 1;
}

/** Whether one side was not asked for an operation that changed something, or may have, on the other. */
function isOneSided(place: number, runs: Runs): boolean {
  const [a, b] = [isPassedOver(runs.candidate, place), isPassedOver(runs.baseline, place)];
  if (a === b) return false;
  const { responses } = a ? runs.baseline : runs.candidate;
  const kind = responses[place]?.outcome.kind;
  return kind !== 'panicked' && kind !== 'failed' && kind !== 'amount';
}

/** Number of responses that can be compared: all that both gave, up to where only one of them went on. */
function comparable(runs: Runs): number {
  const { candidate, baseline } = runs;
  const length = Math.min(candidate.responses.length, baseline.responses.length);
  for (let i = 0; i < length; i += 1) if (isOneSided(i, runs)) return i;
  return length;
}

/** The operation of the first response that both gave in different ways, or null. */
function firstUnlike(runs: Runs, alike: (a: Response, b: Response) => boolean): number | null {
  const { candidate, baseline } = runs;
  const length = comparable(runs);
  for (let i = 0; i < length; i += 1) {
    const [a, b] = [candidate.responses[i], baseline.responses[i]];
    const isEither = isPassedOver(candidate, i) || isPassedOver(baseline, i);
    if (a !== undefined && b !== undefined && !isEither && !alike(a, b)) return i - 1;
  }
  return null;
}

/** The operation from which on one side alone went on, or null. */
function leftAt(runs: Runs): number | null {
  const length = Math.min(runs.candidate.responses.length, runs.baseline.responses.length);
  const end = comparable(runs);
  return end < length ? end - 1 : null;
}

/** Where the specification rejects one of the sides, the candidate first; null where it admits both. */
function rejectedAt({ candidate, baseline }: Runs): number | null {
  return candidate.violation?.at ?? baseline.violation?.at ?? null;
}

/** Whether both sides break the same clause at the same operation. */
function areBrokenAlike({ candidate: { violation: a }, baseline: { violation: b } }: Runs): boolean {
  return a !== undefined && a.at === b?.at && a.clause === b.clause;
}

/** Number of answers that were compared: up to an operation, and that included, or all that can be. */
function comparedUpTo(runs: Runs, at: number | null): number {
  return at === null ? comparable(runs) : at + 2;
}

/** Every answer is to be the same, or at least wrong in the same way. */
function compareExactly(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, answersAlike);
  const differsAt = unlike ?? (areBrokenAlike(runs) ? null : rejectedAt(runs));
  return { differsAt, compared: comparedUpTo(runs, unlike), partedAt: unlike === null ? leftAt(runs) : null };
}

/** The specification is to admit every answer, and as long as both are in the same state they are to end alike. */
function compareBySpec(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, (a, b) => manner(a) === manner(b));
  const elsewhere = firstUnlike(runs, handOutAlike);
  const isElsewhere = elsewhere !== null && (unlike === null || elsewhere < unlike);
  const differsAt = rejectedAt(runs) ?? (isElsewhere ? null : unlike);
  const partedAt = isElsewhere ? elsewhere : unlike === null ? leftAt(runs) : null;
  return { differsAt, compared: comparedUpTo(runs, isElsewhere ? elsewhere : null), partedAt };
}

/** Compares one scenario as it ran on both sides. */
export function compare(runs: Runs, observable: Observable): Comparison {
  return observable === 'exact' ? compareExactly(runs) : compareBySpec(runs);
}

/** Runs a scenario on both sides. */
export function runBoth({ candidate, baseline }: Sides, scenario: Scenario): Runs {
  return {
    candidate: execute(candidate, scenario).trace(),
    baseline: execute(baseline, scenario).trace(),
  };
}

/** Whether both sides manage the memory of a scenario. */
export function isWithin({ candidate, baseline }: Sides, world: Pick<Scenario, 'map' | 'config'>): boolean {
  return [candidate, baseline].every((target) => worldBeyond(target.profile, world) === null);
}
