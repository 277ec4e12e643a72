/**
 * Operations drawn wide: four large numbers that become an operation when its turn comes, depending on what is allocated by then.
 * Inside commands fast-check draws no edge values, so every kind of argument has a table of edges here: 0, 1, exactly what is free
 * and one more, both sides of each region and zone edge, the powers of two at which arithmetic wraps, and values that are not
 * unsigned 64-bit integers.
 */

import type { Scene, World } from '../../../runner/index.ts';
import { HigherHalf, isWhole, NumberedCall, type Passed } from '../../../runner/lean/index.ts';
import {
  addressOf,
  CALLS,
  type Call,
  type Config,
  callPlace,
  describedCall,
  freeForSingles,
  HIGHER_HALF_48,
  isFreeable,
  isPart,
  isUncaught,
  namedZones,
  type Operation,
  type Owner,
  type Ownership,
  PAGE_BYTES,
  PAGE_SIZE,
  type Parameter,
  PFN_LIMIT,
  type Profile,
  pageCount,
  parametersOf,
  pfn,
  pfnAt,
  pfnLimit,
  type Reference,
  STANDARD_CALLS,
  U64_MAX,
  WHOLE,
} from '../../../spec/index.ts';
import { Digits } from '../draws.ts';
import type { FourNumbers } from '../fast-check.ts';
import { landmarksOf } from './landmarks.ts';

/** Four numbers drawn wide: one for the call, three for its arguments. */
export type Drawn = FourNumbers;

/**
 * The calls that a program may make, each as often as its weight.
 * @public
 */
export type Repertoire = readonly [Call, ...Call[]];

/**
 * Returns the repertoire of some calls without those whose bit of `off` is set (bit k: the k-th of `CALLS`). Programs that never make
 * some call get further with the others. If every call is off, all are on.
 * @public
 */
export function repertoire(off: number, calls: readonly Call[] = STANDARD_CALLS): Repertoire {
  if (calls !== STANDARD_CALLS) return computedRepertoire(off, calls);
  const computed = REPERTOIRES.get(off) ?? computedRepertoire(off, calls);
  REPERTOIRES.set(off, computed);
  return computed;
}

/** The repertoires of all calls computed so far, at most 512. */
const REPERTOIRES = new Map<number, Repertoire>();

function computedRepertoire(off: number, calls: readonly Call[]): Repertoire {
  const isOn = (call: Call): boolean => ((off >> CALLS.indexOf(call)) & 1) === 0;
  const on = calls.some(isOn) ? calls.filter(isOn) : calls;
  const [first = 'alloc', ...rest] = on.flatMap((call) => Array<Call>(describedCall(call).weight).fill(call));
  return [first, ...rest];
}

/** The results of a program so far, as page frames. */
interface ResultFrames {
  readonly handedOut: readonly number[];
  readonly perhapsHeld: readonly number[];
  noteFreed(place: number): void;
  pagesOf(result: number): number;
  /** Returns a page frame of a result, modulo its length; -1 where its address maps none. */
  frameOf(result: number, page: number): number;
}

/** The state in view of which a call is drawn, and the call that it is drawn into. */
export interface Prospect {
  readonly call: NumberedCall;
  readonly world: World;
  readonly state: Ownership;
  readonly results: ResultFrames;
}

const BAD_ARGUMENTS = [-1, U64_MAX + 1n, 1.5] as const satisfies readonly Passed[];

/** Returns a power of two of at most 64 bits, or a neighbour. */
function powerOfTwo(digits: Digits): Passed {
  const power = 1n << BigInt(digits.next(65));
  const value = power + (power > U64_MAX ? 0n : digits.of([0n, -1n, 1n]));
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

const EXTREMES: readonly [Passed, ...Passed[]] = [0, 1, U64_MAX, 1n << 63n, 2 ** 52, ...BAD_ARGUMENTS];

/** Returns an argument that hardly any call can grant. */
function extreme(digits: Digits): Passed {
  return digits.next(2) === 0 ? digits.of(EXTREMES) : powerOfTwo(digits);
}

const WORD_COUNTS = [31, 32, 33, 63, 64, 65, 511, 512, 1023, 1024, 1025] as const;

/** Batches that can be granted have this many pages at most; one in sixteen may be longer. */
const USUAL_BATCH = 1200;
const LONGEST_BATCH = 2 ** 16 + 1;

type CountKind = 'few' | 'some' | 'word' | 'any' | 'free' | 'largest' | 'extreme';
type CountKinds = readonly [CountKind, ...CountKind[]];

const RUN_COUNTS: CountKinds = [
  ...(['few', 'few', 'few', 'few', 'some', 'word', 'free', 'extreme'] satisfies CountKinds),
  ...(['few', 'few', 'few', 'few', 'any', 'any', 'any', 'largest'] satisfies CountKinds),
];
/** Long batches are rare: a batch costs time for every page frame, a contiguous run does not. */
const BATCH_COUNTS: CountKinds = [
  ...(['few', 'few', 'few', 'few', 'some', 'some', 'free', 'extreme'] satisfies CountKinds),
  ...(['few', 'few', 'few', 'few', 'few', 'word', 'any', 'any'] satisfies CountKinds),
];

/** Returns the number of bits of a count. */
function bitsOf(count: number): number {
  return Math.floor(Math.log2(Math.max(1, count)));
}

function countFrom(digits: Digits, kinds: CountKinds, free: number, state: Ownership): Passed {
  switch (digits.of(kinds)) {
    case 'few':
      return 1 + digits.next(8);
    case 'some':
      return 1 + digits.next(70);
    case 'word':
      return digits.of(WORD_COUNTS);
    case 'any':
      return digits.magnitude(bitsOf(free));
    case 'free':
      return Math.max(0, free + digits.of([0, 1, -1]));
    case 'largest':
      return Math.max(0, largestRun(state) + digits.of([0, 1, -1]));
    default:
      return extreme(digits);
  }
}

/** Returns the page frames of the largest free run of the bitmap zone. O(extents log page frames). */
export function largestRun(state: Ownership): number {
  let [fits, fails] = [0, state.freeIn('bitmap') + 1];
  while (fails - fits > 1) {
    const count = Math.floor((fits + fails) / 2);
    const request = { count: pageCount(count), limit: state.world.bitmapLimit, alignment: 1 };
    if (state.lowestFit(request) === null) fails = count;
    else fits = count;
  }
  return fits;
}

/** Returns the size of a batch. One that can be granted is mostly kept short: its cost is that of its pages. */
function batchCount(x: number, state: Ownership): Passed {
  const free = freeForSingles(state);
  const digits = new Digits(x);
  const most = digits.next(32) === 31 ? LONGEST_BATCH : USUAL_BATCH;
  const count = countFrom(digits, BATCH_COUNTS, free, state);
  if (count <= most || count > free || !isWhole(count)) return count;
  return free <= LONGEST_BATCH ? most : 1 + (Number(count) % most);
}

const AROUND_AN_EDGE = [0, 1, -1, PAGE_SIZE, -PAGE_SIZE] as const;

function edgeAddress({ world }: Prospect, digits: Digits): number {
  const { edges } = landmarksOf(world);
  return Math.max(0, digits.of(edges) * PAGE_SIZE + digits.of(AROUND_AN_EDGE));
}

const LIMIT_KINDS = ['none', 'none', 'edge', 'edge', 'edge', 'somewhere', 'any', 'extreme'] as const;

function maxAddrFrom(prospect: Prospect, y: number): Passed {
  const digits = new Digits(y);
  const zoneEnd = Number(prospect.world.config.bitmapMaxAddr);
  switch (digits.of(LIMIT_KINDS)) {
    case 'none':
      return U64_MAX;
    case 'edge':
      return edgeAddress(prospect, digits);
    case 'somewhere':
      return (zoneEnd / 64) * digits.next(64) + digits.of([0, 1, 4095]);
    case 'any':
      return digits.magnitude(52);
    default:
      return digits.next(4) === 0 ? zoneEnd : extreme(digits);
  }
}

const ALIGNMENT_KINDS = [
  ...(['page', 'page', 'page', 'power', 'power', 'odd', 'odd', 'extreme'] as const),
  ...(['page', 'page', 'page', 'power', 'any', 'odd', 'any', 'zone'] as const),
] as const;
const EXTREME_ALIGNMENTS: readonly [Passed, ...Passed[]] = [0, 1, 4097, 1n << 63n, U64_MAX, ...BAD_ARGUMENTS];

function alignmentFrom(z: number, { world }: Prospect): Passed {
  const digits = new Digits(z);
  switch (digits.of(ALIGNMENT_KINDS)) {
    case 'page':
      return PAGE_SIZE;
    case 'power':
      return PAGE_SIZE << digits.next(7);
    case 'odd':
      return (1 + digits.next(digits.next(2) === 0 ? 20 : 2 ** 10)) * PAGE_SIZE + digits.of([0, 1, -1]);
    case 'any':
      return digits.next(2) === 0 ? digits.magnitude(41) : digits.magnitude(28) * PAGE_SIZE;
    case 'zone':
      return 2 ** digits.next(bitsOf(Number(world.config.bitmapMaxAddr)) + 1);
    default:
      return digits.next(2) === 0 ? digits.of(EXTREME_ALIGNMENTS) : powerOfTwo(digits);
  }
}

/** Whether a caller has a page frame. */
export function isHeld({ state }: Prospect, frame: number): boolean {
  return frame >= 0 && state.ownerOf(pfn(frame)) === 'caller';
}

/** Whether a page frame is held, and may be freed alone. */
export function isHeldAlone(prospect: Prospect, frame: number): boolean {
  return isHeld(prospect, frame) && !isPart(prospect.state, pfn(frame), 1n);
}

/** At most this many results are searched for one that is still allocated. */
const PROBES = 6;

/**
 * Names a page frame of a result that handed out any: one that is still allocated if such a result is found within
 * {@link PROBES}. Returns false if there is none.
 */
function nameResultPage(
  prospect: Prospect,
  digits: Digits,
  wantLive: boolean,
  isWanted: typeof isHeld = isHeldAlone,
): boolean {
  const { results, call } = prospect;
  const candidates = wantLive ? results.perhapsHeld : results.handedOut;
  let place = digits.next(Math.max(1, candidates.length));
  const isNear = digits.next(2) === 0;
  const page = isNear ? digits.next(64) : digits.next(2 ** 16) * 0x9e37;
  for (let probe = 0; probe < PROBES; probe += 1) {
    const result = candidates[place];
    if (result === undefined) return false;
    const pages = results.pagesOf(result);
    const frame = results.frameOf(result, page % pages);
    if (!wantLive || isWanted(prospect, frame)) {
      call.nameResult(result, page % pages, frame, 0);
      return true;
    }
    if (pages === 1) results.noteFreed(place);
    else place += 1;
    if (place >= candidates.length) place = 0;
  }
  return false;
}

const MAP_OWNERS = ['boot', 'boot', 'pmm', 'firmware', 'absent'] as const;

/** Names a page frame by its owner after init: mostly one that boot code hands over. */
function nameMapPage(prospect: Prospect, digits: Digits): void {
  const { regions } = landmarksOf(prospect.world);
  const ofOwner = regions[digits.of(MAP_OWNERS)];
  const region = ofOwner[digits.next(Math.max(1, ofOwner.length))];
  if (region === undefined) prospect.call.nameByte(edgeAddress(prospect, digits));
  else {
    const page = digits.of([0, region.count - 1, digits.next(region.count)]);
    prospect.call.nameByte((region.base + page) * PAGE_SIZE);
  }
}

/** Addresses relative to the higher half. */
function extremeOffsets(limit: bigint): readonly bigint[] {
  return [-1n, limit, -PAGE_BYTES, limit - 1n];
}
const EXTREME_ADDRESSES = [PAGE_BYTES, HIGHER_HALF_48 / 2n, U64_MAX, U64_MAX + 1n, -1n] as const;

function extremeAddress(config: Config, digits: Digits): bigint {
  const offsets = extremeOffsets(addressOf(pfnLimit(config)));
  const chosen = digits.next(1 + offsets.length + EXTREME_ADDRESSES.length);
  if (chosen === 0) return 0n;
  const offset = offsets[chosen - 1];
  if (offset !== undefined) return config.higherHalf + offset;
  return EXTREME_ADDRESSES[chosen - 1 - offsets.length] ?? 0n;
}

const OFFSETS = [0, 0, 0, 1, 4095] as const;
/** Where an address inside a page frame is misuse, few are. */
const RARE_OFFSETS = [...Array<0>(14).fill(0), 1, 4095] as const;
const NO_OFFSETS = [0] as const;

function offsetsFor(profile: Profile): readonly [number, ...number[]] {
  if (profile.unalignedFree === 'rounded-down') return OFFSETS;
  return isUncaught(profile, 'unaligned') ? NO_OFFSETS : [0, ...RARE_OFFSETS];
}

/** Most addresses may be freed: a misuse changes nothing, so programs get further with fewer of them. */
const ADDRESS_KINDS = [
  'live',
  ...Array<'live'>(24).fill('live'),
  'stale',
  'map',
  'map',
  'edge',
  'extreme',
] as const;

/** Names an address to free: mostly of a page frame still allocated, and every way of getting it wrong. */
function nameAddress(prospect: Prospect, x: number): void {
  const digits = new Digits(x);
  const kind = digits.of(ADDRESS_KINDS);
  if (kind === 'edge') prospect.call.nameByte(edgeAddress(prospect, digits));
  else if (kind === 'extreme') prospect.call.nameAddress(extremeAddress(prospect.world.config, digits));
  else {
    if (kind === 'map' || !nameResultPage(prospect, digits, kind === 'live')) nameMapPage(prospect, digits);
    prospect.call.addOffset(digits.of(offsetsFor(prospect.state.world.profile)));
  }
}

/** Names page frames of a result from some page on that are still allocated, `wanted` at most. */
function nameLiveBatch(prospect: Prospect, digits: Digits, wanted: number): void {
  const { call, results } = prospect;
  if (!nameResultPage(prospect, digits, true)) return;
  const { result, page: first } = call.lastNamed;
  call.dropLast();
  const pages = results.pagesOf(result);
  for (let i = 0; i < pages && call.named < wanted; i += 1) {
    const page = (first + i) % pages;
    const frame = results.frameOf(result, page);
    if (isHeldAlone(prospect, frame)) call.nameResult(result, page, frame, 0);
    else if (call.named > 0) break;
  }
}

/** Returns a page frame at which a descriptor or a zone begins or ends, or a word, a leaf, a section or any other power of two. */
function edgeFrame({ world }: Prospect, digits: Digits): number {
  const { edges, regions } = landmarksOf(world);
  const region = regions[digits.of(['pmm', 'boot'] as const)];
  const { base, count } = region[digits.next(Math.max(1, region.length))] ?? { base: 0, count: 0 };
  if (digits.next(2) === 0 || count < 2) return digits.of(edges);
  const unit = 2 ** (2 + digits.next(bitsOf(base + count)));
  const edge = Math.ceil((base + 1) / unit) * unit;
  return edge < base + count ? edge : base;
}

function mayBeFreed({ state }: Prospect, frame: number): boolean {
  if (!(frame >= 0 && frame < PFN_LIMIT)) return false;
  return isFreeable(state.ownerOf(pfn(frame))) && !isPart(state, pfn(frame), 1n);
}

/** Names page frames on both sides of an edge that may be freed, ascending or descending. */
function nameNeighbours(prospect: Prospect, digits: Digits): void {
  const edge = edgeFrame(prospect, digits);
  const step = digits.of([1, -1]);
  const each = 1 + digits.next(4);
  for (let i = 0; i < 2 * each; i += 1) {
    const frame = step > 0 ? edge - each + i : edge + each - 1 - i;
    if (mayBeFreed(prospect, frame)) prospect.call.nameByte(frame * PAGE_SIZE);
  }
}

const BATCH_KINDS = [
  ...(['plain', 'plain', 'plain', 'plain', 'two', 'two', 'twice', 'bad', 'empty'] as const),
  'neighbours',
] as const;
const BATCH_LENGTHS = [4, 1, 2, 8, 4, 2, 8, 64] as const;

/** Names a batch to free: pages of one or two results; some name one twice, or one that may not be freed. */
function nameBatch(prospect: Prospect, drawn: Drawn): void {
  const { call } = prospect;
  const digits = new Digits(drawn[1]);
  const mixed = digits.of(BATCH_KINDS);
  if (mixed === 'empty') return;
  if (mixed === 'neighbours') {
    nameNeighbours(prospect, digits);
    if (call.named > 0) return;
  }
  const isLong = digits.next(64) === 63;
  nameLiveBatch(prospect, digits, isLong ? digits.magnitude(16) : digits.of(BATCH_LENGTHS));
  const batch = call.named;
  switch (mixed) {
    case 'two': {
      nameAddress(prospect, drawn[2]);
      const frame = call.frames[batch] ?? 0;
      if (isHeldAlone(prospect, frame) && !call.frames.subarray(0, batch).includes(frame))
        call.moveLastToFront();
      else call.dropLast();
      return;
    }
    case 'twice':
      if (batch > 0) call.nameFirstAgain(new Digits(drawn[2]).of(OFFSETS));
      return;
    case 'bad':
      nameAddress(prospect, drawn[2]);
      if (drawn[3] % 2 !== 0) call.moveLastToFront();
      return;
    default:
  }
}

const isFree = (owner: Owner): boolean => owner === 'pmm';

/** Returns the number of page frames from this one on that the call may take: freeable ones, or free ones. */
function usableFrom({ state, call }: Prospect, frame: number): number {
  if (frame < 0 || frame >= PFN_LIMIT) return 0;
  const base = pfn(frame);
  const isUsable = call.call === 'allocAt' ? isFree : isFreeable;
  const end = state.firstFailing({ base, count: pageCount(PFN_LIMIT - base) }, isUsable);
  return (end ?? PFN_LIMIT) - base;
}

const REGION_KINDS = [
  ...(['all', 'all', 'all', 'part', 'part', 'part', 'few', 'few', 'more', 'extreme'] as const),
  ...(['all', 'all', 'all', 'part', 'part', 'part', 'few', 'few', 'any', 'any'] as const),
] as const;

/** Returns the page frames that are freed at once from this one on, where runs are freed whole; else 0. */
function wholeRun({ state }: Prospect, frame: number): number {
  if (frame < 0 || frame >= PFN_LIMIT) return 0;
  const run = state.heldRun(pfn(frame));
  return run === null ? 0 : state.ownerOf(pfn(frame)) === 'boot' ? 1 : run;
}

function regionCount(prospect: Prospect, y: number): Passed {
  const digits = new Digits(y);
  const kind = digits.of(REGION_KINDS);
  if (kind === 'extreme') return extreme(digits);
  const whole = wholeRun(prospect, prospect.call.frames[0] ?? -1);
  if (whole > 0 && (isUncaught(prospect.state.world.profile, 'part') || digits.next(4) > 0)) return whole;
  const available = usableFrom(prospect, prospect.call.frames[0] ?? -1);
  switch (kind) {
    case 'all':
      return Math.max(1, available);
    case 'part':
      return Math.ceil(available / (2 + digits.next(3)));
    case 'few':
      return Math.min(1 + digits.next(4), Math.max(1, available));
    case 'any':
      return Math.min(digits.magnitude(bitsOf(available)), Math.max(1, available));
    default:
      return available + 1;
  }
}

/** Names a page frame just below the bitmap limit or another edge, if a region from there may straddle that; false if not. */
function nameStraddling(prospect: Prospect, digits: Digits): boolean {
  const { bitmapLimit } = prospect.state.world;
  const edge = digits.next(4) < 3 ? bitmapLimit : edgeFrame(prospect, digits);
  const below = edge - 1 - digits.next(4);
  if (!mayBeFreed(prospect, edge) || !mayBeFreed(prospect, below)) return false;
  prospect.call.nameByte(below * PAGE_SIZE);
  return true;
}

const FREE_KINDS = ['map', 'map', 'map', 'stale', 'stale', 'edge', 'edge', 'any'] as const;

/** Names a page frame that may be free: of the free memory of the map, of a result, or at an edge; some are not. */
function nameFree(prospect: Prospect, x: number): void {
  const digits = new Digits(x);
  const kind = digits.of(FREE_KINDS);
  if (kind === 'any') {
    nameAddress(prospect, digits.next(2 ** 20));
    return;
  }
  if (kind === 'edge') prospect.call.nameByte(edgeFrame(prospect, digits) * PAGE_SIZE);
  else if (kind === 'map' || !nameResultPage(prospect, digits, false)) {
    const { pmm } = landmarksOf(prospect.world).regions;
    const region = pmm[digits.next(Math.max(1, pmm.length))];
    const page = region === undefined ? 0 : digits.of([0, region.count - 1, digits.next(region.count)]);
    prospect.call.nameByte(((region?.base ?? 0) + page) * PAGE_SIZE);
  }
  prospect.call.addOffset(digits.of(offsetsFor(prospect.state.world.profile)));
}

/** Names the address of a region: some lie below an edge, so that the region straddles it. */
function nameRegion(prospect: Prospect, drawn: Drawn): void {
  const x = drawn[1];
  const digits = new Digits(drawn[3]);
  if (prospect.state.world.profile.freeRuns === 'whole') nameHeldRun(prospect, x);
  else if (digits.next(4) !== 3 || !nameStraddling(prospect, digits)) nameAddress(prospect, x);
}

/** Names where a run begins that is held; one in eight times any address. */
function nameHeldRun(prospect: Prospect, x: number): void {
  const { call } = prospect;
  const digits = new Digits(x);
  if (digits.next(8) === 7 || !nameResultPage(prospect, digits, true, isHeld)) {
    nameAddress(prospect, x);
    return;
  }
  const { result, page } = call.lastNamed;
  const frame = call.frames[call.named - 1] ?? -1;
  if (wholeRun(prospect, frame) > 0) return;
  call.dropLast();
  call.nameResult(result, 0, frame - page, 0);
}

/** Returns an argument of a run as a manager of this profile supports it: bounded, a power of two, or none at all. */
function asClaimed(kind: 'runCount' | 'maxAddr' | 'alignment', value: Passed, profile: Profile): Passed {
  if (profile === WHOLE) return value;
  if (kind === 'maxAddr') {
    if (!profile.runArguments.includes('maxAddr')) return U64_MAX;
    return profile.limits === 'any' || value === U64_MAX ? inZone(value, profile) : roundedDown(value);
  }
  if (kind === 'runCount') return profile.contiguous === 'any' ? value : roundedDown(value);
  if (!profile.runArguments.includes('alignment')) return PAGE_SIZE;
  const { largestAlignment } = profile;
  if (largestAlignment !== null && isWhole(value) && value > largestAlignment)
    return Number(largestAlignment);
  return profile.contiguous === 'any' && profile.alignments === 'any' ? value : roundedDown(value);
}

/** Returns the limit as a manager takes it: where a zone ends, where it names zones. */
function inZone(value: Passed, profile: Profile): Passed {
  const ends = namedZones(profile)?.map(({ below }) => below ?? U64_MAX);
  return ends === undefined || !isWhole(value)
    ? value
    : (ends[Number(BigInt(value) % 101n) % ends.length] ?? U64_MAX);
}

/** Whether runs of a manager of this profile may be aligned to any number of pages. */
export function isAnyAlignmentClaimed({
  runArguments,
  largestAlignment,
  contiguous,
  alignments,
}: Profile): boolean {
  const isAny = contiguous === 'any' && alignments === 'any';
  return isAny && largestAlignment === null && runArguments.includes('alignment');
}

/** Rounds down to a power of two. */
function roundedDown(value: Passed): Passed {
  if (!isWhole(value) || Number(value) === 0) return value;
  const power = 1n << BigInt(BigInt(value).toString(2).length - 1);
  return typeof value === 'number' ? Number(power) : power;
}

/** Returns the argument that a number stands for, depending on the address drawn before it. */
function argumentFrom({ kind }: Parameter, x: number, prospect: Prospect): Passed {
  const { state } = prospect;
  const { profile } = state.world;
  switch (kind) {
    case 'batchCount':
      return batchCount(x, state);
    case 'runCount':
      return asClaimed(kind, countFrom(new Digits(x), RUN_COUNTS, state.freeIn('bitmap'), state), profile);
    case 'regionCount':
      return regionCount(prospect, x);
    case 'maxAddr':
      return asClaimed(kind, maxAddrFrom(prospect, x), profile);
    default:
      return asClaimed('alignment', alignmentFrom(x, prospect), profile);
  }
}

/** Draws the call that four numbers stand for, depending on the state and the results so far. */
export function drawCall(prospect: Prospect, drawn: Drawn, calls: Repertoire): void {
  // By places: to take a list apart makes as many objects as it has entries.
  const chosen = calls[drawn[0] % calls.length] ?? calls[0];
  const parameters = parametersOf(chosen);
  prospect.call.start(callPlace(chosen));
  for (let place = 0; place < parameters.length; place += 1) {
    const parameter = parameters[place];
    if (parameter === undefined) return;
    if (parameter.kind === 'addresses') nameBatch(prospect, drawn);
    else if (parameter.kind !== 'address')
      prospect.call.pass(parameter, argumentFrom(parameter, drawn[place + 1] ?? 0, prospect));
    else if (chosen === 'allocAt') nameFree(prospect, drawn[1]);
    else if (describedCall(chosen).effect === 'region') nameRegion(prospect, drawn);
    else nameAddress(prospect, drawn[1]);
  }
}

/** The prospect of a scene: what the model's judge has, in numbers. */
export class SceneProspect implements Prospect, ResultFrames {
  readonly call = new NumberedCall();
  readonly half: HigherHalf;
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.half = new HigherHalf(scene.world.config);
  }

  get world(): World {
    return this.#scene.world;
  }

  get state(): Ownership {
    return this.#scene.state;
  }

  get results(): ResultFrames {
    return this;
  }

  get handedOut(): readonly number[] {
    return this.#scene.results.handedOut;
  }

  get perhapsHeld(): readonly number[] {
    return this.#scene.results.perhapsHeld;
  }

  noteFreed(place: number): void {
    this.#scene.results.noteFreed(place);
  }

  pagesOf(result: number): number {
    return this.#scene.results.pagesOf(result);
  }

  frameOf(result: number, page: number): number {
    const address = this.#scene.results.addressOf({ result, page, offset: 0n });
    return (address === null ? null : pfnAt(this.world.config, address)) ?? -1;
  }
}

/** Returns the operation that drawn numbers stand for at this point of a run. */
export function operationFrom(
  drawn: Drawn,
  scene: Scene,
  calls: Repertoire,
  prospect: SceneProspect = new SceneProspect(scene),
): Operation<Reference> {
  drawCall(prospect, drawn, calls);
  return prospect.call.toOperation(prospect.half);
}
