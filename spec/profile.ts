/**
 * Profiles: the claims of a particular manager. The specification covers the whole interface. A manager that has fewer calls, takes
 * single pages from elsewhere or trusts its callers says so in its profile; it is held to the rest, and the clauses that were not
 * checked are listed. A profile is part of the world that a state belongs to.
 */
import * as t from 'io-ts';
import { CALL_TABLE, CALLS, type Call, isAllocation, STANDARD_CALLS } from './calls.ts';
import { closed, decode, withJsonForm } from './decode.ts';
import { isSpecError, SpecError } from './errors.ts';
import { HexPageAddress, toHex } from './hex.ts';
import type { Argument, Operation, OperationOf } from './operation.ts';
import { PAGE_BYTES, PHYSICAL_LIMIT, type PhysicalAddress, physicalAddress, U64_MAX } from './units.ts';

/**
 * Promises beyond the specification of every manager. Our implementation makes both.
 *
 * - `lifo`: single pages come back last freed, first allocated. Init pushes page frames in map order, ascending within a
 *   descriptor; `freePages` pushes in array order, `freeRegion` ascending; a failure or panic leaves the order.
 * - `first-fit`: `allocBitmap` returns the fitting run with the lowest address.
 */
export const POLICIES = ['lifo', 'first-fit'] as const;

export const Policy = t.keyof({ lifo: null, 'first-fit': null }, 'a policy (lifo or first-fit)');
export type Policy = t.TypeOf<typeof Policy>;

/**
 * The zones from which `alloc` and `allocPages` take page frames.
 *
 * - `stack-zone`: only from the stack zone.
 * - `stack-zone-first`: from the bitmap zone too, when the stack zone has none left.
 * - `anywhere`: from either zone. Of named ones, from the last, and where it has none left, from those that serve for it, in order.
 * - `any-zone`: from any of the named zones.
 */
export const SinglePages = t.keyof(
  { 'stack-zone': null, 'stack-zone-first': null, anywhere: null, 'any-zone': null },
  '"stack-zone", "stack-zone-first", "anywhere" or "any-zone"',
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

/**
 * Kinds of misuse of the calls that free page frames, of `retain` and of `addRegion`.
 *
 * - `double-free`: the page frame is free already.
 * - `foreign`: it was never handed out: it is not RAM, or firmware or the manager keeps it.
 * - `argument`: the page frame does not exist, or a number is not an unsigned 64-bit integer, in an allocation too.
 * - `repeated`: a batch names a page frame twice.
 * - `unaligned`: no page frame begins at the address, where that is misuse.
 * - `part`: it is a part of a run, where runs are freed whole.
 * - `shared`: it has several references, where a free of it is misuse.
 * - `present`: it is RAM already, where it is to be added.
 */
const MisuseKind = t.keyof(
  {
    'double-free': null,
    foreign: null,
    argument: null,
    repeated: null,
    unaligned: null,
    part: null,
    shared: null,
    present: null,
  },
  'a kind of misuse (double-free, foreign, argument, repeated, unaligned, part, shared or present)',
);
export type MisuseKind = t.TypeOf<typeof MisuseKind>;

/** All kinds of misuse. */
export const MISUSE_KINDS: readonly MisuseKind[] = Object.keys(MisuseKind.keys).filter(MisuseKind.is);

const CallName = t.keyof(CALL_TABLE, `a call (${CALLS.join(', ')})`);

/** An argument of a contiguous allocation besides the count. */
const RunArgument = t.keyof(
  { maxAddr: null, alignment: null, minAddr: null, boundary: null },
  '"maxAddr", "alignment", "minAddr" or "boundary"',
);

/** A report that comes with the failure value. */
const Report = t.keyof({ errno: null, warning: null }, '"errno" or "warning"');

function isPowerOfTwo(n: bigint): boolean {
  return n > 0n && (n & (n - 1n)) === 0n;
}

const SomePageFrames = t.refinement(
  t.number,
  (n) => Number.isSafeInteger(n) && n > 0,
  'a number of page frames above 0',
);

/** Larger worlds than these would take most programs their variety. */
const MOST_AT_LEAST = 2 ** 18;
const FewPageFrames = t.refinement(
  t.number,
  (n) => Number.isSafeInteger(n) && n >= 0 && n <= MOST_AT_LEAST,
  `a number of page frames, at most ${MOST_AT_LEAST}`,
);

const MostReferences = t.refinement(
  t.number,
  (n) => Number.isSafeInteger(n) && n > 1,
  'a number of references above 1',
);

const PowerOfTwo = t.refinement(HexPageAddress, isPowerOfTwo, 'a power of two from "0x1000" up');

/**
 * A named zone: the page frames from the end of the one before up to an address, or to the end of memory. Where it has none, the zones that
 * `fallback` lists serve a request for it, in that order; the ones that the profile's `fallback` says where it is left out.
 */
const NamedZone = closed(
  t.intersection(
    [
      t.type({ name: t.string }),
      t.partial({ below: HexPageAddress, fallback: t.readonlyArray(t.string, 'an array of names of zones') }),
    ],
    'a zone',
  ),
);
export type NamedZone = t.TypeOf<typeof NamedZone>;

const Zones = t.union(
  [t.literal(1), t.literal(2), t.readonlyArray(NamedZone, 'an array of zones')],
  '1, 2 or an array of zones: [{"name":"dma","below":"0x1000000"},{"name":"normal"}]',
);

/** The claims of a profile. A claim that is left out is what the specification says. */
const Claims = closed(
  t.partial(
    {
      calls: t.readonlyArray(CallName, 'an array of calls'),
      policies: t.readonlyArray(Policy, 'an array of policies'),
      singlePages: SinglePages,
      misuse: Misuse,
      uncaught: t.readonlyArray(MisuseKind, 'an array of kinds of misuse'),
      outOfMemory: t.keyof({ fails: null, undefined: null }, '"fails" or "undefined"'),
      failures: t.readonlyArray(Report, 'an array of "errno" and "warning"'),
      errnoAfterSuccess: t.keyof({ unchanged: null, unspecified: null }, '"unchanged" or "unspecified"'),
      batches: t.keyof({ whole: null, partial: null }, '"whole" or "partial"'),
      restOfBatch: t.keyof({ unchanged: null, unspecified: null }, '"unchanged" or "unspecified"'),
      contiguous: t.keyof(
        { any: null, 'powers-of-two': null, orders: null },
        '"any", "powers-of-two" or "orders"',
      ),
      runArguments: t.readonlyArray(
        RunArgument,
        'an array of "maxAddr", "alignment", "minAddr" and "boundary"',
      ),
      alignments: t.keyof({ any: null, 'powers-of-two': null }, '"any" or "powers-of-two"'),
      limits: t.keyof({ any: null, 'powers-of-two': null }, '"any" or "powers-of-two"'),
      largestAlignment: t.union([PowerOfTwo, t.null], 'a power of two from "0x1000" up, or null'),
      runsWithin: t.union(
        [t.keyof({ memory: null, descriptors: null }), PowerOfTwo],
        '"memory", "descriptors" or a power of two from "0x1000" up',
      ),
      search: t.keyof({ whole: null, partial: null }, '"whole" or "partial"'),
      holdsBack: FewPageFrames,
      unalignedFree: t.keyof({ 'rounded-down': null, misuse: null }, '"rounded-down" or "misuse"'),
      freeRuns: t.keyof({ 'page-by-page': null, whole: null }, '"page-by-page" or "whole"'),
      freesShared: t.keyof({ never: null, 'one-reference': null }, '"never" or "one-reference"'),
      mostReferences: t.union([MostReferences, t.null], 'a number of references above 1, or null'),
      zones: Zones,
      fallback: t.keyof({ lower: null, none: null }, '"lower" or "none"'),
      largestRequest: t.union([SomePageFrames, t.null], 'a number of page frames above 0, or null'),
      largestRun: t.union([SomePageFrames, t.null], 'a number of page frames above 0, or null'),
      keeps: t.union(
        [t.keyof({ nothing: null, named: null }), SomePageFrames],
        '"nothing", "named" or a number of page frames above 0',
      ),
      bootMemory: t.keyof({ 'handed-over': null, kept: null }, '"handed-over" or "kept"'),
      contents: t.keyof({ any: null, zeroed: null }, '"any" or "zeroed"'),
      memoryAtLeast: FewPageFrames,
      neverBelow: HexPageAddress,
      memoryBelow: HexPageAddress,
      bitmapZoneBelow: HexPageAddress,
      bitmapZoneEnd: t.union([HexPageAddress, t.null], 'a multiple of 4096 as a hex string, or null'),
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
  /** The kinds of misuse that are not tried because their effect is undefined, whatever that of the others is. */
  readonly uncaught: readonly MisuseKind[];
  /** How an allocation fails. Undefined: it may panic or wait for ever, and is not tried. */
  readonly outOfMemory: 'fails' | 'undefined';
  /** The reports of its failures. */
  readonly failures: readonly t.TypeOf<typeof Report>[];
  /** How a success leaves errno. Unspecified: libc may have touched it. */
  readonly errnoAfterSuccess: 'unchanged' | 'unspecified';
  /** How `allocPages` is granted: all or nothing, or what is free, up to the count. It then tells how many; none is a failure. */
  readonly batches: 'whole' | 'partial';
  /** The entries of the array of `allocPages` that it does not fill, after a failure all of them. Unspecified: it may have used them. */
  readonly restOfBatch: 'unchanged' | 'unspecified';
  /**
   * The counts of contiguous allocations. Powers of two: counts and alignments are, and a run is aligned to its size. Orders: so too, and
   * allocations and frees of regions are asked for by order, so that no region of another size is freed. A count of 0 asks for order 64.
   */
  readonly contiguous: 'any' | 'powers-of-two' | 'orders';
  /**
   * The arguments that contiguous allocations have besides the count, `minAddr` and `boundary` only in `allocWithin`. One that they lack is
   * always passed as "no demand".
   */
  readonly runArguments: readonly t.TypeOf<typeof RunArgument>[];
  /** The alignments and the boundaries of contiguous allocations, whatever the counts. */
  readonly alignments: 'any' | 'powers-of-two';
  /** The limits (`maxAddr`) of contiguous allocations. Powers of two: it takes the bits of an address; 2⁶⁴ − 1 means none. */
  readonly limits: 'any' | 'powers-of-two';
  /** Bytes; larger alignments are not asked for. Null: no bound. */
  readonly largestAlignment: bigint | null;
  /** Whether a run may lie anywhere, lies in one descriptor of the map, or crosses no multiple of a number of bytes, as of a word of a bitmap. */
  readonly runsWithin: 'memory' | 'descriptors' | bigint;
  /**
   * Whether contiguous allocations and `allocAt` find all free page frames. Partial: they may be refused although what they need is free,
   * since some page frames lie in a list per CPU, or the search gives up.
   */
  readonly search: 'whole' | 'partial';
  /**
   * Page frames of a zone that allocations may leave: one may be refused where fewer would be left, since some are held back below a watermark,
   * or wait until as many were freed as are handed over at once.
   */
  readonly holdsBack: number;
  /** How a free takes an address inside a page frame: it means the page frame, or is misuse. */
  readonly unalignedFree: 'rounded-down' | 'misuse';
  /** How runs are freed: any part of them, or exactly as they were allocated. Boot memory is then handed over page by page. */
  readonly freeRuns: 'page-by-page' | 'whole';
  /** The effect of a free of a page frame with several references: it is misuse, or takes one of them. `release` always takes one. */
  readonly freesShared: 'never' | 'one-reference';
  /** References that a page frame can have: `retain` fails beyond. Null: no bound. */
  readonly mostReferences: number | null;
  /**
   * With 1, all of memory is what is elsewhere the bitmap zone, whatever limit the configuration has. Named ones divide it: a contiguous
   * allocation names one by its limit, single pages come from the last.
   */
  readonly zones: t.TypeOf<typeof Zones>;
  /** The zones that serve a request where the named one cannot: the lower ones, the highest first, or none. */
  readonly fallback: 'lower' | 'none';
  /** Page frames; larger requests fail. Null: no bound. */
  readonly largestRequest: number | null;
  /** Page frames; larger contiguous allocations fail, and batches need not. Null: no bound. */
  readonly largestRun: number | null;
  /** The page frames that init keeps for the manager itself: none, the ones that it names, or a number of unknown ones. */
  readonly keeps: 'nothing' | 'named' | number;
  /** What becomes of boot memory: a free hands it over, or the manager keeps it for ever, and such a free is misuse. */
  readonly bootMemory: 'handed-over' | 'kept';
  /** The contents of page frames when they are handed out: anything, or zeros. */
  readonly contents: 'any' | 'zeroed';
  /** Page frames that must be free after init, or it cannot start. */
  readonly memoryAtLeast: number;
  /** It keeps all RAM below this physical address that firmware does not, boot memory too. */
  readonly neverBelow: PhysicalAddress;
  /** It manages no memory from this physical address up. */
  readonly memoryBelow: PhysicalAddress;
  /** Its bitmap zone can end no higher. */
  readonly bitmapZoneBelow: PhysicalAddress;
  /** Its bitmap zone always ends here. Null: where the configuration says. */
  readonly bitmapZoneEnd: PhysicalAddress | null;
}

/** The profile of a manager that does everything that the specification says, and promises nothing beyond. */
export const WHOLE: Profile = {
  calls: STANDARD_CALLS,
  policies: [],
  singlePages: 'stack-zone',
  misuse: 'panics',
  uncaught: [],
  outOfMemory: 'fails',
  failures: ['errno', 'warning'],
  errnoAfterSuccess: 'unchanged',
  batches: 'whole',
  restOfBatch: 'unchanged',
  contiguous: 'any',
  runArguments: ['maxAddr', 'alignment'],
  alignments: 'any',
  limits: 'any',
  largestAlignment: null,
  runsWithin: 'memory',
  search: 'whole',
  holdsBack: 0,
  unalignedFree: 'rounded-down',
  freeRuns: 'page-by-page',
  freesShared: 'never',
  mostReferences: null,
  zones: 2,
  fallback: 'lower',
  largestRequest: null,
  largestRun: null,
  keeps: 'nothing',
  bootMemory: 'handed-over',
  contents: 'any',
  memoryAtLeast: 0,
  neverBelow: physicalAddress(0n),
  memoryBelow: physicalAddress(PHYSICAL_LIMIT),
  bitmapZoneBelow: physicalAddress(PHYSICAL_LIMIT),
  bitmapZoneEnd: null,
};

/** Returns the page frames of the largest contiguous allocation that may be granted; infinity where there is no bound. */
export function largestRunOf({ largestRequest, largestRun }: Profile): number {
  return Math.min(largestRequest ?? Number.POSITIVE_INFINITY, largestRun ?? Number.POSITIVE_INFINITY);
}

/** Returns the named zones of a profile, ascending; null where they are not named. */
export function namedZones({ zones }: Profile): readonly NamedZone[] | null {
  return typeof zones === 'number' ? null : zones;
}

/** Whether some zone says which others serve a request for it. */
export function hasOrders(profile: Profile): boolean {
  return (namedZones(profile) ?? []).some(({ fallback }) => fallback !== undefined);
}

/** Returns what is wrong with the fallback of the zones, in one line, or null. */
function wrongOrders(profile: Profile, zones: readonly NamedZone[]): string | null {
  if (hasOrders(profile) && profile.fallback !== 'lower')
    return 'leave out fallback: a zone lists the ones that serve where it cannot, and an empty list is none';
  for (const { name, fallback = [] } of zones) {
    const wrong = fallback.find(
      (other, i) =>
        other === name || fallback.indexOf(other) < i || !zones.some((zone) => zone.name === other),
    );
    if (wrong !== undefined) return `fallback of zone ${name} lists other zones, each once, found ${wrong}`;
  }
  return null;
}

/** Returns what is wrong with the named zones, in one line, or null. */
function wrongZones(profile: Profile): string | null {
  const zones = namedZones(profile);
  if (zones === null)
    return profile.fallback === 'lower' ? null : 'fallback speaks of named zones, and zones names none';
  if (zones.length < 2 || new Set(zones.map(({ name }) => name)).size < zones.length)
    return 'zones names at least two, each by another name';
  const ends = zones.slice(0, -1).map(({ below }) => below ?? 0n);
  if (zones.at(-1)?.below !== undefined || ends.some((end, i) => end <= (ends[i - 1] ?? 0n)))
    return 'zones ascend by where they end ("below"), and the last one ends where memory does: leave out its "below"';
  const wrong = wrongOrders(profile, zones);
  if (wrong !== null) return wrong;
  if (profile.limits !== 'any') return 'with named zones, leave out limits: a zone is named by where it ends';
  return profile.runsWithin === 'descriptors'
    ? 'with named zones, leave out runsWithin "descriptors": a run lies in one of them'
    : null;
}

/** Returns the contradiction between claims in one line, or null. */
function contradiction(profile: Profile): string | null {
  const { policies, singlePages, zones, calls, bitmapZoneEnd } = profile;
  if (singlePages === 'any-zone' && typeof zones === 'number')
    return 'singlePages "any-zone" speaks of named zones, and zones names none: claim "anywhere"';
  if (zones !== 2 && singlePages !== 'anywhere' && singlePages !== 'any-zone')
    return 'with one zone, or named ones, singlePages is "anywhere": no other zone could give them';
  if (policies.includes('lifo') && singlePages !== 'stack-zone')
    return 'lifo speaks of the stack zone: it can be promised where singlePages is "stack-zone"';
  if (zones !== 2 && bitmapZoneEnd !== null)
    return 'with one zone, or named ones, leave out bitmapZoneEnd: the zone ends where memory does';
  if (bitmapZoneEnd !== null && bitmapZoneEnd > profile.bitmapZoneBelow)
    return `bitmapZoneEnd ${toHex(bitmapZoneEnd)} is above bitmapZoneBelow ${toHex(profile.bitmapZoneBelow)}`;
  if (profile.misuse === 'undefined' && profile.uncaught.length > 0)
    return 'uncaught lists kinds of misuse, and with misuse "undefined" none is tried';
  if (profile.uncaught.includes('unaligned') && profile.unalignedFree !== 'misuse')
    return 'uncaught has "unaligned", which is misuse where unalignedFree is "misuse"';
  if (profile.uncaught.includes('part') && profile.freeRuns !== 'whole')
    return 'uncaught has "part", which is misuse where freeRuns is "whole"';
  if (profile.contiguous === 'orders' && profile.runArguments.length > 0)
    return 'with contiguous "orders", runArguments is []: an order is the only argument';
  if (profile.largestAlignment !== null && !profile.runArguments.includes('alignment'))
    return 'largestAlignment speaks of an argument: it can be claimed where runArguments has "alignment"';
  if (profile.uncaught.includes('shared') && profile.freesShared !== 'never')
    return 'uncaught has "shared", which is misuse where freesShared is "never"';
  const references = contradictionOfReferences(profile) ?? contradictionOfAdding(profile);
  if (references !== null) return references;
  if (profile.limits !== 'any' && !profile.runArguments.includes('maxAddr'))
    return 'limits speaks of an argument: it can be claimed where runArguments has "maxAddr"';
  if (calls.includes('allocWithin') !== profile.runArguments.some(isOfWithin))
    return calls.includes('allocWithin')
      ? 'calls has allocWithin, and runArguments has neither "minAddr" nor "boundary": claim allocBitmap'
      : 'runArguments has "minAddr" or "boundary", which only allocWithin has: list it in calls';
  if (typeof profile.runsWithin === 'bigint' && profile.runArguments.includes('boundary'))
    return 'runArguments has "boundary", and with runsWithin a number of bytes no run has another: leave "boundary" out';
  if (profile.neverBelow >= profile.memoryBelow)
    return `neverBelow ${toHex(profile.neverBelow)} leaves no memory below memoryBelow ${toHex(profile.memoryBelow)}`;
  const unclear =
    contradictionOfKept(profile) ?? contradictionOfSearch(profile) ?? contradictionOfHeldBack(profile);
  if (unclear !== null) return unclear;
  const zoned = wrongZones(profile);
  if (zoned !== null) return zoned;
  return calls.some(isAllocation) ? null : 'calls has no allocating call';
}

/** Returns how many page frames the manager keeps without naming them. */
export function unnamedIn({ keeps }: Profile): number {
  return typeof keeps === 'number' ? keeps : 0;
}

/** Returns what contradicts that page frames are kept which nobody knows, in one line, or null. */
function contradictionOfKept(profile: Profile): string | null {
  const kept = unnamedIn(profile);
  if (kept === 0) return null;
  if (profile.zones !== 1)
    return `with keeps ${kept}, zones is 1: nobody knows in which zone they lie, unless keeps is "named"`;
  if (profile.policies.includes('first-fit'))
    return `with keeps ${kept}, first-fit cannot be promised: the lowest run may be kept, unless keeps is "named"`;
  const moving = profile.calls.find((call) => call === 'addRegion' || call === 'removeRegion');
  if (moving !== undefined)
    return `with keeps ${kept}, leave ${moving} out of calls: nobody knows what is free, unless keeps is "named"`;
  return profile.memoryAtLeast < kept ? `with keeps ${kept}, memoryAtLeast is ${kept} or more` : null;
}

/** Whether a call needs page frames next to each other. */
export function isSearching(call: Call): boolean {
  return CALL_TABLE[call].effect === 'run';
}

/** Whether some named zones may serve for others. */
function servesForOthers({ zones, fallback }: Profile): boolean {
  return (
    typeof zones !== 'number' && (fallback !== 'none' || zones.some((zone) => zone.fallback !== undefined))
  );
}

/** Returns what contradicts that free page frames are held back, in one line, or null. */
function contradictionOfHeldBack(profile: Profile): string | null {
  if (profile.holdsBack === 0 || !servesForOthers(profile)) return null;
  return `with holdsBack ${profile.holdsBack}, zones need fallback "none": which zone serves depends on what is held back`;
}

/** Returns what contradicts that the search does not find all that is free, in one line, or null. */
function contradictionOfSearch(profile: Profile): string | null {
  const { search, policies, calls } = profile;
  if (search === 'whole') return null;
  if (policies.includes('first-fit'))
    return 'with search "partial", first-fit cannot be promised: the lowest run may not be found';
  if (servesForOthers(profile))
    return 'with search "partial", zones need fallback "none": which zone serves depends on what is found';
  return calls.some(isSearching) ? null : 'search speaks of contiguous allocations, and calls has none';
}

/** Returns the contradiction between claims of references in one line, or null. */
function contradictionOfReferences({
  calls,
  uncaught,
  freesShared,
  mostReferences,
  freeRuns,
}: Profile): string | null {
  if (calls.includes('retain')) {
    if (freesShared === 'never' && !calls.includes('release'))
      return 'calls has retain, and nothing that takes a reference: claim release, or freesShared "one-reference"';
    return freeRuns === 'whole'
      ? 'freeRuns "whole" and retain contradict each other: page frames have references, and runs have none'
      : null;
  }
  if (freesShared !== 'never')
    return 'freesShared speaks of references: it can be claimed where calls has retain';
  if (mostReferences !== null)
    return 'mostReferences speaks of references: it can be claimed where calls has retain';
  return uncaught.includes('shared') ? 'uncaught has "shared", and calls has no retain' : null;
}

/** Returns the contradiction between claims of memory that is added in one line, or null. */
function contradictionOfAdding({ calls, uncaught, runsWithin }: Profile): string | null {
  if (!calls.includes('addRegion'))
    return uncaught.includes('present') ? 'uncaught has "present", and calls has no addRegion' : null;
  return runsWithin === 'descriptors'
    ? 'runsWithin "descriptors" and addRegion contradict each other: what is added lies in no descriptor of RAM'
    : null;
}

/** Returns the profile that JSON data holds; throws `SpecError` naming the source, the place and what was expected. */
export function decodeProfile(data: unknown, source: string): Profile {
  const claims = decode(Claims, data, source);
  if (Object.keys(claims).length === 0) return WHOLE;
  const singlePages: SinglePages = (claims.zones ?? 2) === 2 ? 'stack-zone' : 'anywhere';
  const runArguments = claims.contiguous === 'orders' ? [] : runArgumentsOf(claims.calls ?? STANDARD_CALLS);
  const profile: Profile = { ...WHOLE, singlePages, runArguments, ...claims };
  const wrong = contradiction(profile);
  if (wrong !== null) throw new SpecError(`${source}: ${wrong}`);
  return profile;
}

function isProfile(u: unknown): u is Profile {
  return typeof u === 'object' && u !== null && Object.keys(WHOLE).every((key) => Object.hasOwn(u, key));
}

/** Returns the claims of a profile that differ from {@link WHOLE}, as JSON data. */
function claimsIn(profile: Profile): object {
  const data = (claims: Profile): [string, unknown][] =>
    Object.entries({ ...claims, zones: Zones.encode(claims.zones) }).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? toHex(value) : value,
    ]);
  const whole = new Map(data(WHOLE));
  const isOther = ([key, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(whole.get(key));
  return Object.fromEntries(data(profile).filter(isOther));
}

/** Returns the names of the claims that differ from {@link WHOLE}. */
export function claimNames(profile: Profile): readonly string[] {
  return Object.keys(claimsIn(profile));
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

/** Whether the effect of some calls of the profile is undefined in some state. */
export function hasUndefined({ misuse, uncaught, outOfMemory }: Profile): boolean {
  return misuse === 'undefined' || uncaught.length > 0 || outOfMemory === 'undefined';
}

/** Whether some calls of the profile are not made in some state: their effect is undefined, or left open. */
export function leavesOut(profile: Profile): boolean {
  return hasUndefined(profile) || profile.calls.includes('addRegion') || takesAnyBlock(profile);
}

/** Whether blocks are freed by order that were not allocated as such: only where one may begin. */
export function takesAnyBlock({ contiguous, freeRuns }: Profile): boolean {
  return contiguous === 'orders' && freeRuns === 'page-by-page';
}

/** Whether memory may be added or removed, so that what is RAM, and how much, may change after init. */
export function movesMemory({ calls }: Pick<Profile, 'calls'>): boolean {
  return calls.includes('addRegion') || calls.includes('removeRegion');
}

/** Whether the effect of misuse of some kind is undefined. */
export function isUncaught({ misuse, uncaught }: Profile, kind: MisuseKind): boolean {
  return misuse === 'undefined' || uncaught.includes(kind);
}

type RunArgument = t.TypeOf<typeof RunArgument>;
const OF_WITHIN: readonly RunArgument[] = ['minAddr', 'boundary'];

function isOfWithin(argument: RunArgument): boolean {
  return OF_WITHIN.includes(argument);
}

/** Returns the arguments that contiguous allocations have besides the count, of a manager with these calls that has them all. */
export function runArgumentsOf(calls: readonly Call[]): readonly RunArgument[] {
  return calls.includes('allocWithin') ? [...WHOLE.runArguments, ...OF_WITHIN] : WHOLE.runArguments;
}

/** Returns the name of an argument that demands something and is not among these, or null. */
function beyondArguments(operation: Run, has: readonly RunArgument[]): RunArgument | null {
  const { maxAddr, alignment } = operation;
  if (maxAddr !== U64_MAX && !has.includes('maxAddr')) return 'maxAddr';
  if (!(alignment >= 0 && alignment <= PAGE_BYTES) && !has.includes('alignment')) return 'alignment';
  if (operation.call === 'allocBitmap') return null;
  const { minAddr, boundary } = operation;
  if (minAddr !== 0n && !has.includes('minAddr')) return 'minAddr';
  return (boundary >= 0 && boundary < PAGE_BYTES) || has.includes('boundary') ? null : 'boundary';
}

function isPowerOfTwoOrNone(argument: Argument): boolean {
  return argument === 0n || (typeof argument === 'bigint' && isPowerOfTwo(argument));
}

const NO_ORDER = 'runs are asked for and freed by order: there is none for this count';

function hasOrder(count: Argument): boolean {
  return typeof count === 'bigint' && isPowerOfTwo(count) && count <= U64_MAX;
}

type Run = OperationOf<'allocBitmap'> | OperationOf<'allocWithin'>;

/** Returns the reason why the contiguous allocations of a profile lack such arguments, or null. */
function beyondRun(profile: Profile, operation: Run): string | null {
  const { contiguous, runArguments, alignments, limits, largestAlignment } = profile;
  const { call, count, maxAddr, alignment } = operation;
  const lacking = beyondArguments(operation, runArguments);
  if (lacking !== null) return `its ${call} has no ${lacking}`;
  if (contiguous !== 'any' && !(isPowerOfTwoOrNone(count) && isPowerOfTwoOrNone(alignment)))
    return 'counts and alignments of contiguous allocations are powers of two';
  if (contiguous === 'orders' && count !== 0n && !hasOrder(count)) return NO_ORDER;
  if (alignments === 'powers-of-two' && !isPowerOfTwoOrNone(alignment)) return 'alignments are powers of two';
  if (alignments === 'powers-of-two' && call === 'allocWithin' && !isPowerOfTwoOrNone(operation.boundary))
    return 'boundaries are powers of two';
  const zones = namedZones(profile);
  if (zones !== null && maxAddr !== U64_MAX && !zones.some(({ below }) => below === maxAddr))
    return 'a limit of its runs is where one of its zones ends';
  if (limits === 'powers-of-two' && (maxAddr === 0n || !isPowerOfTwoOrNone(maxAddr)) && maxAddr !== U64_MAX)
    return 'limits are powers of two';
  if (largestAlignment !== null && alignment > largestAlignment)
    return `its largest alignment is ${toHex(largestAlignment)}`;
  return null;
}

/** Returns the reason why an operation is not covered by a profile, or null where it is. Misuse is judged separately. */
export function beyond(profile: Profile, operation: Operation<unknown>): string | null {
  if (!profile.calls.includes(operation.call)) return `there is no ${operation.call}`;
  if (profile === WHOLE) return null;
  if (operation.call === 'freeRegion' && profile.contiguous === 'orders' && !hasOrder(operation.count))
    return NO_ORDER;
  const isEmpty = 'address' in operation && 'count' in operation && operation.count === 0n;
  const isOpen =
    profile.unalignedFree === 'misuse' || (profile.freeRuns === 'whole' && operation.call === 'freeRegion');
  if (isEmpty && operation.call !== 'allocAt' && isOpen)
    return 'what a call of no page frames does with its address is left open';
  return operation.call === 'allocBitmap' || operation.call === 'allocWithin'
    ? beyondRun(profile, operation)
    : null;
}
