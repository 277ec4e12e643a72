/**
 * Descent: moves are tried in a fixed order, and the first simpler draft that breaks the clause too is taken, until no move
 * yields one. The result is a local minimum: none of its neighbours is a counterexample.
 */
import { MOVES, type Move } from './moves/index.ts';
import { compareMeasured, Measured } from './simplicity.ts';
import type { Counterexample, Trials } from './trials.ts';

/** The end of a descent, and how many simpler counterexamples it went through. */
export interface Descent {
  readonly counterexample: Counterexample;
  readonly steps: number;
}

/** A simpler counterexample, and its place among the drafts of the move that led to it. */
interface Found {
  readonly counterexample: Counterexample;
  readonly place: number;
}

function firstSimpler(
  trials: Trials,
  counterexample: Counterexample,
  move: Move,
  from: number,
): Found | null {
  const bound = new Measured(counterexample.draft);
  let place = 0;
  for (const draft of move(counterexample)) {
    if (trials.isSpent) return null;
    const isTried = place >= from && compareMeasured(new Measured(draft), bound) < 0;
    const found = isTried ? trials.attempt(draft) : null;
    if (found !== null) return { counterexample: found, place };
    place += 1;
  }
  return null;
}

/** Steps by one move at a time: one that takes a page frame at a time leaves the rest of a million to one that takes halves. */
const MOST_STEPS = 16;

/**
 * Descends by one move as far as it goes, or for some steps. It goes on at the place that the last draft had: those before it, which have just failed, are mostly
 * larger steps towards the same bound. When none is left from there on, all are tried.
 */
function descendBy(trials: Trials, start: Counterexample, move: Move): Descent {
  let [counterexample, steps, from] = [start, 0, 0];
  while (steps < MOST_STEPS) {
    const found = firstSimpler(trials, counterexample, move, from);
    if (found === null && from === 0) return { counterexample, steps };
    from = found?.place ?? 0;
    if (found === null) continue;
    counterexample = found.counterexample;
    steps += 1;
  }
  return { counterexample, steps };
}

/** Descends from a counterexample to a local minimum, or as far as the budget allows. */
export function descend(trials: Trials, start: Counterexample, moves: readonly Move[] = MOVES): Descent {
  let counterexample = start;
  let steps = 0;
  for (let before = -1; before < steps; ) {
    before = steps;
    for (const move of moves) {
      const lower = descendBy(trials, counterexample, move);
      counterexample = lower.counterexample;
      steps += lower.steps;
    }
  }
  return { counterexample, steps };
}
