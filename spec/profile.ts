/**
 * Profiles: the claims of a particular manager. The specification covers the whole interface. A manager that has fewer calls, takes
 * single pages from elsewhere or trusts its callers says so in its profile; it is held to the rest, and the clauses that were not
 * checked are listed. A profile is part of the world that a state belongs to.
 */
import * as t from 'io-ts';
import { CALL_TABLE, CALLS, type Call, isAllocation } from './calls.ts';
import { closed, decode, withJsonForm } from './decode.ts';
import { isSpecError, SpecError } from './errors.ts';
import { HexPageAddress, toHex } from './hex.ts';
import type { Operation } from './operation.ts';
import { POLICIES, Policy } from './policy.ts';
import { PHYSICAL_LIMIT, type PhysicalAddress, physicalAddress } from './units.ts';

/**
 * The zones from which `alloc` and `allocPages` take page frames.
 *
 * - `stack-zone`: only from the stack zone.
 * - `stack-zone-first`: from the bitmap zone too, when the stack zone has none left.
 * - `anywhere`: from either zone.
 */
export const SinglePages = t.keyof(
  { 'stack-zone': null, 'stack-zone-first': null, anywhere: null },
  '"stack-zone", "stack-zone-first" or "anywhere"',
);
export type SinglePages = t.TypeOf<typeof SinglePages>;

/**
 * The effect of misuse.
 *
 * - `panics`: the call panics, and names itself, the page frame and its owner.
 * - `refused`: the call reports that it did nothing.
 * - `undefined`: anything may happen. Misuse is not tried.
 */
export const Misuse = t.keyof(
  { panics: null, refused: null, undefined: null },
  '"panics", "refused" or "undefined"',
);
export type Misuse = t.TypeOf<typeof Misuse>;

const CallName = t.keyof(CALL_TABLE, `a call (${CALLS.join(', ')})`);

/** A report that comes with the failure value. */
const Report = t.keyof({ errno: null, warning: null }, '"errno" or "warning"');

const LargestRequest = t.refinement(
  t.number,
  (n) => Number.isSafeInteger(n) && n > 0,
  'a number of page frames above 0',
);

/** The claims of a profile. A claim that is left out is what the specification says. */
const Claims = closed(
  t.partial(
    {
      calls: t.readonlyArray(CallName, 'an array of calls'),
      policies: t.readonlyArray(Policy, 'an array of policies'),
      singlePages: SinglePages,
      misuse: Misuse,
      failures: t.readonlyArray(Report, 'an array of "errno" and "warning"'),
      errnoAfterSuccess: t.keyof({ unchanged: null, unspecified: null }, '"unchanged" or "unspecified"'),
      contiguous: t.keyof({ any: null, 'powers-of-two': null }, '"any" or "powers-of-two"'),
      zones: t.union([t.literal(1), t.literal(2)], '1 or 2'),
      largestRequest: t.union([LargestRequest, t.null], 'a number of page frames above 0, or null'),
      memoryBelow: HexPageAddress,
      bitmapZoneBelow: HexPageAddress,
    },
    'a profile',
  ),
);

/** The claims of a manager. */
export interface Profile {
  /** The calls that it has. */
  readonly calls: readonly Call[];
  /** Its promises beyond the specification. */
  readonly policies: readonly Policy[];
  readonly singlePages: SinglePages;
  readonly misuse: Misuse;
  /** The reports of its failures. */
  readonly failures: readonly t.TypeOf<typeof Report>[];
  /** What a success does to errno. Unspecified: libc may have touched it. */
  readonly errnoAfterSuccess: 'unchanged' | 'unspecified';
  /** The counts of contiguous allocations. Powers of two: counts and alignments are, and a run is aligned to its size. */
  readonly contiguous: 'any' | 'powers-of-two';
  /** With 1, all of memory is what is elsewhere the bitmap zone, whatever limit the configuration has. */
  readonly zones: 1 | 2;
  /** Page frames; larger requests fail. Null: no bound. */
  readonly largestRequest: number | null;
  /** It manages no memory from this physical address up. */
  readonly memoryBelow: PhysicalAddress;
  /** Its bitmap zone can end no higher. */
  readonly bitmapZoneBelow: PhysicalAddress;
}

/** The profile of a manager that does everything that the specification says, and promises nothing beyond. */
export const WHOLE: Profile = {
  calls: CALLS,
  policies: [],
  singlePages: 'stack-zone',
  misuse: 'panics',
  failures: ['errno', 'warning'],
  errnoAfterSuccess: 'unchanged',
  contiguous: 'any',
  zones: 2,
  largestRequest: null,
  memoryBelow: physicalAddress(PHYSICAL_LIMIT),
  bitmapZoneBelow: physicalAddress(PHYSICAL_LIMIT),
};

/** Returns the contradiction between claims in one line, or null. */
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
  if (Object.keys(claims).length === 0) return WHOLE;
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

/** Returns the claims of a profile that differ from {@link WHOLE}, as JSON data. */
function claimsIn(profile: Profile): object {
  const data = (claims: Profile): [string, unknown][] =>
    Object.entries(claims).map(([key, value]) => [key, typeof value === 'bigint' ? toHex(value) : value]);
  const whole = new Map(data(WHOLE));
  const isOther = ([key, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(whole.get(key));
  return Object.fromEntries(data(profile).filter(isOther));
}

/** JSON: an object. Claims that are left out are as in {@link WHOLE}. */
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
  claimsIn,
);
withJsonForm(Profile, Claims);

/** Returns the reason why an operation is not covered by a profile, or null where it is. Misuse is judged separately. */
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

/** A part of the specification that is not checked, and the claim that excludes it. */
export interface Unchecked {
  readonly what: string;
  readonly why: string;
}

/** Returns the parts of the specification that a run on a manager of this profile does not check. */
export function uncheckedBy(profile: Profile): readonly Unchecked[] {
  const { calls, singlePages, misuse, failures, errnoAfterSuccess, contiguous, zones, policies } = profile;
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
    failures.includes('errno') &&
      errnoAfterSuccess === 'unspecified' && {
        what: 'errno after a success',
        why: 'libc may have touched it',
      },
    !failures.includes('warning') && { what: 'failure.warns', why: 'its failures report no warning' },
    contiguous === 'powers-of-two' && {
      what: 'contiguous allocations of other counts and alignments',
      why: 'it has only powers of two',
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
