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
import { CALLS, type Scenario } from '../../spec/index.ts';
import { isWithin, type Sides } from './compare.ts';
import { Compared, type Step } from './step.ts';

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
        for (const operations of programsOn(world, length, { calls: CALLS, range }))
          yield builder.scenarioOf({ ...world, policies, operations });
}

/** Runs all programs of at most `longest` operations on both sides, up to the first on which they differ. */
export async function smallStep(sides: Sides, longest: number, signal?: AbortSignal): Promise<Step> {
  const start = performance.now();
  const compared = new Compared(sides);
  let found: Scenario | null = null;
  for (const scenario of scenarios(sides.candidate.policies, longest)) {
    if (compared.scenarios % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted === true) break;
    if (isWithin(sides, scenario) && !compared.run(scenario)) {
      found = scenario;
      break;
    }
  }
  const programs = compared.scenarios.toLocaleString('en-US');
  return {
    name: 'small programs',
    verdict: found !== null ? 'differs' : signal?.aborted === true ? 'interrupted' : 'holds',
    evidence: `${found === null ? 'all ' : ''}${programs} programs of at most ${longest} operations on small memory maps: ${compared}`,
    seconds: (performance.now() - start) / 1000,
    found,
  };
}
