/**
 * Enumeration: all small programs in all small worlds, simplest first, as long as they are simpler than the best known. A
 * descent ends where no move leads on; an enumeration does not depend on where it started, so it finds the same for every
 * counterexample of a bug, and nothing shorter exists in these worlds. Programs with plain arguments come first, in many
 * worlds; then all arguments, in fewer.
 */
import { INIT_CLAUSES, SWEEP_CLAUSES } from '../../spec/index.ts';
import type { Draft } from './draft.ts';
import { Siblings } from './siblings.ts';
import { simplerThan } from './simplicity.ts';
import { type ArgumentRange, lastCallsOf, programsOn } from './small-programs.ts';
import { narrowWorldsFor, type SmallWorld, worldsFor } from './small-worlds.ts';
import type { Counterexample, Trials } from './trials.ts';

/** The clauses that a program without operations can break. */
const WITHOUT_CALLS: ReadonlySet<string> = new Set(
  [...INIT_CLAUSES, ...SWEEP_CLAUSES].map(({ name }) => name),
);

/** One enumeration: of programs up to a length, in the worlds for it. */
interface Enumeration {
  readonly range: ArgumentRange;
  /** Programs longer than this are not enumerated. */
  readonly longest: number;
  readonly worldsFor: (operations: number) => readonly SmallWorld[];
}

export const ENUMERATIONS: readonly Enumeration[] = [
  { range: 'plain', longest: 3, worldsFor },
  { range: 'edges', longest: 2, worldsFor: narrowWorldsFor },
];

function* draftsOf(
  { kept, calls: has }: Trials,
  { policies }: Draft,
  length: number,
  { range, worldsFor }: Enumeration,
): Generator<Draft> {
  const which = { calls: lastCallsOf(kept, has), range, has };
  for (const world of worldsFor(length))
    for (const operations of programsOn(world, length, which)) yield { ...world, policies, operations };
}

/**
 * Returns the simplest counterexample of an enumeration if that is simpler than `best`, or null. Whatever is simpler still has been
 * tried then.
 */
export function enumerate(trials: Trials, best: Draft, enumeration: Enumeration): Counterexample | null {
  const longest = Math.min(enumeration.longest, best.operations.length);
  for (let length = WITHOUT_CALLS.has(trials.kept.clause) ? 0 : 1; length <= longest; length += 1) {
    const drafts = simplerThan(best, draftsOf(trials, best, length, enumeration));
    const siblings = new Siblings(trials, drafts);
    for (const draft of drafts) {
      if (trials.isSpent) return null;
      const found = siblings.isKnownToHold(draft) ? null : trials.attempt(draft);
      if (found !== null) return found;
    }
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
