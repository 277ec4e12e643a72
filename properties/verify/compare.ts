/**
 * Comparing: one scenario on two targets, answer by answer. The observable decides what counts as a difference.
 *
 * - `spec`: the specification must admit the answers of both. As long as both have handed out the same page frames, they must
 *   succeed, fail and panic at the same operations and report the same amounts. Once they hand out different page frames, the two are
 *   in different states, and are judged separately.
 * - `exact`: every answer must be the same.
 *
 * Neither compares the wording of warnings and panics, nor what a manager writes into page frames that it owns.
 */

import { execute, type Target, worldBeyond } from '../../runner/index.ts';
import type { Outcome, Response, Scenario, Trace } from '../../spec/index.ts';

/**
 * The names of the observables.
 * @internal
 */
export const OBSERVABLES = ['spec', 'exact'] as const;
/**
 * The observable of a comparison: `spec` or `exact`.
 * @public
 */
export type Observable = (typeof OBSERVABLES)[number];

/**
 * Two targets held to the same policies and profile, and the observable by which they are compared.
 * @public
 */
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

/** The result of comparing one scenario on both sides. */
export interface Comparison {
  /** Index of the operation at which they differ, -1 for init; null if they do not. */
  readonly differsAt: number | null;
  /** Number of compared answers. */
  readonly compared: number;
  /** Index of the first operation after which they were in different states, or which only one could perform; null if there is none. */
  readonly partedAt: number | null;
}

/** Returns the outcome of a call as text, without the page frames it handed out and without wording. */
function outcomeText({ outcome, errno, amounts, strayEntries }: Response): string {
  const counts = [amounts?.total, amounts?.free, amounts?.reserved].map(String);
  return JSON.stringify([outcomeData(outcome), errno, counts, strayEntries]);
}

function outcomeData(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'amount':
      return [outcome.kind, String(outcome.amount)];
    case 'addresses':
      return [outcome.kind, outcome.addresses.length];
    default:
      return outcome.kind;
  }
}

/** Returns the rest of an answer that counts: page frames handed out, and the blame of a panic. */
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
  return outcomeText(a) === outcomeText(b) && details(a) === details(b);
}

/** Whether two answers hand out the same page frames. */
function handOutAlike(a: Response, b: Response): boolean {
  return a.outcome.kind === 'panicked' || details(a) === details(b);
}

/** Whether an operation was passed over. (A performed operation with a malformed answer breaks a clause.) */
function isPassedOver({ responses, violation }: Trace, place: number): boolean {
  return responses[place]?.outcome.kind === 'malformed' && violation?.at !== place - 1;
}

/** Whether only one side performed an operation, and it may have changed the state. */
function isOneSided(place: number, runs: Runs): boolean {
  const [a, b] = [isPassedOver(runs.candidate, place), isPassedOver(runs.baseline, place)];
  if (a === b) return false;
  const { responses } = a ? runs.baseline : runs.candidate;
  const kind = responses[place]?.outcome.kind;
  return kind !== 'panicked' && kind !== 'failed' && kind !== 'amount';
}

/** Returns the number of responses that both sides gave, up to the first one-sided operation. */
function comparable(runs: Runs): number {
  const { candidate, baseline } = runs;
  const length = Math.min(candidate.responses.length, baseline.responses.length);
  for (let i = 0; i < length; i += 1) if (isOneSided(i, runs)) return i;
  return length;
}

/** Returns the operation of the first response that differs, or null. */
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

/** Returns the first operation that only one side performed, or null. */
function leftAt(runs: Runs): number | null {
  const length = Math.min(runs.candidate.responses.length, runs.baseline.responses.length);
  const end = comparable(runs);
  return end < length ? end - 1 : null;
}

/** Returns the operation at which the specification rejects the candidate, else the baseline; null if it admits both. */
function rejectedAt({ candidate, baseline }: Runs): number | null {
  return candidate.violation?.at ?? baseline.violation?.at ?? null;
}

/** Whether both sides break the same clause at the same operation. */
function areBrokenAlike({ candidate: { violation: a }, baseline: { violation: b } }: Runs): boolean {
  return a !== undefined && a.at === b?.at && a.clause === b.clause;
}

/** Returns the number of compared answers: up to an operation, which is included, or all. */
function comparedUpTo(runs: Runs, at: number | null): number {
  return at === null ? comparable(runs) : at + 2;
}

/** Every answer must be the same, or wrong in the same way. */
function compareExactly(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, answersAlike);
  const differsAt = unlike ?? (areBrokenAlike(runs) ? null : rejectedAt(runs));
  return { differsAt, compared: comparedUpTo(runs, unlike), partedAt: unlike === null ? leftAt(runs) : null };
}

/** The specification must admit every answer, and as long as both are in the same state, calls must end alike. */
function compareBySpec(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, (a, b) => outcomeText(a) === outcomeText(b));
  const elsewhere = firstUnlike(runs, handOutAlike);
  const isElsewhere = elsewhere !== null && (unlike === null || elsewhere < unlike);
  const differsAt = rejectedAt(runs) ?? (isElsewhere ? null : unlike);
  const partedAt = isElsewhere ? elsewhere : unlike === null ? leftAt(runs) : null;
  return { differsAt, compared: comparedUpTo(runs, isElsewhere ? elsewhere : null), partedAt };
}

/** Compares the runs of one scenario. */
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
