/**
 * Candidates: claims that might be why an allocator broke a clause. Each has a condition, which its author can confirm, and probes:
 * programs that an allocator of this kind answers wrongly while it does not claim so, on a world with room for everything. A defect seldom
 * breaks all of them.
 */
import type { Moment } from '../../counterexamples/trace/index.ts';
import type { World } from '../../runner/index.ts';
import {
  addressesOf,
  type BreakableClause,
  beyond,
  config,
  counted,
  HIGHER_HALF_48,
  hasOrders,
  isAllocation,
  isFree,
  memoryMap,
  namedZones,
  namesResult,
  type Operation,
  PAGE_BYTES,
  type Profile,
  type Program,
  type Reference,
  toHex,
  U64_MAX,
} from '../../spec/index.ts';

/** A claim that might explain a violation. */
export interface Candidate {
  /** As JSON, to be put in place of the present ones. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What is true of an allocator that needs them, to be read after "if". */
  readonly condition: string;
  /** A question that its author must answer before the claim is believed, where it may as well be a defect. */
  readonly question?: string;
  /** Whether a defect looks the same: a hint may name it, and no fit takes it up. */
  readonly isHintOnly?: true;
  readonly probes: readonly Program[];
  /** Programs that it answers rightly nevertheless. Default: none. */
  readonly controls?: readonly Program[];
  /** The worlds of probes and of controls, where one with room for everything does not tell. */
  readonly worlds?: { readonly probed: World; readonly controlled: World };
}

/** The answer that broke a clause, and what the allocator claimed. */
interface Broken {
  readonly clause: BreakableClause;
  /** The frees before it: one that goes wrong in silence shows later. */
  readonly earlier: readonly Operation<Reference>[];
  readonly moment: Moment;
  readonly profile: Profile;
}

/** Page frames that no memory has. */
const COUNTS = [2n ** 40n, 2n ** 41n];

function run(count: bigint, alignment: bigint = PAGE_BYTES, maxAddr: bigint = U64_MAX): Operation<Reference> {
  return { call: 'allocBitmap', count, maxAddr, alignment };
}

/** Names a page frame of the k-th result, or a byte of it. */
function page(frame: number, offset = 0n, result = 0): Reference {
  return { result, page: frame, offset };
}

function free(reference: Reference): Operation<Reference> {
  return { call: 'free', address: reference };
}

function retain(reference: Reference): Operation<Reference> {
  return { call: 'retain', address: reference };
}

function release(reference: Reference): Operation<Reference> {
  return { call: 'release', address: reference };
}

function freeRegion(reference: Reference, count: bigint): Operation<Reference> {
  return { call: 'freeRegion', address: reference, count };
}

/** A run that starts at or above an address, or crosses no multiple of a number of bytes. */
function bounded(count: bigint, bounds: { minAddr?: bigint; boundary?: bigint }): Operation<Reference> {
  const anywhere = { minAddr: 0n, maxAddr: U64_MAX, alignment: PAGE_BYTES, boundary: 0n };
  return { call: 'allocWithin', count, ...anywhere, ...bounds };
}

/** Returns the programs whose calls a profile has, with the call for runs that it has. */
function possible(profile: Profile, ...programs: readonly Program[]): readonly Program[] {
  const { calls } = profile;
  const isOther = !calls.includes('allocBitmap') && calls.includes('allocWithin');
  const told = (operation: Operation<Reference>): Operation<Reference> =>
    isOther && operation.call === 'allocBitmap'
      ? { ...operation, call: 'allocWithin', minAddr: 0n, boundary: 0n }
      : operation;
  return programs
    .map((program) => program.map(told))
    .filter((program) => program.every((operation) => beyond(profile, operation) === null));
}

/** An operation that allocates one page frame. */
function single({ calls }: Profile): Operation<Reference> {
  if (calls.includes('alloc')) return { call: 'alloc' };
  return calls.includes('allocPages') ? { call: 'allocPages', count: 1n } : run(1n);
}

/**
 * Returns the candidate, by which frees of some kind are misuse, and the same for an allocator that refuses misuse, that does not notice
 * this kind, or of which all misuse is undefined, where that is not claimed yet.
 */
function withMisuse(
  { profile, moment }: Broken,
  kind: 'unaligned' | 'part',
  candidate: Candidate,
): readonly Candidate[] {
  const { misuse, uncaught } = profile;
  const { claims, condition } = candidate;
  const also = (more: Candidate['claims'], and: string): Candidate => ({
    ...candidate,
    claims: { ...claims, ...more },
    condition: `${condition}, and ${and}`,
  });
  if (misuse === 'undefined') return [candidate];
  const unnoticed = also({ uncaught: [...uncaught, kind] }, 'does not notice others');
  if (misuse === 'refused') return [candidate, unnoticed];
  const isRefused = moment.response.outcome.kind === 'failed';
  return [
    candidate,
    ...(isRefused ? [also({ misuse: 'refused' }, 'refuses misuse by returning false')] : []),
    unnoticed,
    also({ misuse: 'undefined', uncaught: [] }, 'what it does on misuse is undefined'),
  ];
}

/** Page frames of each zone of a world that is soon used up. */
const FEW = 16;

function fewPages({ memoryAtLeast }: Profile): { readonly world: World; readonly pages: number } {
  const pages = 2 * FEW + memoryAtLeast;
  return { world: freeWorld(1n, BigInt(1 + pages), BigInt(1 + FEW)), pages };
}

/** Returns a candidate whose probes go on until memory is used up, on a world of few page frames. */
function lasting(profile: Profile, candidate: Candidate): Candidate {
  const { world, pages } = fewPages(profile);
  const rest = Array<Operation<Reference>>(pages).fill(single(profile));
  const probes = candidate.probes.map((program) => [...program, ...rest]);
  return { ...candidate, probes, worlds: { probed: world, controlled: world } };
}

/** Returns the candidate where the last call is a free of some kind, one that lasts where an earlier call is; else nothing. */
function ofFrees(
  broken: Broken,
  isOne: (operation: Operation<Reference>) => boolean,
  candidateOf: (call: string) => readonly [kind: 'unaligned' | 'part', candidate: Candidate],
): readonly Candidate[] {
  const { earlier, moment, profile } = broken;
  const last = moment.demand?.operation;
  const isLast = last !== undefined && isFree(last.call) && isOne(last);
  const found = isLast ? last : earlier.find(isOne);
  if (found === undefined) return [];
  const [kind, candidate] = candidateOf(found.call);
  if (candidate.probes.length === 0) return [];
  if (isLast) return withMisuse(broken, kind, candidate);
  // That all misuse is undefined might explain a later call for another reason.
  return withMisuse(broken, kind, lasting(profile, candidate)).filter(({ claims }) => !('misuse' in claims));
}

/** Whether an operation names an address inside a page frame. */
function namesInside(operation: Operation<Reference>): boolean {
  return addressesOf(operation).some(
    (address) => (namesResult(address) ? address.offset : address.absolute) % PAGE_BYTES !== 0n,
  );
}

function ofUnaligned(broken: Broken): readonly Candidate[] {
  const { profile } = broken;
  if (profile.unalignedFree === 'misuse') return [];
  const one = single(profile);
  const offsets = [1n, 8n, 0x800n, 0xfffn];
  return ofFrees(broken, namesInside, (call) => [
    'unaligned',
    {
      claims: { unalignedFree: 'misuse' },
      condition: `${call}() takes only page-aligned addresses`,
      probes: possible(
        profile,
        ...offsets.map((offset) => [one, free(page(0, offset))]),
        ...offsets.map((offset) => [one, freeRegion(page(0, offset), 1n)]),
      ),
      controls: possible(profile, [one, free(page(0))], [one, freeRegion(page(0), 1n)]),
    },
  ]);
}

function ofParts(broken: Broken): readonly Candidate[] {
  const { moment, profile } = broken;
  const expected = moment.demand?.expected.kind;
  if (profile.freeRuns === 'whole') return [];
  const isGranted = (operation: Operation<Reference>): boolean =>
    operation !== moment.demand?.operation || expected === 'granted';
  return ofFrees(broken, isGranted, (call) => [
    'part',
    {
      claims: { freeRuns: 'whole' },
      condition: `${call}() takes runs back only as they were handed out`,
      probes: possible(
        profile,
        [run(4n), freeRegion(page(0), 3n)],
        [run(4n), freeRegion(page(1), 2n)],
        [run(8n), freeRegion(page(1), 4n)],
        [run(4n), free(page(1))],
      ),
      controls: possible(profile, [run(4n), freeRegion(page(0), 4n)]),
    },
  ]);
}

/** Frees of what may not be freed, by their kind. */
function misuses(
  profile: Profile,
): Readonly<Record<'double-free' | 'foreign' | 'argument', readonly Program[]>> {
  const one = single(profile);
  const outside: Reference = { absolute: HIGHER_HALF_48 };
  const below: Reference = { absolute: PAGE_BYTES };
  return {
    'double-free': possible(
      profile,
      [one, free(page(0)), free(page(0))],
      [one, freeRegion(page(0), 1n), freeRegion(page(0), 1n)],
      [one, release(page(0)), release(page(0))],
    ),
    foreign: possible(profile, [free(outside)], [freeRegion(outside, 1n)], [release(outside)]),
    argument: possible(profile, [free(below)], [freeRegion(below, 1n)], [release(below)]),
  };
}

type Uncaught = 'double-free' | 'foreign' | 'argument';

const UNCAUGHT: Readonly<Record<Uncaught, string>> = {
  'double-free': 'double frees',
  foreign: 'frees of what it never handed out',
  argument: 'addresses that are none of a page frame',
};
const ALL_UNCAUGHT: readonly Uncaught[] = ['double-free', 'foreign', 'argument'];

function ofMisuse({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.expected.kind !== 'misused' || !isFree(demand.operation.call)) return [];
  // A panic is something that it does on misuse: a wrong one is not explained.
  if (response.outcome.kind === 'panicked') return [];
  const { frame, owner } = demand.expected;
  const programs = misuses(profile);
  const all = Object.values(programs).flat();
  const kind: Uncaught = frame === null ? 'argument' : owner === 'pmm' ? 'double-free' : 'foreign';
  const uncaught = [
    [kind],
    ...ALL_UNCAUGHT.filter((other) => other !== kind).map((other) => [kind, other]),
  ].map(
    (kinds): Candidate => ({
      claims: { uncaught: [...new Set([...profile.uncaught, ...kinds])] },
      condition: `it does not notice ${kinds.map((each) => UNCAUGHT[each]).join(' and ')}`,
      question: 'is it on purpose that it goes on then?',
      probes: kinds.flatMap((each) => programs[each]),
      controls: ALL_UNCAUGHT.filter((each) => !kinds.includes(each)).flatMap((each) => programs[each]),
    }),
  );
  const refused: Candidate = {
    claims: { misuse: 'refused' },
    condition: 'it refuses misuse by returning false',
    probes: all,
  };
  const trusting: Candidate = {
    claims: { misuse: 'undefined', uncaught: [] },
    condition: 'it trusts its callers: what it does on misuse is undefined',
    question: 'is it on purpose that it notices no double free?',
    probes: all,
  };
  return response.outcome.kind === 'failed' ? [refused, ...uncaught, trusting] : [...uncaught, trusting];
}

function add(reference: Reference): Operation<Reference> {
  return { call: 'addRegion', address: reference, count: 1n };
}

/** RAM that is added once more. */
function ofAdding({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.expected.kind !== 'misused' || demand.operation.call !== 'addRegion') return [];
  if (response.outcome.kind === 'panicked') return [];
  const one = single(profile);
  const probes = possible(profile, [one, add(page(0))], [one, free(page(0)), add(page(0))]);
  const programs = misuses(profile);
  const caught = ALL_UNCAUGHT.filter((kind) => !profile.uncaught.includes(kind));
  return [
    {
      claims: { uncaught: [...profile.uncaught, 'present'] },
      condition: 'addRegion() does not notice RAM that it has',
      question: 'is it on purpose that it goes on then?',
      probes,
      controls: caught.flatMap((kind) => programs[kind]),
    },
    {
      claims: { misuse: 'undefined', uncaught: [] },
      condition: 'it trusts its callers: what it does on misuse is undefined',
      question: 'is it on purpose that it notices no double free?',
      probes: [...probes, ...caught.flatMap((kind) => programs[kind])],
    },
  ];
}

function ofReports({ clause, moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const { world, pages } = fewPages(profile);
  const probes = possible(
    profile,
    ...COUNTS.map((count): Program => [run(count)]),
    ...(profile.batches === 'whole' ? COUNTS : []).map((count): Program => [{ call: 'allocPages', count }]),
    Array<Operation<Reference>>(pages + 1).fill(single(profile)),
  );
  const worlds = { probed: world, controlled: world };
  if (clause === 'failure.enomem' && demand?.expected.kind === 'granted') {
    const touched = { errnoAfterSuccess: 'unspecified' };
    return [{ claims: touched, condition: 'a success may leave any errno, as libc does', probes: [] }];
  }
  const warning = { failures: profile.failures.filter((report) => report !== 'errno') };
  const silent: Candidate = {
    claims: { failures: [] },
    condition: 'its failures set no errno and report no warning',
    probes,
    worlds,
  };
  if (clause === 'failure.enomem')
    return [{ claims: warning, condition: 'its failures set no errno', probes, worlds }, silent];
  const errno = { failures: profile.failures.filter((report) => report !== 'warning') };
  return clause === 'failure.warns' && response.warnings?.length === 0
    ? [{ claims: errno, condition: 'its failures report no warning', probes, worlds }]
    : [];
}

/** Batches that are granted in part, or leave their mark in entries which they do not fill. */
function ofBatches({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const operation = demand?.operation;
  if (operation?.call !== 'allocPages') return [];
  const { outcome, strayEntries } = response;
  const isPart = outcome.kind === 'addresses' && outcome.addresses.length < Number(operation.count);
  if (!isPart && strayEntries !== true) return [];
  const { world, pages } = fewPages(profile);
  const tried = {
    probes: [1, 2, 3].map((more): Program => [{ call: 'allocPages', count: BigInt(pages + more) }]),
    controls: [[{ call: 'allocPages', count: 1n }]] as const,
    worlds: { probed: world, controlled: world },
  };
  const partial = {
    claims: { batches: 'partial' },
    condition: 'allocPages() hands out what is free, and says how many',
  };
  const rest = {
    claims: { restOfBatch: 'unspecified' },
    condition: 'allocPages() may change entries of the array that it does not fill',
  };
  const both = {
    claims: { ...partial.claims, ...rest.claims },
    condition: `${partial.condition}, and may change entries of the array that it does not fill`,
  };
  return [partial, rest, both].map((one) => ({ ...one, ...tried }));
}

function ofMemory({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.expected.kind !== 'refused' || !['malformed', 'panicked'].includes(response.outcome.kind))
    return [];
  const large = COUNTS.map((count): Program => [run(count)]);
  const batches = COUNTS.map((count): Program => [{ call: 'allocPages', count }]);
  return [
    {
      claims: { outOfMemory: 'undefined' },
      condition: 'it stops or waits where memory is used up',
      probes: possible(
        profile,
        ...large,
        ...batches,
        Array<Operation<Reference>>(2 * MANY).fill({ call: 'alloc' }),
      ),
      controls: possible(profile, [single(profile)]),
    },
  ];
}

const SINGLES = ['alloc', 'allocPages'];
const ONE_ZONE = { zones: 1, singlePages: 'anywhere' };
/** More pages than either zone of the roomy world has. */
const MANY = 5000;

/** Runs that need more than the bitmap zone of the roomy world. */
function manyRuns({ largestRequest }: Profile): Program {
  const pages = Math.min(largestRequest ?? 1024, 1024);
  return Array<Operation<Reference>>(Math.ceil(MANY / pages)).fill(run(BigInt(pages)));
}

/** Where a zone may end that was compiled in: from 8 KiB up to 4 GiB. */
const ZONE_ENDS = powersBelow(2n ** 32n + 1n, 2n * PAGE_BYTES);

/** A bitmap zone that ends at the same address whatever the configuration says: tried with memory on both sides. */
function ofFixedZones(profile: Profile): readonly Candidate[] {
  return ZONE_ENDS.filter((end) => end < profile.memoryBelow).map((end) => {
    const middle = end / PAGE_BYTES;
    const half = middle < 64n ? middle : 64n;
    const around = (limit: bigint): World => freeWorld(middle - half, middle + half, limit);
    const singles = Array<Operation<Reference>>(Number(half)).fill(single(profile));
    return {
      claims: { bitmapZoneEnd: toHex(end) },
      condition: `its bitmap zone always ends at ${toHex(end)}`,
      probes: possible(profile, singles, [run(half + half / 2n)]),
      // One more must fail: an allocator that hands out high page frames first has no zones for that.
      controls: possible(profile, [...singles, single(profile)], [run(half), run(1n)]),
      worlds: { probed: around(middle + half / 2n), controlled: around(middle) },
    };
  });
}

/** Two zones by address, one named by a request: tried with memory on both sides of the line. */
function ofNamedZones(profile: Profile): readonly Candidate[] {
  return ZONE_ENDS.filter((end) => end >= 2n ** 16n && end < profile.memoryBelow).map((end) => {
    const { runArguments } = profile;
    const middle = end / PAGE_BYTES;
    const half = middle < 64n ? middle : 64n;
    const world = freeWorld(middle - half, middle + half, middle);
    const below = run(1n, PAGE_BYTES, end);
    const all = Array<Operation<Reference>>(Number(half)).fill(run(1n));
    return {
      claims: {
        zones: [{ name: 'low', below: toHex(end) }, { name: 'high' }],
        // A limit names the zone, though it seemed to have none.
        ...(runArguments.includes('maxAddr') ? {} : { runArguments: ['maxAddr', ...runArguments] }),
      },
      condition: `it has a zone below ${toHex(end)}, and no run reaches out of it`,
      probes: possible(profile, [run(half + 1n)], [run(2n * half)]),
      controls: possible(profile, [run(half)], [run(half - 1n)], [below], [...all, below]),
      worlds: { probed: world, controlled: world },
    };
  });
}

/** Most zones of which every list is tried: of four there are 16 for each. */
const LISTED_ZONES = 4;
/** Page frames of each zone while lists are tried. */
const ZONE_PAGES = 4;

/** Returns every order of some of the names. */
function listsOf(names: readonly string[]): readonly (readonly string[])[] {
  const longer = names.flatMap((name) =>
    listsOf(names.filter((other) => other !== name)).map((list) => [name, ...list]),
  );
  return [[], ...longer];
}

/** Requests for a zone, one page frame each, until nothing is left of a world in which each zone has a few. */
function requestsFor(profile: Profile, named: number): Pick<Candidate, 'probes' | 'controls' | 'worlds'> {
  const zones = namedZones(profile) ?? [];
  const size = BigInt(ZONE_PAGES) * PAGE_BYTES;
  const map = memoryMap(
    zones.map(({ below }, i) =>
      below === undefined
        ? {
            type: 'conventional',
            start: zones[i - 1]?.below ?? 0n,
            pages: ZONE_PAGES + profile.memoryAtLeast,
          }
        : { type: 'conventional', start: below - size, pages: ZONE_PAGES },
    ),
  );
  const world = { map, config: config() };
  const maxAddr = zones[named]?.below ?? U64_MAX;
  const request = profile.calls.includes('allocBitmap') ? run(1n, PAGE_BYTES, maxAddr) : single(profile);
  const times = (many: number): Program => Array<Operation<Reference>>(many).fill(request);
  return {
    probes: [times(ZONE_PAGES * zones.length + profile.memoryAtLeast + 1)],
    controls: [times(ZONE_PAGES)],
    worlds: { probed: world, controlled: world },
  };
}

/** The zones that serve for the k-th one. */
function listsFor(profile: Profile, k: number): readonly Candidate[] {
  const zones = namedZones(profile) ?? [];
  const size = BigInt(ZONE_PAGES) * PAGE_BYTES;
  const areWide = zones.every(
    ({ below }, i) => below === undefined || below - (zones[i - 1]?.below ?? 0n) >= size,
  );
  const zone = zones[k];
  if (zone === undefined || zones.length > LISTED_ZONES || !areWide) return [];
  const tried = requestsFor(profile, k);
  const below = zones.slice(0, k).map(({ name }) => name);
  const others = zones.map(({ name }) => name).filter((name) => name !== zone.name);
  return listsOf(others).map((fallback): Candidate => {
    const isOfAllBelow = fallback.length === k && fallback.every((name) => below.includes(name));
    const claimed = zones.map((other) => ({
      ...other,
      ...(other.below === undefined ? {} : { below: toHex(other.below) }),
      ...(other === zone ? { fallback } : {}),
    }));
    return {
      claims: { zones: claimed },
      condition: `a request for zone ${zone.name} is served by ${fallback.join(', then by ') || 'no other'} where it has no run`,
      ...(isOfAllBelow ? {} : { isHintOnly: true }),
      ...tried,
    };
  });
}

function ofFallback({ clause, moment: { demand }, profile }: Broken): readonly Candidate[] {
  const zones = namedZones(profile);
  if (zones === null || demand === null || !/\.(zone|complete|below-max)$/.test(clause)) return [];
  const { operation } = demand;
  const maxAddr = 'maxAddr' in operation ? operation.maxAddr : U64_MAX;
  const k = zones.findIndex(({ below = U64_MAX }) => below === maxAddr);
  const listed = listsFor(profile, k);
  if (hasOrders(profile) || profile.fallback === 'none') return listed;
  const nobody = { claims: { fallback: 'none' }, condition: 'no zone serves for another' };
  return [
    ...listed.slice(0, 1).map((list): Candidate => ({ ...list, ...nobody, isHintOnly: true })),
    ...listed,
  ];
}

function ofZones({ clause, profile }: Broken): readonly Candidate[] {
  if (profile.zones === 1 && clause === 'allocBitmap.complete') return ofNamedZones(profile);
  if (profile.zones !== 2) return [];
  const fixed = profile.bitmapZoneEnd === null ? ofFixedZones(profile) : [];
  const oneZone: Candidate = {
    claims: ONE_ZONE,
    condition: 'it has one zone, in which single pages and runs lie anywhere',
    probes: possible(profile, manyRuns(profile)),
  };
  if (/^alloc(Bitmap|Within)\.(zone|complete)$/.test(clause)) return [...fixed, oneZone];
  const isOfSingles = SINGLES.some((call) => clause === `${call}.zone` || clause === `${call}.complete`);
  if (!isOfSingles || profile.singlePages === 'anywhere') return [];
  const alloc: Operation<Reference> = { call: 'alloc' };
  const probes = possible(
    profile,
    [{ call: 'allocPages', count: BigInt(MANY) }],
    Array<typeof alloc>(MANY).fill(alloc),
  );
  return [
    ...fixed,
    {
      claims: { singlePages: 'stack-zone-first' },
      condition: 'single pages come from the bitmap zone too, once the stack zone has none',
      probes,
    },
    {
      claims: { singlePages: 'anywhere' },
      condition: 'single pages come from either zone',
      // That they come from both is known where it claims an order.
      probes: profile.singlePages === 'stack-zone' ? probes : [],
    },
    ...(profile.calls.includes('allocBitmap') ? [oneZone] : []),
  ];
}

function isPowerOfTwo(n: bigint): boolean {
  return n > 0n && (n & (n - 1n)) === 0n;
}

/** Returns the powers of two from `least` on that are below `n`. */
function powersBelow(n: bigint, least: bigint): readonly bigint[] {
  const powers: bigint[] = [];
  for (let power = least; power < n; power *= 2n) powers.push(power);
  return powers;
}

/** Runs of an alignment, or twice that, at first and after others: a defect seldom breaks most of them. */
function alignedRuns(alignment: bigint): readonly Program[] {
  return [
    [run(1n, alignment)],
    [run(1n, 2n * alignment)],
    [run(2n), run(1n, alignment)],
    [run(4n), run(2n, 2n * alignment)],
    [run(1n), run(1n), run(1n, alignment)],
    [run(8n), run(1n), run(1n, 2n * alignment)],
  ];
}

/** The counts of a run that are not powers of two. */
const ODD = [3n, 5n, 6n, 7n];

/** A run that ends at a page frame, where page frame 0 is not free. */
function upTo(end: bigint): Program {
  return [run(end - 1n, PAGE_BYTES, end * PAGE_BYTES)];
}

/** A page frame that lies before one, when all below are taken. */
function singlyUpTo(end: bigint): Program {
  const below = Array<Operation<Reference>>(Number(end) - 2).fill(run(1n));
  return [...below, run(1n, PAGE_BYTES, end * PAGE_BYTES)];
}

/** Arguments that only `allocWithin` has. */
function ofBounds({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const operation = demand?.operation;
  if (operation?.call !== 'allocWithin') return [];
  const { minAddr, boundary } = operation;
  const without = (name: 'minAddr' | 'boundary'): Candidate['claims'] => ({
    runArguments: profile.runArguments.filter((other) => other !== name),
  });
  const powers = powersBelow(17n, 1n);
  const list: (Candidate | false)[] = [
    minAddr !== 0n &&
      response.outcome.kind === 'address' && {
        claims: without('minAddr'),
        condition: 'its runs have no lower limit (minAddr)',
        probes: [2n ** 41n, 2n ** 42n, 2n ** 51n].map((end) => [bounded(1n, { minAddr: end })]),
        controls: [[bounded(1n, {})]],
      },
    boundary >= PAGE_BYTES &&
      response.outcome.kind === 'address' && {
        claims: without('boundary'),
        condition: 'its runs may cross any boundary',
        // Runs that must cross, and runs in whose midst there is a boundary: a defect is often at an edge.
        probes: [
          ...powers.map((pages) => [bounded(pages + 1n, { boundary: pages * PAGE_BYTES })]),
          ...powers.map((pages) => [
            bounded(12n * pages, {}),
            bounded(8n * pages, { boundary: 16n * pages * PAGE_BYTES }),
          ]),
        ],
        controls: powers.map((pages) => [bounded(pages, {})]),
      },
    typeof boundary === 'bigint' &&
      !isPowerOfTwo(boundary) && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments and boundaries of its runs are powers of two',
        probes: ODD.map((pages) => Array(8).fill(bounded(pages - 1n, { boundary: pages * PAGE_BYTES }))),
        controls: powers.map((pages) => [bounded(pages, { boundary: pages * PAGE_BYTES })]),
      },
  ];
  return list.filter((one) => one !== false);
}

function ofRuns({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand === null || !('maxAddr' in demand.operation)) return [];
  const { count, maxAddr, alignment } = demand.operation;
  if (typeof count !== 'bigint' || typeof maxAddr !== 'bigint' || typeof alignment !== 'bigint') return [];
  const list: (Candidate | false)[] = [
    maxAddr !== U64_MAX &&
      // It names a zone otherwise.
      namedZones(profile) === null &&
      response.outcome.kind === 'address' && {
        claims: { runArguments: profile.runArguments.filter((name) => name !== 'maxAddr') },
        condition: 'its runs have no upper limit (maxAddr)',
        probes: [0n, 2n, 4n].map((pages) => [run(8n, PAGE_BYTES, pages * PAGE_BYTES)]),
        controls: [[run(8n)]],
      },
    alignment > PAGE_BYTES &&
      !isPowerOfTwo(alignment) && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments of its runs are powers of two',
        probes: [...ODD, 12n].map((pages) => [run(1n, pages * PAGE_BYTES)]),
        controls: [2n, 4n, 8n].map((pages) => [run(1n, pages * PAGE_BYTES)]),
      },
    alignment > PAGE_BYTES &&
      alignment % PAGE_BYTES !== 0n && {
        claims: { alignments: 'powers-of-two' },
        condition: 'alignments of its runs are powers of two, because it takes no other number of bytes',
        probes: [...ODD, 8n].map((pages) => [run(1n, pages * PAGE_BYTES + 8n)]),
        controls: [2n, 4n, 8n].map((pages) => [run(1n, pages * PAGE_BYTES)]),
      },
    ...(maxAddr === U64_MAX || isPowerOfTwo(maxAddr) ? [] : [upTo, singlyUpTo]).map(
      (fill): Candidate => ({
        claims: { limits: 'powers-of-two' },
        condition: 'limits of its runs (maxAddr) are powers of two, as from the bits of an address',
        probes: ODD.map(fill),
        controls: [2n, 4n, 8n].map(fill),
      }),
    ),
    alignment > PAGE_BYTES && {
      claims: {
        runArguments: profile.runArguments.filter((name) => name !== 'alignment'),
        // Claims taken up before about an argument that the call lacks.
        ...(profile.alignments === 'any' ? {} : { alignments: 'any' }),
        ...(profile.largestAlignment === null ? {} : { largestAlignment: null }),
      },
      condition: 'its runs have no alignment',
      probes: alignedRuns(32n * PAGE_BYTES),
    },
    {
      claims: { runsWithin: 'descriptors' },
      condition:
        'its runs lie in one descriptor of the memory map, because it does not join those that touch',
      probes: (profile.zones !== 2 ? [6500n, 7000n] : [2500n, 3000n]).map((pages) => [run(pages)]),
      controls: [[run(2000n)]],
    },
    profile.contiguous === 'any' && {
      claims: { contiguous: 'powers-of-two' },
      condition: 'its runs are blocks of 2ⁿ page frames, aligned to their size',
      probes: ODD.map((pages) => [run(pages)]),
      controls: [[run(2n)], [run(4n)]],
    },
  ];
  const isRefused = response.outcome.kind === 'failed' || response.outcome.kind === 'malformed';
  const aligned = powersBelow(alignment, PAGE_BYTES).map(
    (largest): Candidate => ({
      claims: { largestAlignment: toHex(largest) },
      condition: `its largest alignment is ${toHex(largest)}`,
      probes: alignedRuns(2n * largest),
      controls: [[run(1n, largest)], [run(2n), run(1n, largest)]],
    }),
  );
  const sized = isRefused ? powersBelow(count, 1n) : [];
  const requests = sized.map(
    (largest): Candidate => ({
      claims: { largestRequest: Number(largest) },
      condition: `its largest request is ${largest}`,
      probes: [[run(2n * largest)], [run(1n), run(2n * largest)]],
      controls: [[run(largest)]],
    }),
  );
  return [...list.filter((one) => one !== false), ...aligned, ...requests];
}

/** Where memory may begin that is handed out: up to 16 MiB. */
const LOW_ENDS = powersBelow(0x100_0001n, PAGE_BYTES);

/** Returns a world of free page frames [base, end), of which the ones below `limit` are the bitmap zone. */
function freeWorld(base: bigint, end: bigint, limit: bigint): World {
  const start = base * PAGE_BYTES;
  return {
    map: memoryMap([{ type: 'conventional', start, pages: Number(end - base) }]),
    config: config({ bitmapMaxAddr: limit * PAGE_BYTES }),
  };
}

function ofInit(broken: Broken): readonly Candidate[] {
  const {
    clause,
    moment: { response },
  } = broken;
  if (clause === 'init.free') return [...ofLowMemory(), ...ofUnnamed(broken)];
  if (clause !== 'init.kept' || response.kept === undefined) return [];
  return [{ claims: { keeps: 'named' }, condition: 'init keeps the page frames that it names', probes: [] }];
}

/** A number of page frames that are not free after init: as many in a world of another size. */
function ofUnnamed({ moment: { response, after }, profile }: Broken): readonly Candidate[] {
  const kept = after.countOf('pmm') - Number(response.amounts?.free ?? 0);
  if (!Number.isSafeInteger(kept) || kept <= 0) return [];
  const reach = profile.memoryBelow / PAGE_BYTES;
  const pages = reach < 2n ** 16n ? reach : 2n ** 16n;
  const world = freeWorld(0n, pages, pages / 2n);
  return [
    {
      claims: {
        keeps: kept,
        ...(profile.memoryAtLeast < kept ? { memoryAtLeast: kept } : {}),
        ...(profile.zones === 1 ? {} : ONE_ZONE),
      },
      condition: `init keeps ${counted(kept, 'page frame')} for itself, and cannot name ${kept === 1 ? 'it' : 'them'} with fp_keep, or keep() in TypeScript`,
      question: 'are they in use, and is their number the same whatever memory there is?',
      probes: [[]],
      worlds: { probed: world, controlled: world },
    },
  ];
}

/** RAM below some address that is not free after init: `tried` tells in a program how many page frames are free. */
function ofLowMemory(tried: (free: number) => Program = () => []): readonly Candidate[] {
  return LOW_ENDS.map((end) => {
    const pages = end / PAGE_BYTES;
    const program = tried(Number(pages));
    return {
      claims: { neverBelow: toHex(end) },
      condition: `it never hands out memory below ${toHex(end)}`,
      question: 'is it on purpose that this memory stays unused?',
      probes: [program],
      // Nothing is kept of memory that begins above.
      controls: [program],
      worlds: {
        probed: freeWorld(0n, 2n * pages, pages),
        controlled: freeWorld(pages, 2n * pages, pages),
      },
    };
  });
}

/** Low memory that shows only in refusals, where there is no free amount. */
function ofUnseenMemory({ clause, moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  const isTold = profile.calls.includes('freeAmount') || profile.neverBelow > 0n;
  const isRefused = demand?.expected.kind === 'granted' && response.outcome.kind === 'failed';
  if (isTold || !isRefused || !clause.endsWith('.complete')) return [];
  return ofLowMemory((free) => Array<Operation<Reference>>(free + 1).fill(single(profile)));
}

/** The most references that a counter of some bits holds. */
const MOST_REFERENCES = [2, 3, 4, 7, 8, 10, 16].map((bits) => 2 ** bits - 1);

function ofReferences({ moment: { demand, response }, profile }: Broken): readonly Candidate[] {
  if (demand?.operation.call !== 'retain' || response.outcome.kind !== 'failed') return [];
  return ofCounters(profile);
}

function ofCounters(profile: Profile): readonly Candidate[] {
  const one = single(profile);
  const retained = (times: number): Program => [
    one,
    ...Array<Operation<Reference>>(times).fill(retain(page(0))),
  ];
  return MOST_REFERENCES.map((most) => ({
    claims: { mostReferences: most },
    condition: `a page frame has at most ${most} references`,
    probes: [retained(most)],
    controls: [retained(most - 1)],
  }));
}

/** Returns the candidate with the programs whose calls a profile has; nothing where none of its probes can be made. */
function asPossible(profile: Profile, candidate: Candidate): readonly Candidate[] {
  const { controls = [] } = candidate;
  const probes = possible(profile, ...candidate.probes);
  if (probes.length === 0 && candidate.probes.length > 0) return [];
  return [{ ...candidate, probes, controls: possible(profile, ...controls) }];
}

/** Returns claims that random programs seldom call for, to be tried by their probes. */
export function unaskedFor(profile: Profile): readonly Candidate[] {
  const isUncounted = profile.calls.includes('retain') && profile.mostReferences === null;
  const lists = (namedZones(profile) ?? []).flatMap((_, k) => listsFor(profile, k));
  return [
    ...(profile.zones === 1 ? ofNamedZones(profile) : []),
    ...(isUncounted ? ofCounters(profile) : []),
    ...lists.filter(({ isHintOnly }) => isHintOnly === undefined),
  ];
}

/** Returns the claims that might explain a broken clause, the ones that take least out of the check first. */
export function candidatesFor(broken: Broken): readonly Candidate[] {
  const { demand } = broken.moment;
  const all = [
    ofInit,
    ofUnaligned,
    ofParts,
    ofMisuse,
    ofAdding,
    ofMemory,
    ofReferences,
    ofReports,
    ofBatches,
    ofZones,
    ofFallback,
    ofUnseenMemory,
  ];
  const isRun = demand !== null && isAllocation(demand.operation.call);
  return [...all, ...(isRun ? [ofBounds, ofRuns] : [])]
    .flatMap((candidates) => candidates(broken))
    .flatMap((candidate) => asPossible(broken.profile, candidate));
}
