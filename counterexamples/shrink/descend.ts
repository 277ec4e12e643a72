/**
 * Descent: moves are tried in a fixed order, the first draft that is simpler and fails the same way is taken, until no
 * move yields one. What is reached is a local minimum: none of its neighbours fails.
 */
import type { Draft } from './draft.ts';
import {
  droppingPages,
  loweringArguments,
  loweringCounts,
  loweringTogether,
  naming,
  retargeting,
  shorteningBatches,
} from './moves-arguments.ts';
import {
  droppingDescriptors,
  exchanging,
  excising,
  joiningDescriptors,
  loweringLimit,
  plainHigherHalf,
  retyping,
  shortening,
  sorting,
} from './moves-map.ts';
import {
  deletingChunks,
  deletingOne,
  deletingThree,
  deletingTwo,
  freezing,
  handingOver,
  merging,
  reordering,
  simplifyingKinds,
} from './moves-program.ts';
import { compareDrafts } from './simplicity.ts';
import type { Failure, Trials } from './trials.ts';

/** Lists drafts that may be simpler than a failure's. */
type Move = (failure: Failure) => Iterable<Draft>;

/** The moves, those that win much for little first. */
const MOVES: Readonly<Record<string, Move>> = {
  freezing,
  deletingChunks,
  deletingOne,
  handingOver,
  droppingDescriptors,
  merging,
  simplifyingKinds,
  plainHigherHalf,
  retyping,
  shorteningBatches,
  excising,
  loweringTogether,
  loweringCounts,
  loweringArguments,
  retargeting,
  droppingPages,
  loweringLimit,
  joiningDescriptors,
  shortening,
  sorting,
  exchanging,
  deletingTwo,
  deletingThree,
  naming,
  reordering,
};

/** Where a descent has come to, and how many simpler failures it went through. */
interface Descent {
  readonly failure: Failure;
  readonly steps: number;
}

function firstSimpler(trials: Trials, failure: Failure, move: Move): Failure | null {
  for (const draft of move(failure)) {
    if (trials.isSpent) return null;
    if (compareDrafts(draft, failure.draft) >= 0) continue;
    const found = trials.attempt(draft);
    if (found !== null) return found;
  }
  return null;
}

/** Descends from a failure to a local minimum, or to where the budget ends. */
export function descend(trials: Trials, start: Failure): Descent {
  let failure = start;
  let steps = 0;
  for (let isLower = true; isLower; ) {
    isLower = false;
    for (const move of Object.values(MOVES))
      for (let next = firstSimpler(trials, failure, move); next !== null; ) {
        failure = next;
        steps += 1;
        isLower = true;
        next = firstSimpler(trials, failure, move);
      }
  }
  return { failure, steps };
}
