/**
 * Profiles: what a particular manager claims to be. The specification speaks of the whole interface; a manager that has
 * fewer calls, takes single pages from elsewhere or trusts its callers says so in its profile, is held to the rest, and what
 * it was not held to is listed. A profile is part of the world that a state belongs to.
 */
import * as t from 'io-ts';
import { CALL_TABLE, CALLS, type Call, isAllocation } from './calls.ts';
import { closed } from './closed.ts';
import { decode, isSpecError, SpecError } from './decode.ts';
import { HexPageAddress, toHex } from './hex.ts';
import type { Operation } from './operation.ts';
import { POLICIES, Policy } from './policy.ts';
import { PHYSICAL_LIMIT, type PhysicalAddress, physicalAddress } from './units.ts';

/**
 * Where `alloc` and `allocPages` take page frames from.
 *
 * - `stack-zone`: from the stack zone alone.
 * - `stack-zone-first`: from the bitmap zone too, once the stack zone has none left.
 * - `anywhere`: from either zone.
 */
export const SinglePages = t.keyof(
  { 'stack-zone': null, 'stack-zone-first': null, anywhere: null },
  '"stack-zone", "stack-zone-first" or "anywhere"',
);
export type SinglePages = t.TypeOf<typeof SinglePages>;

/**
 * What comes of misuse.
 *
 * - `panics`: the call panics, and names itself, the page frame and its owner.
 * - `refused`: the call says that it did nothing.
 * - `undefined`: nobody knows. It is not tried.
 */
export const Misuse = t.keyof(
  { panics: null, refused: null, undefined: null },
  '"panics", "refused" or "undefined"',
);
export type Misuse = t.TypeOf<typeof Misuse>;

const CallName = t.keyof(CALL_TABLE, `a call (${CALLS.join(', ')})`);

/** What a failure reports besides its failure value. */
const Report = t.keyof({ errno: null, warning: null }, '"errno" or "warning"');

const LargestRequest = t.refinement(
  t.number,
  (n) => Number.isSafeInteger(n) && n > 0,
  'a number of page frames above 0',
);

/** What may be left out claims what the specification says. */
const Claims = closed(
  t.partial(
    {
      calls: t.readonlyArray(CallName, 'an array of calls'),
      policies: t.readonlyArray(Policy, 'an array of policies'),
      singlePages: SinglePages,
      misuse: Misuse,
      failures: t.readonlyArray(Report, 'an array of "errno" and "warning"'),
      contiguous: t.keyof({ any: null, 'powers-of-two': null }, '"any" or "powers-of-two"'),
      zones: t.union([t.literal(1), t.literal(2)], '1 or 2'),
      largestRequest: t.union([LargestRequest, t.null], 'a number of page frames above 0, or null'),
      memoryBelow: HexPageAddress,
      bitmapZoneBelow: HexPageAddress,
    },
    'a profile',
  ),
);

/** What a manager claims. */
export interface Profile {
  /** The calls that it has. */
  readonly calls: readonly Call[];
  /** What it promises beyond the specification. */
  readonly policies: readonly Policy[];
  readonly singlePages: SinglePages;
  readonly misuse: Misuse;
  /** What its failures report. */
  readonly failures: readonly t.TypeOf<typeof Report>[];
  /** The counts of contiguous allocations. Powers of two: counts and alignments are, and a run is aligned to its size. */
  readonly contiguous: 'any' | 'powers-of-two';
  /** With 1, the whole of memory is what is called the bitmap zone elsewhere, wherever the configuration has its limit. */
  readonly zones: 1 | 2;
  /** Page frames; larger requests fail. Null: there is no such bound. */
  readonly largestRequest: number | null;
  /** It manages no memory from this physical address up. */
  readonly memoryBelow: PhysicalAddress;
  /** Its bitmap zone can end no higher. */
  readonly bitmapZoneBelow: PhysicalAddress;
}

/** The profile of a manager that does all that the specification says, and promises nothing beyond. */
export const WHOLE: Profile = {
  calls: CALLS,
  policies: [],
  singlePages: 'stack-zone',
  misuse: 'panics',
  failures: ['errno', 'warning'],
  contiguous: 'any',
  zones: 2,
  largestRequest: null,
  memoryBelow: physicalAddress(PHYSICAL_LIMIT),
  bitmapZoneBelow: physicalAddress(PHYSICAL_LIMIT),
};

/** Returns what claims contradict each other, in one line, or null. */
function contradiction({ policies, singlePages, zones, calls }: Profile): string | null {
  if (zones === 1 && singlePages !== 'anywhere')
    return 'with one zone, singlePages is "anywhere": there is no other zone to take them from';
  if (policies.includes('lifo') && singlePages !== 'stack-zone')
    return 'lifo speaks of the stack zone: it can be promised where singlePages is "stack-zone"';
  return calls.some(isAllocation) ? null : 'calls has no allocating call';
}

/** Returns the profile that JSON data holds; throws `SpecError` naming the source, the place and what was expected. */
export function decodeProfile(data: unknown, source: string): Profile {
  const claims = decode(Claims, data, source);
  const singlePages: SinglePages = claims.zones === 1 ? 'anywhere' : 'stack-zone';
  const profile: Profile = { ...WHOLE, singlePages, ...claims };
  const wrong = contradiction(profile);
  if (wrong !== null) throw new SpecError(`${source}: ${wrong}`);
  return profile;
}

function isPowerOfTwo(n: bigint): boolean {
  return n > 0n && (n & (n - 1n)) === 0n;
}

function isProfile(u: unknown): u is Profile {
  return typeof u === 'object' && u !== null && Object.keys(WHOLE).every((key) => Object.hasOwn(u, key));
}

/** JSON: an object; what is left out claims what {@link WHOLE} does. */
export const Profile: t.Type<Profile, unknown> = new t.Type(
  'a profile',
  isProfile,
  (u, context) => {
    try {
      return t.success(decodeProfile(u, 'profile'));
    } catch (error) {
      if (!isSpecError(error)) throw error;
      return t.failure(u, context, error.message);
    }
  },
  (profile) => ({
    ...profile,
    memoryBelow: toHex(profile.memoryBelow),
    bitmapZoneBelow: toHex(profile.bitmapZoneBelow),
  }),
);

/** Returns why an operation is beyond what a profile speaks of, or null where it is not. Misuse is another matter. */
export function beyond(profile: Profile, operation: Operation<unknown>): string | null {
  if (profile === WHOLE) return null;
  if (!profile.calls.includes(operation.call)) return `there is no ${operation.call}`;
  if (operation.call !== 'allocBitmap' || profile.contiguous === 'any') return null;
  const { count, alignment } = operation;
  const isWhole = typeof count === 'bigint' && typeof alignment === 'bigint';
  if (isWhole && (count === 0n || isPowerOfTwo(count)) && (alignment === 0n || isPowerOfTwo(alignment)))
    return null;
  return 'counts and alignments of contiguous allocations are powers of two';
}

/** A claim that takes something out of what is checked, and why. */
export interface Unchecked {
  readonly what: string;
  readonly why: string;
}

/** Returns what a run on a manager of this profile does not check. */
export function uncheckedBy(profile: Profile): readonly Unchecked[] {
  const { calls, singlePages, misuse, failures, contiguous, zones, policies } = profile;
  const { memoryBelow, bitmapZoneBelow } = profile;
  const without = CALLS.filter((call) => !calls.includes(call));
  const list: (Unchecked | false)[] = [
    without.length > 0 && { what: without.join(', '), why: 'it has no such call' },
    zones === 1 && { what: 'the two zones', why: 'it has one zone: all page frames are alike' },
    zones === 2 &&
      singlePages === 'anywhere' && {
        what: 'alloc.zone, allocPages.zone',
        why: 'it takes single pages from either zone',
      },
    misuse === 'undefined' && {
      what: 'misuse.panics, misuse.unchanged, and that frees refuse what may not be freed',
      why: 'what misuse does is undefined: none is tried',
    },
    misuse === 'refused' && {
      what: 'misuse.panics, and errno and warnings of misuse',
      why: 'misuse is refused without a panic',
    },
    !failures.includes('errno') && { what: 'failure.enomem', why: 'its failures set no errno' },
    !failures.includes('warning') && { what: 'failure.warns', why: 'its failures report no warning' },
    contiguous === 'powers-of-two' && {
      what: 'contiguous allocations of other counts and alignments',
      why: 'it has powers of two alone',
    },
    memoryBelow < PHYSICAL_LIMIT && {
      what: `memory from ${toHex(memoryBelow)} up`,
      why: 'it manages none there',
    },
    bitmapZoneBelow < memoryBelow && {
      what: `bitmap zones that end above ${toHex(bitmapZoneBelow)}`,
      why: 'it has none',
    },
    ...POLICIES.map(
      (policy) => !policies.includes(policy) && { what: `policy.${policy}`, why: 'not promised' },
    ),
  ];
  return list.filter((entry) => entry !== false);
}
