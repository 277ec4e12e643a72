/** An added call or claim: a correct manager, which holds with the claim, and broken ones, which hold without it and break a clause with it. */
import type { BreakableClause, SomePmm, SomePmmFactory } from '../../spec/index.ts';
import { arrayClaims, PageArray } from './page-array.ts';

/** A manager whose added calls are wrong. */
interface Broken {
  /** A noun phrase in kebab case. */
  readonly name: string;
  readonly clause: BreakableClause;
  readonly create: SomePmmFactory;
}

/** A claim that adds something to what is checked. */
export interface Added {
  readonly name: string;
  /** As JSON. */
  readonly claims: object;
  /** The claims without what is added. */
  readonly without: object;
  /** The clause that the correct manager breaks without it; null where the claim only adds. */
  readonly breaks: BreakableClause | null;
  /** The hint on what it breaks without it. Default: none. */
  readonly hint?: string;
  readonly correct: SomePmmFactory;
  readonly broken: readonly [Broken, Broken, ...Broken[]];
}

/** The owners of page frames as a {@link PageArray} has them; 1 and more are the references of a caller's. */
export const FREE = 0;
export const BOOT = -1;
export const ABSENT = -3;
/** The most references of these managers. */
export const MOST = 3;
/** The claims of a manager that has the standard calls for single pages, in one zone. */
export const WITHOUT = {
  calls: ['alloc', 'allocPages', 'free', 'totalAmount', 'freeAmount'],
  zones: 1,
} as const;

/** The claims of a manager without references. */
export const AT = { ...arrayClaims(MOST), mostReferences: null, ...WITHOUT };

/** The class of a manager. */
export type Create = new (...args: ConstructorParameters<typeof PageArray>) => SomePmm;

/** Returns a manager of this class as a broken one. */
export function variant(name: string, clause: BreakableClause, Made: Create, most = MOST): Broken {
  return { name, clause, create: (map, options) => new Made(map, options, most) };
}

/** Returns the factory of a correct manager with at most `most` references a page frame. */
export const array =
  (most: number): SomePmmFactory =>
  (map, options) =>
    new PageArray(map, options, most);
