/**
 * Enumeration: all small programs in all small worlds, simplest first, as long as they are simpler than the best known. A
 * descent ends where no move leads on; an enumeration does not depend on where it started, so it finds the same for every
 * counterexample of a bug, and nothing shorter exists in these worlds. Programs with plain arguments come first, in many
 * worlds; then all arguments, in fewer.
 */
import type { Draft } from './draft.ts';
import { simplerThan } from './simplicity.ts';
import { type ArgumentRange, lastCallsOf, programsOn } from './small-programs.ts';
import { narrowWorldsFor, type SmallWorld, worldsFor } from './small-worlds.ts';
import type { Counterexample, Trials } from './trials.ts';

/** One enumeration: of programs up to a length, in the worlds for it. */
interface Enumeration {
  readonly range: ArgumentRange;
  /** Programs longer than this are not enumerated. */
  readonly longest: number;
  readonly worldsFor: (operations: number) => readonly SmallWorld[];
}

const ENUMERATIONS: readonly Enumeration[] = [
  { range: 'plain', longest: 3, worldsFor },
  { range: 'edges', longest: 2, worldsFor: narrowWorldsFor },
];

function draftsOf(
  trials: Trials,
  best: Draft,
  length: number,
  { range, worldsFor }: Enumeration,
): readonly Draft[] {
  const has = trials.calls;
  const which = { calls: lastCallsOf(trials.kept, has), range, has };
  const drafts = worldsFor(length).flatMap((world) =>
    programsOn(world, length, which).map(
      (operations): Draft => ({ ...world, policies: best.policies, operations }),
    ),
  );
  return simplerThan(best, drafts);
}

function enumerate(trials: Trials, best: Draft, enumeration: Enumeration): Counterexample | null {
  const longest = Math.min(enumeration.longest, best.operations.length);
  for (let length = 0; length <= longest; length += 1)
    for (const draft of draftsOf(trials, best, length, enumeration)) {
      if (trials.isSpent) return null;
      const found = trials.attempt(draft);
      if (found !== null) return found;
    }
  return null;
}

/** Returns the simplest counterexample of the first enumeration that finds one simpler than `best`, or null. */
export function smallCounterexample(trials: Trials, best: Draft): Counterexample | null {
  for (const enumeration of ENUMERATIONS) {
    const found = enumerate(trials, best, enumeration);
    if (found !== null) return found;
  }
  return null;
}
