/**
 * Shortening the world of a long program: the fewest page frames of each descriptor, and the lowest limit, with which it still breaks the
 * clause, by bisection. O(log n) runs for each, n its page frames; where fewer would do though some more do not, that is not seen.
 */
import type { Descent } from './descend.ts';
import type { Draft, DraftDescriptor } from './draft.ts';
import { fewest } from './fewest.ts';
import type { Counterexample, Trials } from './trials.ts';

type End = 'start' | 'end';

function shortenedTo({ base, pages, ...rest }: DraftDescriptor, kept: number, end: End): DraftDescriptor {
  return { ...rest, base: end === 'end' ? base : base + pages - kept, pages: kept };
}

function withShorter(draft: Draft, place: number, kept: number, end: End): Draft {
  const { descriptors } = draft;
  const shorter = descriptors.map((d, at) => (at === place ? shortenedTo(d, kept, end) : d));
  return { ...draft, descriptors: shorter };
}

/** Lowers a number of page frames of a draft as far as it goes. */
function lowered(
  trials: Trials,
  start: Counterexample,
  pages: number,
  withPages: (kept: number) => Draft,
): Counterexample {
  let best = start;
  fewest(pages, 0, (kept) => {
    const found = trials.attempt(withPages(kept));
    best = found ?? best;
    return found !== null;
  });
  return best;
}

/** Shortens one descriptor at one end. */
function shortenedAt(trials: Trials, start: Counterexample, place: number, end: End): Counterexample {
  const pages = start.draft.descriptors[place]?.pages ?? 0;
  return lowered(trials, start, pages, (kept) => withShorter(start.draft, place, kept, end));
}

/** Shortens each descriptor at both ends, and lowers the limit. */
export function shortenWorld(trials: Trials, start: Counterexample): Descent {
  let counterexample = start;
  let steps = 0;
  const note = (simpler: Counterexample): void => {
    if (simpler !== counterexample) steps += 1;
    counterexample = simpler;
  };
  for (let place = start.draft.descriptors.length - 1; place >= 0; place -= 1)
    for (const end of ['end', 'start'] as const) note(shortenedAt(trials, counterexample, place, end));
  const { draft } = counterexample;
  note(lowered(trials, counterexample, draft.limit, (limit) => ({ ...draft, limit })));
  return { counterexample, steps };
}
