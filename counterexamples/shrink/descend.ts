/**
 * Descent: moves are tried in a fixed order, and the first simpler draft that breaks the clause too is taken, until no move
 * yields one. The result is a local minimum: none of its neighbours is a counterexample.
 */
import type { Draft } from './draft.ts';
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

/** Places [from, end) among the drafts of a move. */
interface Places {
  readonly from: number;
  readonly end: number;
}

/** Lists the simpler drafts of a move, at these places. */
function* simplerDrafts(
  counterexample: Counterexample,
  move: Move,
  { from, end }: Places,
): Generator<{ readonly draft: Draft; readonly place: number }> {
  const bound = new Measured(counterexample.draft);
  let place = 0;
  for (const draft of move(counterexample)) {
    if (place === end) return;
    if (place >= from && compareMeasured(new Measured(draft), bound) < 0) yield { draft, place };
    place += 1;
  }
}

function firstSimpler(
  trials: Trials,
  counterexample: Counterexample,
  move: Move,
  places: Places,
): Found | null {
  const drafts = simplerDrafts(counterexample, move, places);
  for (const { draft, place } of trials.ahead(drafts, (simpler) => simpler.draft)) {
    if (trials.isSpent) return null;
    const found = trials.attempt(draft);
    if (found !== null) return { counterexample: found, place };
  }
  return null;
}

/** Steps by one move at a time: one that takes a page frame at a time leaves the rest of a million to one that takes halves. */
const MOST_STEPS = 16;
const ALL: Places = { from: 0, end: Number.POSITIVE_INFINITY };

/**
 * Descends by one move as far as it goes, or for some steps. It goes on at the place that the last draft had: those before it, which have just failed, are mostly
 * larger steps towards the same bound. When none is left from there on, those before it are tried.
 */
function descendBy(trials: Trials, start: Counterexample, move: Move): Descent {
  let [counterexample, steps] = [start, 0];
  let places: Places = ALL;
  while (steps < MOST_STEPS) {
    const found = firstSimpler(trials, counterexample, move, places);
    if (found === null && places.from === 0) break;
    places = found === null ? { from: 0, end: places.from } : { from: found.place, end: ALL.end };
    if (found === null) continue;
    counterexample = found.counterexample;
    steps += 1;
  }
  return { counterexample, steps };
}

/** Descends from a counterexample to a local minimum, or as far as the budget allows: until each move in turn has found nothing. */
export function descend(trials: Trials, start: Counterexample, moves: readonly Move[] = MOVES): Descent {
  let counterexample = start;
  let steps = 0;
  for (let idle = 0; idle < moves.length; )
    for (const move of moves) {
      if (idle === moves.length) break;
      const lower = descendBy(trials, counterexample, move);
      counterexample = lower.counterexample;
      steps += lower.steps;
      const isAtItsEnd = lower.steps < MOST_STEPS;
      idle = (lower.steps === 0 ? idle : 0) + (isAtItsEnd ? 1 : 0);
    }
  return { counterexample, steps };
}
