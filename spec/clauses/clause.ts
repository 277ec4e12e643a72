/**
 * Clauses: every rule of the specification has a name, one sentence and a check.
 *
 * A clause judges a *step*: one operation in one state with its response. It has two *sides*, situations that a run must both
 * reach before the clause counts as tested (a granted request and a refused one, for example). `side` returns the side of a
 * step, or null where the clause does not apply; `check` returns how the step violates the clause.
 */
import * as t from 'io-ts';
import type { Asked, Expectation } from '../expectation.ts';
import type { Operation } from '../operation.ts';
import type { Owner } from '../owner.ts';
import type { Ownership } from '../ownership.ts';
import type { Policy } from '../profile.ts';
import type { Response } from '../response.ts';
import type { Pfn, Region } from '../units.ts';

/** The names of all clauses, in the order in which they are listed. They are judged in another order. */
export const CLAUSE_NAMES = [
  'init.total',
  'init.free',
  'init.kept',
  'init.withheld',
  'address.higher-half',
  'contents.preserved',
  'contents.zeroed',
  'alloc.complete',
  'alloc.page-aligned',
  'alloc.zone',
  'alloc.was-free',
  'allocPages.complete',
  'allocPages.all-or-nothing',
  'allocPages.as-many',
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
  'allocAt.exact',
  'allocAt.was-free',
  'allocAt.complete',
  'allocWithin.complete',
  'allocWithin.aligned',
  'allocWithin.below-max',
  'allocWithin.above-min',
  'allocWithin.boundary',
  'allocWithin.zone',
  'allocWithin.was-free',
  'addRegion.owner',
  'addRegion.free',
  'removeRegion.complete',
  'removeRegion.gone',
  'removed.withheld',
  'retain.owner',
  'retain.most',
  'release.owner',
  'references.last',
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

/** The name of a clause that judges one call after the other. The `concurrent` clauses judge histories of several callers. */
export type SequentialClauseName = Exclude<ClauseName, `concurrent.${string}`>;

/** Whether a clause judges one call after the other. */
export function isSequential(name: ClauseName): name is SequentialClauseName {
  return !name.startsWith('concurrent.');
}

/** The page frames that a granted allocation handed out. */
export interface Granted {
  /** The addresses as returned. */
  readonly addresses: readonly bigint[];
  /** The page frame of each address; null for an address outside the higher half. */
  readonly pfns: readonly (Pfn | null)[];
  /** The page frames as runs, in the order in which they were handed out. Within a run they ascend or descend. */
  readonly runs: readonly Region[];
}

/** One operation in one state, with its response. */
export interface Step {
  readonly before: Ownership;
  readonly operation: Operation;
  readonly response: Response;
  /** The request in page frames. */
  readonly asked: Asked;
  /** The outcome that the specification demands. */
  readonly expected: Expectation;
  /** The page frames handed out, or null where the response hands out none. */
  readonly granted: Granted | null;
  readonly policies: readonly Policy[];
}

/** A step whose response was accepted, with the state that it leads to. */
export interface SettledStep extends Step {
  readonly after: Ownership;
}

/** The explanation of a violation, with the page frame to blame if there is one. */
export interface Blame {
  readonly explanation: string;
  readonly pfn: Pfn | null;
  /** The owner of that page frame before the call. */
  readonly owner: Owner | null;
}

/**
 * How grave it is to violate a clause, gravest first. Findings are listed in this order.
 *
 * - `memory`: a caller gets memory that is not the manager's or held by another, or memory changes hands that must not.
 * - `loss`: memory is lost, or an amount is wrong.
 * - `refusal`: a call is refused that must succeed, or granted from other free memory than promised.
 * - `report`: errno, a warning or a panic is wrong.
 */
export const GRAVITIES = ['memory', 'loss', 'refusal', 'report'] as const;
export type Gravity = (typeof GRAVITIES)[number];

/** One of a clause's two sides. */
export type Side = 0 | 1;

/**
 * The steps that a clause may apply to, as far as the expectation decides (the call must succeed, fail or panic, or must not
 * panic) or the response (it handed something out).
 */
export type When = Expectation['kind'] | 'not misused' | 'handed out';

/** A rule of the specification. `S` is the part of a step that its check needs. */
export interface Clause<S> {
  readonly name: ClauseName;
  readonly gravity: Gravity;
  readonly sentence: string;
  /** The two situations that a run must both reach. */
  readonly sides: readonly [string, string];
  /** The only steps of which `side` needs to be asked: it is null on all others. Default: every step. */
  readonly when?: When;
  side(step: S): Side | null;
  check(step: S): Blame | null;
}
