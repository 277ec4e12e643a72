/**
 * Random programs: the same ones on both sides, on generated and named memory maps. The meaning of drawn numbers depends on the page
 * frames handed out so far. So a program is drawn while one side runs it (the sides take turns, batch by batch), and the other side
 * then runs the same program. If a side only takes whole programs, programs are drawn in a dry run.
 */

import { execute } from '../../runner/index.ts';
import type { Scenario } from '../../spec/index.ts';
import { sizesOf } from '../random/arbitraries/sizes.ts';
import { BATCH } from '../random/campaign/blocks.ts';
import { batchSeed, DEFAULT_OPERATIONS, type NamedWorld, worldOf } from '../random/campaign/campaign.ts';
import { anyProgram, type DrawnProgram } from '../random/commands.ts';
import { runProperty } from '../random/fast-check.ts';
import { dryRunOf } from '../random/relay/dry-run-programs.ts';
import { runProgram } from '../random/run-program.ts';
import { type Runs, runBoth, type Sides } from './compare.ts';
import type { Findings } from './findings.ts';
import { Compared, type Step, type StepLimits } from './step.ts';

/**
 * The random programs of a verification.
 * @public
 */
export interface RandomOptions {
  /** Memory maps to use in addition to generated ones, or instead of them. */
  readonly worlds: readonly NamedWorld[];
  readonly generated: boolean;
  readonly programs: number;
  /** Most operations in a program. */
  readonly operations: number;
  readonly seed: number;
}

/** Returns the scenario of a program that is drawn before it runs anywhere. */
function dryRunScenario({ candidate }: Sides, drawn: DrawnProgram): Scenario {
  const { world, program } = dryRunOf(candidate, drawn);
  return { ...world, policies: candidate.policies, operations: program };
}

/** The side that runs a program second has this long, once time is up: what it has answered by then is compared. */
const SECOND_MS = 2000;

/** Runs a program on both sides, until time is up. One that violates a clause by then is run to its end. */
function runDrawn(sides: Sides, drawn: DrawnProgram, batch: number, compared: Compared): Runs {
  const { candidate, baseline } = sides;
  if (!candidate.isInteractive || !baseline.isInteractive)
    return runBoth(sides, dryRunScenario(sides, drawn));
  const byCandidate = batch % 2 === 0;
  // The answers are compared as data: a lean run would have to be judged again by the model for them.
  const options = { length: DEFAULT_OPERATIONS, reference: true, isOver: () => compared.isOver() };
  const trace = runProgram(byCandidate ? candidate : baseline, drawn, options)
    .execution()
    .trace();
  const isOver = (): boolean => trace.violation === undefined && compared.isOver(SECOND_MS);
  const other = execute(byCandidate ? baseline : candidate, trace.scenario, undefined, isOver).trace();
  return byCandidate ? { candidate: trace, baseline: other } : { candidate: other, baseline: trace };
}

/** Runs a batch, or as many of its programs as there is time for. */
function runBatch(
  sides: Sides,
  compared: Compared,
  options: RandomOptions,
  { batch, runs }: { readonly batch: number; readonly runs: number },
): void {
  const goesOn = (drawn: DrawnProgram): boolean => {
    compared.note(runDrawn(sides, drawn, batch, compared));
    return !compared.isOver();
  };
  const { profile } = sides.candidate;
  const program = anyProgram(options.operations, worldOf(options, batch), profile, sizesOf(batch));
  runProperty(program, goesOn, { runs, seed: batchSeed(options.seed, batch), shrink: false });
}

/** Runs random programs on both sides. */
export async function randomStep(
  sides: Sides,
  findings: Findings,
  options: RandomOptions,
  limits: StepLimits,
): Promise<Step> {
  const compared = new Compared(sides, findings, limits);
  const { programs, seed } = options;
  for (let done = 0; done < programs && !compared.isOver(); done += BATCH) {
    runBatch(sides, compared, options, { batch: done / BATCH, runs: Math.min(BATCH, programs - done) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const maps = [...(options.generated ? ['generated maps'] : []), ...options.worlds.map(({ name }) => name)];
  // The last one may have been cut short.
  const isWhole = compared.scenarios === programs && !compared.isOver();
  const some = isWhole ? '' : ` of ${programs.toLocaleString('en-US')}`;
  const evidence = `${compared.scenarios.toLocaleString('en-US')}${some} programs of up to ${options.operations} operations on ${maps.join(' and ')}, seed ${seed}: ${compared}`;
  return compared.ended('random programs', isWhole, evidence);
}
