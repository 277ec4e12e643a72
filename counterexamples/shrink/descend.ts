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

function firstSimpler(trials: Trials, counterexample: Counterexample, move: Move): Counterexample | null {
  const bound = new Measured(counterexample.draft);
  for (const draft of move(counterexample)) {
    if (trials.isSpent) return null;
    const found = compareMeasured(new Measured(draft), bound) < 0 ? trials.attempt(draft) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Descends from a counterexample to a local minimum, or as far as the budget allows. */
export function descend(trials: Trials, start: Counterexample, moves: readonly Move[] = MOVES): Descent {
  let counterexample = start;
  let steps = 0;
  for (let isLower = true; isLower; ) {
    isLower = false;
    for (const move of moves)
      for (let next = firstSimpler(trials, counterexample, move); next !== null; ) {
        counterexample = next;
        steps += 1;
        isLower = true;
        next = firstSimpler(trials, counterexample, move);
      }
  }
  return { counterexample, steps };
}
