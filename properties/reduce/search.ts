/**
 * Search: all small programs on all small worlds, simplest first, up to what is known. A descent ends where no move
 * leads on; the search does not depend on where it started, so what it finds is the same for every failure of a bug, and
 * as short as any within these worlds.
 */

import type { Draft } from './draft.ts';
import { compareDrafts, sortedDrafts } from './simplicity.ts';
import { lastCallsOf, programsOn } from './small-programs.ts';
import { worldsFor } from './small-worlds.ts';
import type { Failure, Trials } from './trials.ts';

/** Programs longer than this are not enumerated. */
const LONGEST = 3;

function candidates(trials: Trials, best: Draft, length: number): readonly Draft[] {
  const calls = lastCallsOf(trials.clause);
  const drafts = worldsFor(length).flatMap((ground) =>
    programsOn(ground, length, calls).map(
      (operations): Draft => ({
        ...ground,
        policies: best.policies,
        operations,
      }),
    ),
  );
  return sortedDrafts(drafts.filter((draft) => compareDrafts(draft, best) < 0));
}

/** Returns the simplest failure among the small programs on small worlds that are simpler than the best known, or null. */
export function search(trials: Trials, { draft: best }: Pick<Failure, 'draft'>): Failure | null {
  for (let length = 0; length <= Math.min(LONGEST, best.operations.length); length += 1)
    for (const draft of candidates(trials, best, length)) {
      if (trials.isSpent) return null;
      const found = trials.attempt(draft);
      if (found !== null) return found;
    }
  return null;
}
