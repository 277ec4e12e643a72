/** Explanations: the claim under which a counterexample is none, tried on the target itself. */
import { momentsOf } from '../../counterexamples/trace/index.ts';
import { execute, isRefusal, type Target, type World, worldBeyond } from '../../runner/index.ts';
import {
  addressOf,
  config,
  decodeProfile,
  isFree,
  isSpecError,
  memoryMap,
  namedZones,
  type PhysicalAddress,
  Profile,
  type Program,
  pfn,
  pfnOf,
  type Trace,
  WHOLE,
} from '../../spec/index.ts';
import type { Candidate } from './candidate.ts';
import { candidatesFor, unaskedFor } from './candidates.ts';

/** Page frames of the roomy world; its bitmap zone has half of them, its first descriptor a quarter. */
const ROOM = 2 ** 13;

/**
 * Returns a world with room for every probe: all of it is free but page frame 0 and the first one of each named zone, which are not RAM, so
 * that no zone begins at a multiple of much. It has two descriptors, and more where zones are named.
 */
function roomyWorld(profile: Profile): World {
  const { bitmapZoneEnd, bitmapZoneBelow, memoryAtLeast } = profile;
  const half = addressOf(pfn(ROOM / 2));
  const least = (a: PhysicalAddress, b: PhysicalAddress): PhysicalAddress => (a < b ? a : b);
  const end = ROOM + memoryAtLeast;
  const starts = (namedZones(profile) ?? []).flatMap(({ below }) =>
    below === undefined ? [] : [Number(pfnOf(below))],
  );
  const inside = starts.filter((start) => start < end);
  const edges = [1, ROOM / 4, ...inside.map((start) => start + 1)].sort((a, b) => a - b);
  const descriptors = edges.map((base, i) => {
    const next = edges[i + 1] ?? end;
    const isBeforeZone = inside.includes(next - 1);
    return {
      type: 'conventional' as const,
      start: addressOf(pfn(base)),
      pages: Math.max(0, next - base - (isBeforeZone ? 1 : 0)),
    };
  });
  return {
    map: memoryMap(descriptors),
    config: config({ bitmapMaxAddr: bitmapZoneEnd ?? least(half, bitmapZoneBelow) }),
  };
}

/** Returns the roomy world, or one of a single descriptor with half as much memory where init refuses that. */
function roomFor(target: Target): World {
  const { profile } = target;
  const room = roomyWorld(profile);
  const [started] = execute(target, { ...room, policies: [], operations: [] }).trace().responses;
  if (started === undefined || !isRefusal(started)) return room;
  const pages = ROOM / 2 + profile.memoryAtLeast;
  const map = memoryMap([{ type: 'conventional', start: addressOf(pfn(1)), pages }]);
  const bitmapMaxAddr = profile.bitmapZoneEnd ?? addressOf(pfn(ROOM / 4));
  return { map, config: config({ bitmapMaxAddr }) };
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

/** Whether a claim of less memory takes a world out of the check. */
function isBeyond({ claims }: Candidate, claimed: Profile, world: World): boolean {
  return 'memoryBelow' in claims && worldBeyond(claimed, world) !== null;
}

/** Returns a profile without claims of how failures are reported, where a candidate says nothing of them. */
function unreported(profile: Profile, claims: Candidate['claims']): Profile {
  return 'failures' in claims || 'errnoAfterSuccess' in claims ? profile : { ...profile, failures: [] };
}

/**
 * Returns the profiles under which a probe must be answered wrongly without a claim. What must fail is asked too: that tells kinds apart. How
 * failures are reported says nothing of other claims; nor does whether misuse panics or is refused say that it is not noticed.
 */
function askedOf(profile: Profile, { claims }: Candidate): readonly Profile[] {
  const asked = { ...unreported(profile, claims), outOfMemory: 'fails' } as const;
  const isTrusting = 'uncaught' in claims && profile.misuse === 'panics';
  return isTrusting ? [asked, { ...asked, misuse: 'refused' }] : [asked];
}

/**
 * Whether the probes of a candidate speak for it: most of them break a clause without it, one of the shortest too, and none with it. A
 * defect is often right at first.
 */
function isSupported(target: Target, claimed: Profile, candidate: Candidate, room: World): boolean {
  const { profile } = target;
  const { probes, controls = [], worlds } = candidate;
  if (probes.length === 0) return true;
  const { probed, controlled } = worlds ?? { probed: room, controlled: room };
  const asked = askedOf(profile, candidate).map((each) => target.withClaims({ profile: each }));
  if (!controls.every((program) => asked.some((one) => held(one, controlled, program)))) return false;
  const wrong = probes.filter((program) => !asked.some((one) => held(one, probed, program)));
  const shortest = Math.min(...probes.map(({ length }) => length));
  const isWrongAtOnce = wrong.some(({ length }) => length === shortest);
  const fitted = target.withClaims({ profile: unreported(claimed, candidate.claims) });
  return (
    isWrongAtOnce &&
    2 * wrong.length > probes.length &&
    (isBeyond(candidate, claimed, probed) || wrong.every((program) => held(fitted, probed, program)))
  );
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
    .filter(({ demand }) => demand !== null && isFree(demand.operation.call));
  const asTold = target.withClaims({ profile });
  const room = roomFor(asTold);
  for (const candidate of candidatesFor({ clause: violation.clause, earlier, moment, profile })) {
    if (isOver()) return null;
    if (isSure && candidate.isHintOnly) continue;
    const claimed = withClaims(profile, candidate.claims);
    if (claimed === null) continue;
    const fitted = target.withClaims({ profile: unreported(claimed, candidate.claims) });
    const isExplained =
      isBeyond(candidate, claimed, scenario) ||
      execute(fitted, { ...scenario, ...withZoneOf(claimed, scenario) }).violation === null;
    if (isExplained && isSupported(asTold, claimed, candidate, room)) return { candidate, profile: claimed };
  }
  return null;
}

/** Returns a claim that its probes speak for though no random program called for it, with the answer to one of them; null where there is none. */
export function overlooked(target: Target): (Explanation & { readonly trace: Trace }) | null {
  const room = roomFor(target);
  for (const candidate of unaskedFor(target.profile)) {
    const { probes, worlds } = candidate;
    const claimed = withClaims(target.profile, candidate.claims);
    if (claimed === null || !isSupported(target, claimed, candidate, room)) continue;
    const world = worlds?.probed ?? room;
    const wrong = probes.find((program) => !held(target, world, program)) ?? [];
    const trace = execute(target, { ...world, policies: [], operations: wrong }).trace();
    return { candidate, profile: claimed, trace };
  }
  return null;
}
