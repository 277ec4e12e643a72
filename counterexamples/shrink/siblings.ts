/**
 * Siblings: drafts of an enumeration that differ only in their last operation. Most of these operations must be refused, are misuse, or ask for an
 * amount: they change nothing. So they are first tried together on one manager, the simplest first, and where each is answered as the specification
 * demands, none of the drafts is run by itself. Where one is not, the ones of each call are tried together, and then each by itself.
 *
 *   alloc()  free(@0)
 *   alloc()  free(@1)      ─►     alloc()  free(@0)  free(@1)  freeAmount()
 *   alloc()  freeAmount()
 */
import type { Draft } from './draft.ts';
import { compareMeasured, type Measured } from './simplicity.ts';
import type { Trials } from './trials.ts';

/** Returns the program of siblings without their last operation; null where they are not tried together. */
export function commonBeginning([first, ...others]: readonly Measured[]): Draft | null {
  if (first === undefined || others.length === 0) return null;
  return { ...first.draft, operations: first.draft.operations.slice(0, -1) };
}

/** Tries siblings together. Returns the ones that are not known to hold then, nor not to run; null where that says nothing of any. */
function triedTogether(
  trials: Pick<Trials, 'holdingWith'>,
  siblings: readonly Measured[],
): readonly Measured[] | null {
  const beginning = commonBeginning(siblings);
  if (beginning === null) return null;
  const holding = trials.holdingWith(
    beginning,
    siblings.flatMap((sibling) => sibling.draft.operations.slice(-1)),
  );
  return holding.length === 0 ? null : siblings.filter((_, place) => holding[place] !== true);
}

/** Returns the siblings that are not known to hold, nor not to run, from trying them together. */
export function notKnownToHold(
  trials: Pick<Trials, 'holdingWith'>,
  siblings: readonly Measured[],
): readonly Measured[] {
  const simplestFirst = siblings.toSorted(compareMeasured);
  const left = triedTogether(trials, simplestFirst);
  if (left !== null) return left;
  const ofCalls = Map.groupBy(simplestFirst, ({ draft }) => draft.operations.at(-1)?.call);
  if (ofCalls.size === 1) return simplestFirst;
  return [...ofCalls.values()].flatMap((ofCall) => triedTogether(trials, ofCall) ?? ofCall);
}
