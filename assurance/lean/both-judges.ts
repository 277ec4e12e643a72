/**
 * Both judges on the same programs: a campaign under the lean judge and the same one with the model judging every answer.
 * They must agree on the verdict, the program that broke a clause and what it was shrunk to, and every counter.
 */
import { type CampaignResult, runCampaign } from '../../properties/random/index.ts';
import { OURS, type Target } from '../../runner/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import { CALLS, POLICIES, type Profile, WHOLE } from '../../spec/index.ts';

/** The verdicts of both judges on one target. */
export interface Comparison {
  readonly target: string;
  readonly operations: number;
  /** How many figures were compared. */
  readonly counters: number;
  /** The points on which the two differ, in words. */
  readonly differences: readonly string[];
}

/** Programs to compare, and from which seed. */
interface Programs {
  readonly programs: number;
  readonly seed: number;
}

/** Returns the leaves of data by their paths, such as `clauses/alloc.zone/granted`. */
function leaves(data: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof data !== 'object' || data === null) return [[path, String(data)]];
  return Object.entries(data).flatMap(([name, value]) => leaves(value, `${path}/${name}`));
}

/** What both judges must agree on: all that does not depend on the clock. */
function figures(result: CampaignResult): ReadonlyMap<string, string> {
  const { seconds: _, peakKib: __, ...figures } = result;
  return new Map(leaves(figures));
}

/** Runs the same programs under both judges. */
export async function compareJudges(target: Target, { programs, seed }: Programs): Promise<Comparison> {
  const options = { target, worlds: [], generated: true, programs, operations: 100, seed };
  const lean = await runCampaign(options);
  const reference = figures(await runCampaign({ ...options, reference: true }));
  const ours = figures(lean);
  const names = [...new Set([...ours.keys(), ...reference.keys()])];
  const differences = names
    .filter((name) => ours.get(name) !== reference.get(name))
    .map((name) => `${name}: ${ours.get(name)} by the lean judge, ${reference.get(name)} by the model`);
  return { target: target.name, operations: lean.operations, counters: names.length, differences };
}

/** Profiles that the lean judge knows, and others, which it leaves to the model. */
const PROFILES: Readonly<Record<string, Partial<Profile>>> = {
  'no policies': {},
  'single calls only': { calls: ['alloc', 'free'] },
  'no contiguous runs': { calls: CALLS.filter((call) => call !== 'allocBitmap') },
  'failures without errno': { failures: ['warning'] },
  'misuse undefined': { misuse: 'undefined' },
  'powers of two': { contiguous: 'powers-of-two' },
  'small requests': { largestRequest: 16 },
  'small runs': { largestRun: 16 },
};

/** Our allocator under every choice of policies and every profile. */
export const CLAIMED: readonly Target[] = [
  OURS,
  ...POLICIES.map((policy) => OURS.withClaims({ name: policy, policies: [policy] })),
  ...Object.entries(PROFILES).map(([name, claims]) =>
    OURS.withClaims({ name, policies: [], profile: { ...WHOLE, ...claims } }),
  ),
];

/** All mutants, as targets. */
export const MUTATED: readonly Target[] = MUTANTS.map(targetOf);
