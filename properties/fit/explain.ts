/** Explanations: the claim under which a counterexample is none, tried on the target itself. */
import { momentsOf } from '../../counterexamples/trace/index.ts';
import { execute, type Target, type World } from '../../runner/index.ts';
import {
  addressOf,
  config,
  decodeProfile,
  isFree,
  isSpecError,
  memoryMap,
  type PhysicalAddress,
  Profile,
  type Program,
  pfn,
  type Trace,
  WHOLE,
} from '../../spec/index.ts';
import { type Candidate, candidatesFor, unaskedFor } from './candidates.ts';

/** Page frames of the roomy world; its bitmap zone has half of them, its first descriptor a quarter. */
const ROOM = 2 ** 13;

/** Returns a world with room for every probe: all of it is free but page frame 0, which is not RAM. It has two descriptors. */
function roomyWorld({ bitmapZoneEnd, bitmapZoneBelow, memoryAtLeast }: Profile): World {
  const half = addressOf(pfn(ROOM / 2));
  const least = (a: PhysicalAddress, b: PhysicalAddress): PhysicalAddress => (a < b ? a : b);
  const pages = (3 * ROOM) / 4 + memoryAtLeast;
  return {
    map: memoryMap([
      { type: 'conventional', start: addressOf(pfn(1)), pages: ROOM / 4 - 1 },
      { type: 'conventional', start: addressOf(pfn(ROOM / 4)), pages },
    ]),
    config: config({ bitmapMaxAddr: bitmapZoneEnd ?? least(half, bitmapZoneBelow) }),
  };
}

/** Returns the profile with some claims in place of others; null where they contradict the rest. */
export function withClaims(profile: Profile, claims: Candidate['claims']): Profile | null {
  const present = Profile.encode(profile);
  try {
    return decodeProfile({ ...(present as object), ...claims }, 'claims');
  } catch (error) {
    if (isSpecError(error)) return null;
    throw error;
  }
}

/** Returns a world with the end of the bitmap zone that a profile has, where it has one. */
function withZoneOf({ bitmapZoneEnd }: Profile, { map, config: given }: World): World {
  return { map, config: bitmapZoneEnd === null ? given : config({ ...given, bitmapMaxAddr: bitmapZoneEnd }) };
}

function held(target: Target, given: World, operations: Program): boolean {
  const world = withZoneOf(target.profile, given);
  return execute(target, { ...world, policies: [], operations }).violation === null;
}

/** Whether the probes of a candidate speak for it: most of them break a clause without it, and none with it. */
function isSupported(target: Target, fitted: Target, { probes, controls = [], worlds }: Candidate): boolean {
  if (probes.length === 0) return true;
  const room = roomyWorld(target.profile);
  const { probed, controlled } = worlds ?? { probed: room, controlled: room };
  if (!controls.every((program) => held(target, controlled, program))) return false;
  const wrong = probes.filter((program) => !held(target, probed, program));
  return 2 * wrong.length > probes.length && wrong.every((program) => held(fitted, probed, program));
}

/** A claim that explains a counterexample, and the profile with it. */
export interface Explanation {
  readonly candidate: Candidate;
  readonly profile: Profile;
}

/** The claims that are tried. Default: all of them, for as long as it takes. */
interface Tried {
  /** Whether claims are left out that look the same as a defect. */
  readonly isSure?: boolean;
  readonly isOver?: () => boolean;
}

/**
 * Returns the first claim under which a target keeps the clause that it broke, and whose probes speak for it; null where there is none. A
 * claim explains what is correct code of another kind. It may also hide a defect: somebody who knows the allocator must confirm it.
 */
export function explain(
  target: Target,
  { scenario, violation, profile = WHOLE, responses }: Trace,
  { isSure = false, isOver = () => false }: Tried = {},
): Explanation | null {
  const moments = momentsOf({
    format: 'frameproof/trace',
    version: 1,
    target: target.name,
    scenario,
    responses,
    profile,
    ...(violation === undefined ? {} : { violation }),
  });
  const moment = moments.at(-1);
  if (violation === undefined || moment === undefined) return null;
  const earlier = moments
    .slice(0, -1)
    .flatMap(({ demand }) => (demand !== null && isFree(demand.operation.call) ? [demand.operation] : []));
  // What must fail without the claim is asked too, whatever comes: that tells kinds apart.
  const asked: Profile = { ...profile, outOfMemory: 'fails' };
  for (const candidate of candidatesFor({ clause: violation.clause, earlier, moment, profile })) {
    if (isOver()) return null;
    if (isSure && candidate.isHintOnly) continue;
    const claimed = withClaims(profile, candidate.claims);
    if (claimed === null) continue;
    const fitted = target.withClaims({ profile: claimed });
    const isExplained = execute(fitted, { ...scenario, ...withZoneOf(claimed, scenario) }).violation === null;
    if (isExplained && isSupported(target.withClaims({ profile: asked }), fitted, candidate))
      return { candidate, profile: claimed };
  }
  return null;
}

/** Returns a claim that its probes speak for though no random program called for it, with the answer to one of them; null where there is none. */
export function overlooked(target: Target): (Explanation & { readonly trace: Trace }) | null {
  for (const candidate of unaskedFor(target.profile)) {
    const { probes, worlds } = candidate;
    const claimed = withClaims(target.profile, candidate.claims);
    if (claimed === null || !isSupported(target, target.withClaims({ profile: claimed }), candidate))
      continue;
    const world = worlds?.probed ?? roomyWorld(target.profile);
    const wrong = probes.find((program) => !held(target, world, program)) ?? [];
    const trace = execute(target, { ...world, policies: [], operations: wrong }).trace();
    return { candidate, profile: claimed, trace };
  }
  return null;
}
