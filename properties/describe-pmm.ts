/**
 * The door `frameproof/vitest`. `describePmm` is the whole suite in a user's vitest file: one line checks a manager as
 * `frameproof check` does. Only this file imports vitest.
 */
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import { saveTrace } from '../counterexamples/trace/index.ts';
import { factoryTarget, type Target } from '../runner/index.ts';
import {
  blamedCall,
  isSpecError,
  type OwnClause,
  type PmmFactory,
  type Policy,
  type Trace,
} from '../spec/index.ts';
import { printable } from '../spec/text/index.ts';
import {
  type CampaignOptions,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from './random/campaign/campaign.ts';
import type { CampaignResult } from './random/campaign/result.ts';

/**
 * The options of {@link describePmm}.
 * @public
 */
export interface DescribeOptions {
  /** The policies that the manager promises beyond the specification. Default: none. */
  readonly policies?: readonly Policy[];
  /** Number of programs on generated maps. Default: 1000, with which every situation must be met. */
  readonly programs?: number;
  /** Most operations in a program. Default: 200. */
  readonly operations?: number;
  /** Default: 1, so that a test run is the same each time. */
  readonly seed?: number;
  /** Memory maps to check in addition to the generated ones; each gets a tenth as many programs. */
  readonly worlds?: readonly NamedWorld[];
  /** Own clauses to check in addition to the specification. Default: none. */
  readonly checks?: readonly OwnClause[];
  /** Folder for counterexamples. Default: `counterexamples` in the current folder. */
  readonly saveTo?: string;
}

/** A counterexample as a test failure: its message is the whole report. */
class CounterexampleError extends Error {
  override readonly name = 'CounterexampleError';
}

/** Saves a counterexample. One that cannot be saved is shown all the same. */
function savedLine(folder: string, trace: Trace): string {
  try {
    return `saved     ${saveTrace(folder, trace)}`;
  } catch (error) {
    if (!isSpecError(error)) throw error;
    return `not saved ${error.message}`;
  }
}

/** A violation that is less grave than the one that is shown. */
function otherLine({ violation, scenario }: Trace): string {
  if (violation === undefined) return '';
  return `also      ${violation.clause} (${blamedCall(violation, scenario.operations)})`;
}

function failOn(
  { findings, seed, unreached }: CampaignResult,
  target: Target,
  { checks = [], saveTo = join(process.cwd(), 'counterexamples') }: DescribeOptions,
): void {
  const [found, ...others] = findings.map(({ trace }) => trace);
  if (found !== undefined) {
    const shrunk = shrink(target, found, { checks }).trace;
    const trace = shrunk.violation === undefined ? found : shrunk;
    const lines = [
      ...formatCounterexample(trace),
      savedLine(saveTo, trace),
      ...others.map(otherLine),
      `seed      ${seed}`,
    ];
    throw new CounterexampleError(printable(`the specification is violated\n${lines.join('\n')}`));
  }
  if (unreached.length > 0) throw new Error(`never met in the whole run: ${unreached.join('; ')}`);
}

const TIMEOUT_MS = 600_000;

/**
 * Declares a vitest suite that checks a manager against every clause of the specification, on generated memory maps and on the given
 * ones. A failure prints the shrunk counterexample and saves it. Call it in a file that vitest runs.
 * @public
 */
export function describePmm(name: string, create: PmmFactory, options: DescribeOptions = {}): void {
  const { policies = [], programs = 1000, operations = DEFAULT_OPERATIONS, seed = 1 } = options;
  const { worlds = [], checks = [] } = options;
  const target = factoryTarget({ name, policies, create });
  const holds = async (on: Pick<CampaignOptions, 'worlds' | 'generated' | 'programs'>): Promise<void> =>
    failOn(await runCampaign({ target, operations, seed, checks, ...on }), target, options);
  describe(name, () => {
    it(
      `satisfies every clause in ${programs} programs on generated maps (seed ${seed})`,
      () => holds({ worlds: [], generated: true, programs }),
      TIMEOUT_MS,
    );
    for (const world of worlds)
      it(
        `satisfies every clause on ${world.name} (seed ${seed})`,
        () => holds({ worlds: [world], generated: false, programs: Math.ceil(programs / 10) }),
        TIMEOUT_MS,
      );
  });
}
