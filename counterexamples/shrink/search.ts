/**
 * Search: all small programs on all small worlds, simplest first, up to what is known. A descent ends where no move
 * leads on; the search does not depend on where it started, so what it finds is the same for every failure of a bug, and
 * as short as any within these worlds. Programs with plain arguments come first, in many worlds; then all arguments, in
 * fewer.
 */
import type { Draft } from './draft.ts';
import { simplerThan } from './simplicity.ts';
import { type Breadth, lastCallsOf, programsOn } from './small-programs.ts';
import { type Ground, narrowWorldsFor, worldsFor } from './small-worlds.ts';
import type { Failure, Trials } from './trials.ts';

/** One enumeration: of programs up to a length, in the worlds for it. */
interface Pass {
  readonly breadth: Breadth;
  /** Programs longer than this are not enumerated. */
  readonly longest: number;
  readonly worldsFor: (operations: number) => readonly Ground[];
}

const PASSES: readonly Pass[] = [
  { breadth: 'plain', longest: 3, worldsFor },
  { breadth: 'edges', longest: 2, worldsFor: narrowWorldsFor },
];

function candidates(trials: Trials, best: Draft, length: number, pass: Pass): readonly Draft[] {
  const which = { calls: lastCallsOf(trials.clause), breadth: pass.breadth };
  const drafts = pass
    .worldsFor(length)
    .flatMap((ground) =>
      programsOn(ground, length, which).map(
        (operations): Draft => ({ ...ground, policies: best.policies, operations }),
      ),
    );
  return simplerThan(best, drafts);
}

function searchPass(trials: Trials, best: Draft, pass: Pass): Failure | null {
  for (let length = 0; length <= Math.min(pass.longest, best.operations.length); length += 1)
    for (const draft of candidates(trials, best, length, pass)) {
      if (trials.isSpent) return null;
      const found = trials.attempt(draft);
      if (found !== null) return found;
    }
  return null;
}

/** Returns the simplest failure of the first pass that finds one simpler than the best known, or null. */
export function search(trials: Trials, { draft: best }: Pick<Failure, 'draft'>): Failure | null {
  for (const pass of PASSES) {
    const found = searchPass(trials, best, pass);
    if (found !== null) return found;
  }
  return null;
}
