import { describe, expect, it } from 'vitest';
import { ATOMICS } from '../../impl/index.ts';
import { factoryTarget, type Target } from '../../runner/index.ts';
import { runCampaign } from '../random/campaign/campaign.ts';
import {
  ConcurrentTrace,
  concurrentTraceOf,
  decodeConcurrentTrace,
  replayConcurrent,
} from './concurrent-trace.ts';
import { CONCURRENT_MUTANTS, type ConcurrentMutant } from './mutants.ts';
import { type FoundRun, sampleSchedules } from './sample-schedules.ts';
import { shrinkRun } from './shrink-run.ts';
import { type ConcurrentTarget, freshWords, OURS_SHARED } from './target.ts';

/** A seed from which each mutant is caught within seconds. */
const SEED = 5;

function caught(mutant: ConcurrentMutant): FoundRun {
  const { found } = sampleSchedules(mutant, { scenarios: 500, schedules: 10, seed: SEED });
  if (found === null) throw new Error(`${mutant.name} survives`);
  return found;
}

function callsOf({ scenario: { before, callers } }: FoundRun): number {
  return before.length + callers.flat().length;
}

describe.each(CONCURRENT_MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  const found = caught(mutant);

  it(`breaks ${mutant.clause} under an explored schedule`, () => {
    expect(found.violation.clause).toBe(mutant.clause);
  });

  it('is caught at the same run each time', () => {
    expect(caught(mutant)).toEqual(found);
  });

  it('is shrunk to four calls at most, which break the same clause and are replayed from a file', () => {
    const { found: shrunk } = shrinkRun(mutant, found);
    expect(callsOf(shrunk)).toBeLessThanOrEqual(4);
    const text = JSON.stringify(ConcurrentTrace.encode(concurrentTraceOf(mutant, shrunk)));
    const trace = decodeConcurrentTrace(JSON.parse(text), 'a trace');
    expect(replayConcurrent(mutant, trace)).toEqual(shrunk);
    expect(replayConcurrent(OURS_SHARED, trace)).toBe(null);
  });
});

/** Returns a target with one caller, who has the state to itself. */
function singleCaller({ name, policies, attach }: ConcurrentTarget): Target {
  return factoryTarget({
    name,
    policies,
    create: (map, { config, warn }) => {
      const shared = { words: freshWords(OURS_SHARED, map, config), steps: ATOMICS };
      return attach(map, { config, warn, shared, waiting: {} });
    },
  });
}

describe('a single caller', () => {
  const subtle = CONCURRENT_MUTANTS.filter(({ name }) => name !== 'kept-on-panic');

  it.each([OURS_SHARED, ...subtle].map((target) => [target.name, target] as const))(
    'finds nothing wrong with %s: what is wrong shows between callers',
    async (_, target) => {
      const result = await runCampaign({
        target: singleCaller(target),
        worlds: [],
        generated: true,
        programs: 30,
        operations: 20,
        seed: SEED,
      });
      expect(result.findings).toEqual([]);
      expect(result.operations).toBeGreaterThan(200);
    },
  );
});

describe('our implementation', () => {
  it('breaks nothing where all mutants are caught', () => {
    const { found, schedules, overlapping, waiting } = sampleSchedules(OURS_SHARED, {
      scenarios: 60,
      schedules: 10,
      seed: SEED,
    });
    expect(found).toBe(null);
    expect(schedules).toBe(600);
    expect(overlapping).toBeGreaterThan(200);
    expect(waiting).toBeGreaterThan(200);
  });
});
