/**
 * Fits: a profile found by trying. It starts from the whole specification. A claim is taken up where a counterexample becomes none under
 * it and its probes speak for it; then the programs run again. What no claim explains ends the fit: it may be a defect. What holds is held
 * to each promise in the end: one that holds too may be made.
 */
import { shrink } from '../../counterexamples/shrink/index.ts';
import type { Target } from '../../runner/index.ts';
import {
  type ClauseName,
  namedZones,
  POLICIES,
  type Profile,
  runArgumentsOf,
  SpecError,
  type Trace,
  WHOLE,
} from '../../spec/index.ts';
import { tookNoWorld } from '../random/campaign/result.ts';
import { type CampaignOptions, runCampaign } from '../random/index.ts';
import type { Candidate } from './candidate.ts';
import { explain, overlooked, withClaims } from './explain.ts';

/** A claim that was taken up, and the counterexample that led to it. */
export interface TakenUp {
  readonly candidate: Candidate;
  readonly trace: Trace;
}

/** A profile found by trying. */
export interface Fit {
  readonly profile: Profile;
  readonly takenUp: readonly TakenUp[];
  /** The counterexample that no claim explains, or null: the last programs hold under the profile. */
  readonly unexplained: Trace | null;
  /** Programs that ran last, under the profile. */
  readonly programs: number;
}

/** How a fit is looked for. */
export interface FitOptions {
  readonly seed: number;
  /** Programs that must hold in the end. Default: 300. */
  readonly programs?: number;
  readonly signal?: AbortSignal;
  /** Called with each claim that is taken up. */
  readonly onTakenUp?: (taken: TakenUp) => void;
}

/** Programs that look for the next counterexample, and that confirm the profile in the end. */
const FEW = 40;
const MANY = 300;
const OPERATIONS = 60;
/** Milliseconds to shrink one counterexample. */
const SHRINK_MS = 1500;

/**
 * Returns the claims that a fit starts from: what the target says about its calls and its worlds, which is not found by trying, and the
 * claims that only a hint names.
 */
function startOf(profile: Profile): Profile {
  const { calls, batches, search, holdsBack, bootMemory, zones, fallback } = profile;
  const { memoryAtLeast, memoryBelow, bitmapZoneBelow, bitmapZoneEnd } = profile;
  const worlds = { memoryAtLeast, memoryBelow, bitmapZoneBelow, bitmapZoneEnd };
  const said = { calls, batches, search, holdsBack, bootMemory, ...worlds };
  const isInGroups = typeof profile.runsWithin === 'bigint';
  const { runArguments } = isInGroups ? profile : { runArguments: runArgumentsOf(calls) };
  const whole: Profile =
    profile.contiguous === 'orders'
      ? { ...WHOLE, ...said, contiguous: 'orders', runArguments: [] }
      : { ...WHOLE, ...said, runArguments };
  const divided = isInGroups ? { ...whole, runsWithin: profile.runsWithin } : whole;
  return namedZones(profile) === null ? divided : { ...divided, zones, fallback, singlePages: 'anywhere' };
}

/** Returns the first finding that a claim explains; else the first one, shrunk, with no explanation. */
function firstExplained(target: Target, traces: readonly Trace[]) {
  let unexplained: Trace | null = null;
  for (const found of traces) {
    const { trace } = shrink(target, found, { ms: SHRINK_MS });
    const explanation = explain(target, trace, { isSure: true });
    if (explanation !== null) return { explained: { ...explanation, trace }, unexplained: null };
    unexplained ??= trace;
  }
  return { explained: null, unexplained };
}

/** Promises that add a clause, as claims in view of those made so far. */
const PROMISES: readonly (readonly [ClauseName, (profile: Profile) => Candidate['claims']])[] = [
  ...POLICIES.map(
    (policy) =>
      [`policy.${policy}`, ({ policies }: Profile) => ({ policies: [...policies, policy] })] as const,
  ),
  ['contents.zeroed', () => ({ contents: 'zeroed' })],
];

/** Returns the profile of a target with the promises that the same programs check, and that hold. */
async function withPromises(target: Target, options: Omit<CampaignOptions, 'target'>): Promise<Profile> {
  let { profile } = target;
  for (const [clause, claimsOf] of PROMISES) {
    const promised = withClaims(profile, claimsOf(profile));
    if (promised === null) continue;
    const held = target.withClaims({ profile: promised, policies: promised.policies });
    const { findings, clauses } = await runCampaign({ ...options, target: held });
    const isChecked = Object.values(clauses[clause] ?? {}).some((times) => times > 0);
    if (findings.length === 0 && isChecked) profile = promised;
  }
  return profile;
}

/** Returns a profile under which random programs hold, or as much of one as claims explain. */
export async function fitProfile(
  target: Target,
  { seed, programs: many = MANY, signal, onTakenUp }: FitOptions,
): Promise<Fit> {
  let profile = startOf(target.profile);
  const takenUp: TakenUp[] = [];
  let isConfirming = false;
  for (;;) {
    const fitted = target.withClaims({ profile, policies: [] });
    const programs = isConfirming ? many : FEW;
    const options = { worlds: [], generated: true, operations: OPERATIONS, seed: seed + takenUp.length };
    const asked = { ...options, target: fitted, programs, ...(signal === undefined ? {} : { signal }) };
    const result = await runCampaign(asked);
    if (result.findings.length === 0 && tookNoWorld(result))
      throw new SpecError(
        `expected a target that takes some world: its init refused each of ${programs}, or had no memory or time for it`,
      );
    const { findings } = result;
    if (findings.length === 0 && !isConfirming) {
      isConfirming = true;
      continue;
    }
    const traces = findings.map((finding) => finding.trace);
    const { explained, unexplained } = firstExplained(fitted, traces);
    // Where init refuses most worlds, a few programs show one counterexample, and others may be explained first.
    if (explained === null && !isConfirming && 2 * result.refused > programs) {
      isConfirming = true;
      continue;
    }
    isConfirming = false;
    const next = explained ?? (unexplained === null ? overlooked(fitted) : null);
    if (next === null) {
      const last = unexplained === null ? await withPromises(fitted, { ...asked, programs }) : profile;
      return { profile: last, takenUp, unexplained, programs };
    }
    const taken = { candidate: next.candidate, trace: next.trace };
    takenUp.push(taken);
    onTakenUp?.(taken);
    profile = next.profile;
  }
}
