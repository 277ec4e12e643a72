/**
 * Enumeration: all small programs in all small worlds, simplest first, as long as they are simpler than the best known. A
 * descent ends where no move leads on; an enumeration does not depend on where it started, so it finds the same for every
 * counterexample of a bug, and nothing shorter exists in these worlds. Programs with plain arguments come first, in many
 * worlds; then all arguments, in fewer.
 */
import { INIT_CLAUSES, type Program, SWEEP_CLAUSES } from '../../spec/index.ts';
import type { Draft } from './draft.ts';
import { commonBeginning, notKnownToHold } from './siblings.ts';
import { compareMeasured, Measured } from './simplicity.ts';
import { type ArgumentRange, lastCallsOf, siblingsOn } from './small-programs.ts';
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

/** Lists the drafts of one length that are simpler than `best`: those together that differ only in their last operation. */
function* siblingsOf(
  trials: Trials,
  best: Draft,
  length: number,
  { range, worldsFor }: Enumeration,
): Generator<readonly Measured[]> {
  const { kept, calls: has } = trials;
  const which = { calls: lastCallsOf(kept, has), range, has };
  const bound = new Measured(best);
  const simpler = (world: SmallWorld, programs: readonly Program[]): readonly Measured[] =>
    programs
      .map((operations) => new Measured({ ...world, policies: best.policies, operations }))
      .filter((draft) => compareMeasured(draft, bound) < 0);
  for (const world of worldsFor(length))
    if (length === 0) yield simpler(world, [[]]);
    else
      for (const { before, lasts } of siblingsOn(world, length, which))
        yield simpler(
          world,
          lasts.map((last) => [...before, last]),
        );
}

/** Lists the drafts of one length that are simpler than `best` and not known to hold. */
function* draftsOf(
  trials: Trials,
  best: Draft,
  length: number,
  enumeration: Enumeration,
): Generator<Measured> {
  for (const siblings of trials.ahead(siblingsOf(trials, best, length, enumeration), commonBeginning)) {
    if (trials.isSpent) return;
    yield* notKnownToHold(trials, siblings);
  }
}

/**
 * Returns the simplest counterexample of an enumeration if that is simpler than `best`, or null. Whatever is simpler still has been
 * tried then.
 */
export function enumerate(trials: Trials, best: Draft, enumeration: Enumeration): Counterexample | null {
  const longest = Math.min(enumeration.longest, best.operations.length);
  for (let length = WITHOUT_CALLS.has(trials.kept.clause) ? 0 : 1; length <= longest; length += 1)
    for (const { draft } of trials.ahead(
      [...draftsOf(trials, best, length, enumeration)].sort(compareMeasured),
      (measured) => measured.draft,
    )) {
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
