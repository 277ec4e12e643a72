/**
 * Clauses: every rule of the specification has a name, one sentence and a check.
 *
 * A clause decides a *step*: one operation in one state with the response to it. It has two *sides*, two situations
 * that a run must both reach for the clause to have been tested (a request granted and one refused, say). `side` says
 * which one a step is, or null where the clause has nothing to say of it; `check` says how the step breaks it.
 */
import * as t from 'io-ts';
import type { Asked, Expectation } from '../expectation.ts';
import type { Operation } from '../operation.ts';
import type { Owner } from '../owner.ts';
import type { Ownership } from '../ownership.ts';
import type { Policy } from '../policy.ts';
import type { Response } from '../response.ts';
import type { Pfn, Region } from '../units.ts';

/** The names of all clauses, in the order in which they are listed. The order in which they are judged is another. */
export const CLAUSE_NAMES = [
  'init.total',
  'init.free',
  'init.withheld',
  'address.higher-half',
  'contents.preserved',
  'alloc.complete',
  'alloc.page-aligned',
  'alloc.zone',
  'alloc.was-free',
  'allocPages.complete',
  'allocPages.all-or-nothing',
  'allocPages.distinct',
  'allocPages.page-aligned',
  'allocPages.zone',
  'allocPages.was-free',
  'allocBitmap.complete',
  'allocBitmap.aligned',
  'allocBitmap.below-max',
  'allocBitmap.zone',
  'allocBitmap.was-free',
  'free.owner',
  'freePages.distinct',
  'freePages.owner',
  'freeRegion.owner',
  'failure.enomem',
  'failure.warns',
  'misuse.panics',
  'failure.unchanged',
  'misuse.unchanged',
  'freed.returns',
  'amounts.total',
  'amounts.free',
  'amounts.reserved',
  'owner.agrees',
  'policy.lifo',
  'policy.first-fit',
  'concurrent.linearizable',
  'concurrent.progress',
] as const;

export const ClauseName = t.keyof(
  Object.fromEntries(CLAUSE_NAMES.map((name) => [name, null])) as Record<(typeof CLAUSE_NAMES)[number], null>,
  'the name of a clause',
);
export type ClauseName = (typeof CLAUSE_NAMES)[number];

/** The name of a clause that judges one call after the other; those of `concurrent` judge histories of several callers. */
export type SequentialClauseName = Exclude<ClauseName, `concurrent.${string}`>;

/** Whether a clause judges one call after the other. */
export function isSequential(name: ClauseName): name is SequentialClauseName {
  return !name.startsWith('concurrent.');
}

/** What a granted allocation handed out. */
export interface Granted {
  /** The addresses as returned. */
  readonly addresses: readonly bigint[];
  /** The page frame of each; null for an address that is none of the higher half. */
  readonly pfns: readonly (Pfn | null)[];
  /** The page frames handed out as runs, in the order in which they were handed out, ascending or descending. */
  readonly runs: readonly Region[];
}

/** One operation in one state, with the response to it. */
export interface Step {
  readonly before: Ownership;
  readonly operation: Operation;
  readonly response: Response;
  /** What was asked for, in page frames. */
  readonly asked: Asked;
  /** What the specification says must happen. */
  readonly expected: Expectation;
  /** What was handed out, where the response says that something was. */
  readonly granted: Granted | null;
  readonly policies: readonly Policy[];
}

/** A step whose response has been accepted, with the state it leads to. */
export interface SettledStep extends Step {
  readonly after: Ownership;
}

/** The explanation of a broken clause, with the page frame that is to blame where one is. */
export interface Blame {
  readonly explanation: string;
  readonly pfn: Pfn | null;
  /** The owner of that page frame before the call. */
  readonly owner: Owner | null;
}

/** Which of a clause's two sides a step is. */
export type Side = 0 | 1;

/**
 * The steps that a clause may have a side in, as far as that can be told from what must happen, or from whether something
 * was handed out: those that must succeed, fail or panic, those that must not panic, those that handed something out.
 */
export type When = Expectation['kind'] | 'not misused' | 'handed out';

/** A rule of the specification. `S` is what its check needs to see. */
export interface Clause<S> {
  readonly name: ClauseName;
  readonly sentence: string;
  /** The two situations that a run must both reach. */
  readonly sides: readonly [string, string];
  /** Where `side` need not be asked elsewhere, because it is null there. Left out: it is asked of every step. */
  readonly when?: When;
  side(step: S): Side | null;
  check(step: S): Blame | null;
}
