/** Differences: the simplest program found on which two sides differ, with the answers of both. */

import { type ShrinkResult, shrinkAcross } from '../../counterexamples/shrink/index.ts';
import type { Target } from '../../runner/index.ts';
import type { Scenario, Trace } from '../../spec/index.ts';
import { compare, type Runs, runBoth, type Sides } from './compare.ts';
import { pairOf } from './pair.ts';

/**
 * A program on which two sides differ, run on both.
 * @public
 */
export interface Difference extends Runs {
  /** Index of the operation at which the sides differ, -1 for init. */
  readonly at: number;
  /** Number of operations of the program before it was shrunk. */
  readonly foundOperations: number;
  readonly executions: number;
  /** Whether time ran out before every simpler program had been tried. */
  readonly exhausted: boolean;
}

/** Runs a scenario on both sides. Returns the difference, or null. */
function differenceOn(sides: Sides, scenario: Scenario): (Runs & { readonly at: number }) | null {
  const runs = runBoth(sides, scenario);
  const { differsAt } = compare(runs, sides.observable);
  return differsAt === null ? null : { ...runs, at: differsAt };
}

/** Returns a target and its trace that breaks a clause because the sides differ: one of the sides, or else the pair of them. */
function breaking(sides: Sides, { candidate, baseline }: Runs): readonly [Target, Trace] {
  if (candidate.violation !== undefined) return [sides.candidate, candidate];
  if (baseline.violation !== undefined) return [sides.baseline, baseline];
  return [pairOf(sides.candidate, sides.baseline), candidate];
}

/** Returns the simplest of the shrunk scenarios on which the sides still differ, or null. The simplest is the last. */
function stillDiffering(
  sides: Sides,
  results: readonly ShrinkResult[],
): (Runs & { readonly at: number }) | null {
  for (const { trace } of results.toReversed()) {
    const found = differenceOn(sides, trace.scenario);
    if (found !== null) return found;
  }
  return null;
}

/** Shrinks a scenario on which the sides differ. Throws `Error` if they do not. */
export function shrinkDifference(sides: Sides, scenario: Scenario, ms: number): Difference {
  const found = differenceOn(sides, scenario);
  if (found === null) throw new Error('the sides do not differ on this scenario');
  const [target, trace] = breaking(sides, found);
  const results = ms === 0 ? [] : shrinkAcross(target, trace, { ms });
  const simplest = stillDiffering(sides, results) ?? found;
  return {
    ...simplest,
    foundOperations: scenario.operations.length,
    executions: results.reduce((sum, { executions }) => sum + executions, 0),
    exhausted: results.some(({ exhausted }) => exhausted),
  };
}
