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
import type { Outcome, Response, Scenario, Trace } from '../../spec/index.ts';
import { execute } from '../execution.ts';
import type { LocalTarget } from '../target.ts';

export const OBSERVABLES = ['spec', 'exact'] as const;
export type Observable = (typeof OBSERVABLES)[number];

/** Two targets, held to the same policies, and what is observed of them. */
export interface Sides {
  readonly candidate: LocalTarget;
  readonly baseline: LocalTarget;
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
  /** Index of the operation from which on they were in different states, null where they never were. */
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

/** Whether two answers hand out the same page frames. */
function handOutAlike(a: Response, b: Response): boolean {
  return a.outcome.kind === 'panicked' || details(a) === details(b);
}

/** The place of the first response that one side has and the other has not or answers in another way, with what is alike. */
function firstUnlike(
  { candidate, baseline }: Runs,
  alike: (a: Response, b: Response) => boolean,
): number | null {
  const length = Math.min(candidate.responses.length, baseline.responses.length);
  for (let i = 0; i < length; i += 1) {
    const [a, b] = [candidate.responses[i], baseline.responses[i]];
    if (a !== undefined && b !== undefined && !alike(a, b)) return i - 1;
  }
  return null;
}

/** Where the specification rejects one of the sides, the candidate first; null where it admits both. */
function rejectedAt({ candidate, baseline }: Runs): number | null {
  return candidate.violation?.at ?? baseline.violation?.at ?? null;
}

/** Whether both sides break the same clause at the same operation. */
function areBrokenAlike({ candidate: { violation: a }, baseline: { violation: b } }: Runs): boolean {
  return a !== undefined && a.at === b?.at && a.clause === b.clause;
}

/** The answers that were compared: all that both gave, or those up to an operation. */
function comparedUpTo({ candidate, baseline }: Runs, at: number | null): number {
  return at === null ? Math.min(candidate.responses.length, baseline.responses.length) : at + 2;
}

/** Every answer is to be the same, or at least wrong in the same way. */
function compareExactly(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, (a, b) => manner(a) === manner(b) && details(a) === details(b));
  const differsAt = unlike ?? (areBrokenAlike(runs) ? null : rejectedAt(runs));
  return { differsAt, compared: comparedUpTo(runs, unlike), partedAt: null };
}

/** The specification is to admit every answer, and as long as both are in the same state they are to end alike. */
function compareBySpec(runs: Runs): Comparison {
  const unlike = firstUnlike(runs, (a, b) => manner(a) === manner(b));
  const elsewhere = firstUnlike(runs, handOutAlike);
  const partedAt = elsewhere !== null && (unlike === null || elsewhere < unlike) ? elsewhere : null;
  const differsAt = rejectedAt(runs) ?? (partedAt === null ? unlike : null);
  return { differsAt, compared: comparedUpTo(runs, partedAt), partedAt };
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
