/**
 * Small programs: every program of few operations on every small memory map, with the arguments that the map tells apart, on both
 * sides. Shortest first.
 */

import {
  narrowWorldsFor,
  programsOn,
  ScenarioBuilder,
  worldsFor,
} from '../../counterexamples/shrink/index.ts';
import { grouped, type Scenario, STANDARD_CALLS } from '../../spec/index.ts';
import { isWithin, type Sides } from './compare.ts';
import type { Findings } from './findings.ts';
import { Compared, type Step, type StepLimits } from './step.ts';

/** Programs between two checks of the signal. */
const BATCH = 256;

/** Plain arguments in many worlds, and all arguments in some. */
const PASSES = [
  { range: 'plain', worldsFor },
  { range: 'edges', worldsFor: narrowWorldsFor },
] as const;

function* scenarios(policies: Scenario['policies'], longest: number): Generator<Scenario> {
  const builder = new ScenarioBuilder();
  for (let length = 0; length <= longest; length += 1)
    for (const { range, worldsFor: worlds } of PASSES)
      for (const world of worlds(length))
        for (const operations of programsOn(world, length, {
          calls: STANDARD_CALLS,
          range,
          has: STANDARD_CALLS,
        }))
          yield builder.scenarioOf({ ...world, policies, operations });
}

/** The bounds of the step. */
export interface SmallOptions extends StepLimits {
  /** Most operations in a program. */
  readonly longest: number;
  /** Most programs. */
  readonly programs: number;
}

/** Runs all programs of at most `longest` operations on both sides, the shortest first. */
export async function smallStep(sides: Sides, findings: Findings, options: SmallOptions): Promise<Step> {
  const compared = new Compared(sides, findings, options);
  const { longest } = options;
  let isWhole = true;
  for (const scenario of scenarios(sides.candidate.policies, longest)) {
    if (compared.scenarios % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    isWhole = !compared.isOver() && compared.scenarios < options.programs;
    if (!isWhole) break;
    if (isWithin(sides, scenario)) compared.run(scenario);
  }
  const programs = `${isWhole ? 'all' : 'the first'} ${grouped(compared.scenarios)} programs`;
  return compared.ended(
    'small programs',
    isWhole,
    `${programs} of at most ${longest} operations on small memory maps: ${compared}`,
  );
}
