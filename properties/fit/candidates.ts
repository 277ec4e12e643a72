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
  isAllocation,
  isFree,
  memoryMap,
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
  readonly probes: readonly Program[];
  /** Programs that it answers rightly nevertheless. Default: none. */
  readonly controls?: readonly Program[];
  /** The worlds of probes and of controls, where one with room for everything does not tell. */
  readonly worlds?: { readonly probed: World; readonly controlled: World };
}

/** The answer that broke a clause, and what the allocator claimed. */
interface Broken {
  readonly clause: BreakableClause;
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

/** Returns the candidate, and the same for an allocator that refuses misuse, or of which it is undefined, where that is not claimed yet. */
function withMisuse({ profile, moment }: Broken, candidate: Candidate): readonly Candidate[] {
  if (profile.misuse !== 'panics') return [candidate];
  const { claims, condition } = candidate;
  const refused: Candidate = {
    ...candidate,
    claims: { ...claims, misuse: 'refused' },
    condition: `${condition}, and refuses misuse by returning false`,
  };
  const trusting: Candidate = {
    ...candidate,
    claims: { ...claims, misuse: 'undefined', uncaught: [] },
    condition: `${condition}, and what it does on misuse is undefined`,
  };
  return [candidate, ...(moment.response.outcome.kind === 'failed' ? [refused] : []), trusting];
}

/** Whether an operation names an address inside a page frame. */
function namesInside(operation: Operation<Reference>): boolean {
  return addressesOf(operation).some(
    (address) => (namesResult(address) ? address.offset : address.absolute) % PAGE_BYTES !== 0n,
  );
}

function ofUnaligned(broken: Broken): readonly Candidate[] {
  const {
    moment: { demand },
    profile,
  } = broken;
  if (demand === null || !isFree(demand.operation.call) || !namesInside(demand.operation)) return [];
  const one = single(profile);
  const offsets = [1n, 8n, 0x800n, 0xfffn];
  return withMisuse(broken, {
    claims: { unalignedFree: 'misuse' },
    condition: `${demand.operation.call}() takes only page-aligned addresses`,
    probes: possible(
      profile,
      ...offsets.map((offset) => [one, free(page(0, offset))]),
      ...offsets.map((offset) => [one, freeRegion(page(0, offset), 1n)]),
    ),
    controls: possible(profile, [one, free(page(0))], [one, freeRegion(page(0), 1n)]),
  });
}

function ofParts(broken: Broken): readonly Candidate[] {
  const {
    moment: { demand },
    profile,
  } = broken;
  if (demand === null || !isFree(demand.operation.call) || demand.expected.kind !== 'granted') return [];
  return withMisuse(broken, {
    claims: { freeRuns: 'whole' },
    condition: `${demand.operation.call}() takes runs back only as they were handed out`,
    probes: possible(
      profile,
      [run(4n), freeRegion(page(0), 3n)],
      [run(4n), freeRegion(page(1), 2n)],
      [run(8n), freeRegion(page(1), 4n)],
      [run(4n), free(page(1))],
    ),
    controls: possible(profile, [run(4n), freeRegion(page(0), 4n)]),
  });
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
  const probes = possible(
    profile,
    ...COUNTS.map((count): Program => [run(count)]),
    ...COUNTS.map((count): Program => [{ call: 'allocPages', count }]),
  );
  if (clause === 'failure.enomem' && demand?.expected.kind === 'granted') {
    const touched = { errnoAfterSuccess: 'unspecified' };
    return [{ claims: touched, condition: 'a success may leave any errno, as libc does', probes: [] }];
  }
  const warning = { failures: profile.failures.filter((report) => report !== 'errno') };
  const silent: Candidate = {
    claims: { failures: [] },
    condition: 'its failures set no errno and report no warning',
    probes,
  };
  if (clause === 'failure.enomem')
    return [{ claims: warning, condition: 'its failures set no errno', probes }, silent];
  const errno = { failures: profile.failures.filter((report) => report !== 'warning') };
  return clause === 'failure.warns' && response.warnings?.length === 0
    ? [{ claims: errno, condition: 'its failures report no warning', probes }]
    : [];
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

function ofZones({ clause, profile }: Broken): readonly Candidate[] {
  if (profile.zones === 1 && clause === 'allocBitmap.complete') return ofNamedZones(profile);
  if (profile.zones !== 2) return [];
  const fixed = profile.bitmapZoneEnd === null ? ofFixedZones(profile) : [];
  const oneZone: Candidate = {
    claims: ONE_ZONE,
    condition: 'it has one zone, in which single pages and runs lie anywhere',
    probes: possible(profile, manyRuns(profile)),
  };
  if (clause === 'allocBitmap.zone' || clause === 'allocBitmap.complete') return [...fixed, oneZone];
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
        probes: powers.map((pages) => [bounded(pages + 1n, { boundary: pages * PAGE_BYTES })]),
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

/** RAM below some address that is not free after init. */
function ofLowMemory(): readonly Candidate[] {
  return LOW_ENDS.map((end) => {
    const pages = end / PAGE_BYTES;
    return {
      claims: { neverBelow: toHex(end) },
      condition: `it never hands out memory below ${toHex(end)}`,
      question: 'is it on purpose that this memory stays unused?',
      probes: [[]],
      // Nothing is kept of memory that begins above.
      controls: [[]],
      worlds: {
        probed: freeWorld(0n, 2n * pages, pages),
        controlled: freeWorld(pages, 2n * pages, pages),
      },
    };
  });
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
  return [...(profile.zones === 1 ? ofNamedZones(profile) : []), ...(isUncounted ? ofCounters(profile) : [])];
}

/** Returns the claims that might explain a broken clause, the ones that take least out of the check first. */
export function candidatesFor(broken: Broken): readonly Candidate[] {
  const { demand } = broken.moment;
  const all = [ofInit, ofUnaligned, ofParts, ofMisuse, ofAdding, ofMemory, ofReferences, ofReports, ofZones];
  const isRun = demand !== null && isAllocation(demand.operation.call);
  return [...all, ...(isRun ? [ofBounds, ofRuns] : [])]
    .flatMap((candidates) => candidates(broken))
    .flatMap((candidate) => asPossible(broken.profile, candidate));
}
