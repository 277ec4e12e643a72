/** Differences: the simplest program found on which two sides differ, and what each of them answered. */

import { type ShrinkResult, shrinkAcross } from '../../counterexamples/shrink/index.ts';
import type { Target } from '../../runner/index.ts';
import type { Scenario, Trace } from '../../spec/index.ts';
import { compare, type Runs, runBoth, type Sides } from './compare.ts';
import { pairOf } from './pair.ts';

export interface Difference extends Runs {
  /** Index of the operation at which the sides differ, -1 for init. */
  readonly at: number;
  /** Operations of the program that was found. */
  readonly foundOperations: number;
  readonly executions: number;
  /** Whether time ended before no simpler program was left to try. */
  readonly exhausted: boolean;
}

/** Runs a scenario on both sides, and returns the difference or null. */
function differenceOn(sides: Sides, scenario: Scenario): (Runs & { readonly at: number }) | null {
  const runs = runBoth(sides, scenario);
  const { differsAt } = compare(runs, sides.observable);
  return differsAt === null ? null : { ...runs, at: differsAt };
}

/** What breaks a clause where the sides differ: one of them, or else the pair of them. */
function breaking(sides: Sides, { candidate, baseline }: Runs): readonly [Target, Trace] {
  if (candidate.violation !== undefined) return [sides.candidate, candidate];
  if (baseline.violation !== undefined) return [sides.baseline, baseline];
  return [pairOf(sides.candidate, sides.baseline), candidate];
}

/** The simplest of the scenarios, the last ones first, on which the sides still differ. */
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

/** Looks for the simplest program on which the sides differ, from one on which they do. Throws where they do not. */
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
