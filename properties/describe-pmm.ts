/**
 * `describePmm`: the whole suite in other people's vitest files. One line checks a manager the way `frameproof check`
 * does.
 */
import { join } from 'node:path';
import { shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample, saveTrace } from '../counterexamples/trace/index.ts';
import { factoryTarget, type Target } from '../runner/index.ts';
import type { PmmFactory, Policy } from '../spec/index.ts';
import { DEFAULT_OPERATIONS, type NamedWorld, runCampaign } from './random/campaign/campaign.ts';
import type { CampaignResult } from './random/campaign/result.ts';

// vitest is loaded only where it is running: the command line uses this folder without it.
const vitest = process.env.VITEST === undefined ? null : await import('vitest');

export interface DescribeOptions {
  /** What the manager promises beyond the specification. Default: nothing. */
  readonly policies?: readonly Policy[];
  /** Programs on generated maps. Default: 1000, from which on every situation must be met. */
  readonly programs?: number;
  /** Operations in a program, at most. Default: 200. */
  readonly operations?: number;
  /** Default: 1, so that a test run is the same each time. */
  readonly seed?: number;
  /** Memory maps to check besides the generated ones. */
  readonly worlds?: readonly NamedWorld[];
  /** Folder for counterexamples. Default: `counterexamples`. */
  readonly saveTo?: string;
}

/** A counterexample as a test failure: its message is the whole report. */
class CounterexampleError extends Error {
  override readonly name = 'CounterexampleError';
}

function fail(target: Target, { counterexample, seed, unreached }: CampaignResult, saveTo: string): void {
  if (counterexample !== null) {
    const shrunk = shrink(target, counterexample).trace;
    const trace = shrunk.violation === undefined ? counterexample : shrunk;
    const path = saveTrace(saveTo, trace);
    const lines = [...formatCounterexample(trace), `saved     ${path}`, `seed      ${seed}`];
    throw new CounterexampleError(`the specification is violated\n${lines.join('\n')}`);
  }
  if (unreached.length > 0) throw new Error(`never met in the whole run: ${unreached.join('; ')}`);
}

const TIMEOUT_MS = 600_000;

/**
 * Declares a vitest suite that checks a manager against every clause of the specification, on generated memory maps and
 * on those given. A failure prints the counterexample and saves it.
 *
 * @throws Error where it is called outside vitest.
 */
export function describePmm(name: string, create: PmmFactory, options: DescribeOptions = {}): void {
  if (vitest === null) throw new Error('describePmm declares vitest tests: run this file with vitest');
  const { policies = [], programs = 1000, operations = DEFAULT_OPERATIONS, seed = 1, worlds = [] } = options;
  const saveTo = options.saveTo ?? join(process.cwd(), 'counterexamples');
  const target = factoryTarget({ name, policies, create });
  const common = { target, operations, seed };
  const { describe, it } = vitest;
  describe(name, () => {
    it(
      `satisfies every clause in ${programs} programs on generated maps (seed ${seed})`,
      async () =>
        fail(target, await runCampaign({ ...common, worlds: [], generated: true, programs }), saveTo),
      TIMEOUT_MS,
    );
    for (const world of worlds)
      it(
        `satisfies every clause on ${world.name} (seed ${seed})`,
        async () => {
          const share = Math.ceil(programs / 10);
          fail(
            target,
            await runCampaign({ ...common, worlds: [world], generated: false, programs: share }),
            saveTo,
          );
        },
        TIMEOUT_MS,
      );
  });
}
