/** A kind: a claim of a profile, a correct manager that needs it, and broken ones that it must not excuse. */

import { factoryTarget, type Target } from '../../../runner/index.ts';
import { type Change, factoryOf, panicOf } from '../../../runner/mutants/index.ts';
import {
  type BreakableClause,
  decodeProfile,
  type Pmm,
  type PmmFactory,
  type PmmPanic,
} from '../../../spec/index.ts';

/** A manager of a kind, and the clause by which it is caught where it is broken. */
export interface Variant {
  /** A noun phrase in kebab case. */
  readonly name: string;
  readonly create: PmmFactory;
  readonly clause: BreakableClause;
}

/** A claim, with managers that tell what it excuses. */
export interface Kind {
  /** The claim as JSON. */
  readonly claim: object;
  /** Other claims that the managers need, as JSON. */
  readonly others?: object;
  /** Whether the claim adds to the check: then the managers break nothing without it. Default: it takes something out. */
  readonly adds?: boolean;
  /** A correct manager, with the clause that it breaks where it does not claim this. */
  readonly correct: Variant;
  /** Managers that break a clause with the claim too. */
  readonly broken: readonly [Variant, Variant, ...Variant[]];
}

/** Returns a manager of a kind as a target with these claims. */
export function kindTarget({ name, create }: Variant, claims: object): Target {
  const profile = decodeProfile(claims, name);
  return factoryTarget({ name, policies: [], profile, create });
}

/** Returns the frees of a manager; where one panics, `answer` does what is done instead. */
export function freesAnswering(
  inner: Pmm,
  answer: (panic: PmmPanic) => void,
): Pick<Pmm, 'free' | 'freePages' | 'freeRegion'> {
  const answered = (free: () => void): void => {
    const panic = panicOf(free);
    if (panic !== null) answer(panic);
  };
  return {
    free: (address) => answered(() => inner.free(address)),
    freePages: (addresses, count) => answered(() => inner.freePages(addresses, count)),
    freeRegion: (address, count) => answered(() => inner.freeRegion(address, count)),
  };
}

/** Returns our implementation with some calls changed, as a manager of a kind. */
export function variant(name: string, clause: BreakableClause, change: Change): Variant {
  return { name, clause, create: factoryOf(change) };
}
