/**
 * Operations drawn wide: four large numbers that become an operation when its turn comes, depending on what is allocated by then.
 * Inside commands fast-check draws no edge values, so every kind of argument has a table of edges here: 0, 1, exactly what is free
 * and one more, both sides of each region and zone edge, the powers of two at which arithmetic wraps, and values that are not
 * unsigned 64-bit integers.
 */

import type { Scene } from '../../../runner/index.ts';
import {
  type Argument,
  addressOf,
  CALLS,
  type Call,
  type Config,
  describedCall,
  freeForSingles,
  HIGHER_HALF_48,
  isFreeable,
  namesResult,
  type Operation,
  operationOf,
  PAGE_BYTES,
  type Parameter,
  PFN_LIMIT,
  pageCount,
  parametersOf,
  pfn,
  pfnAt,
  pfnLimit,
  type Reference,
  U64_MAX,
} from '../../../spec/index.ts';
import type { FourNumbers } from '../fast-check.ts';
import { Digits } from './digits.ts';
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
export function repertoire(off: number, calls: readonly Call[] = CALLS): Repertoire {
  if (calls !== CALLS) return computedRepertoire(off, calls);
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

const BAD_ARGUMENTS = [-1n, U64_MAX + 1n, 1.5] as const satisfies readonly Argument[];

const EXTREME_COUNTS = [
  0n,
  1n,
  U64_MAX,
  1n << 63n,
  1n << 52n,
  (1n << 32n) + 1n,
  1n << 20n,
  ...BAD_ARGUMENTS,
] as const;

const WORD_COUNTS = [31n, 32n, 33n, 63n, 64n, 65n, 511n, 512n, 1023n, 1024n, 1025n] as const;

/** Most pages of a batch that could be granted. */
const LONGEST_BATCH = 1200;

type CountKind = 'few' | 'some' | 'word' | 'free' | 'extreme';
type CountKinds = readonly [CountKind, ...CountKind[]];

const RUN_COUNTS: CountKinds = ['few', 'few', 'few', 'few', 'some', 'word', 'free', 'extreme'];
/** Few long batches: they cost time for each page frame, as runs do not, and find little. */
const BATCH_COUNTS: CountKinds = [
  ...(['few', 'few', 'few', 'few', 'some', 'some', 'free', 'extreme'] satisfies CountKinds),
  ...(['few', 'few', 'few', 'few', 'few', 'word', 'free', 'extreme'] satisfies CountKinds),
];

function countFrom(x: number, kinds: CountKinds, free: number): Argument {
  const digits = new Digits(x);
  switch (digits.of(kinds)) {
    case 'few':
      return BigInt(1 + digits.next(8));
    case 'some':
      return BigInt(1 + digits.next(70));
    case 'word':
      return digits.of(WORD_COUNTS);
    case 'free':
      return freeCount(free, digits);
    default:
      return digits.of(EXTREME_COUNTS);
  }
}

function freeCount(free: number, digits: Digits): Argument {
  return BigInt(Math.max(0, free + digits.of([0, 1, -1])));
}

/** Returns the count of a batch; one that could be granted is kept short, because it costs time for each page. */
function batchCount(x: number, free: number): Argument {
  const count = countFrom(x, BATCH_COUNTS, free);
  return typeof count === 'bigint' && count > LONGEST_BATCH && count <= free ? BigInt(LONGEST_BATCH) : count;
}

const AROUND_AN_EDGE = [0n, 1n, -1n, PAGE_BYTES, -PAGE_BYTES] as const;

function edgeAddress(execution: Scene, digits: Digits): bigint {
  const { edges } = landmarksOf(execution.world);
  const address = BigInt(digits.of(edges)) * PAGE_BYTES + digits.of(AROUND_AN_EDGE);
  return address < 0n ? 0n : address;
}

const LIMIT_KINDS = ['none', 'none', 'edge', 'edge', 'edge', 'somewhere', 'somewhere', 'extreme'] as const;
const EXTREME_LIMITS = [
  1n << 32n,
  1n << 53n,
  U64_MAX,
  0n,
  1n,
  4095n,
  1n << 63n,
  ...BAD_ARGUMENTS,
] as const satisfies readonly Argument[];

/** Returns where the bitmap zone ends, or one of the extreme limits. */
function extremeLimit(bitmapMaxAddr: bigint, chosen: number): Argument {
  return chosen === 0 ? bitmapMaxAddr : (EXTREME_LIMITS[chosen - 1] ?? bitmapMaxAddr);
}

function maxAddrFrom(execution: Scene, y: number): Argument {
  const digits = new Digits(y);
  const { bitmapMaxAddr } = execution.world.config;
  switch (digits.of(LIMIT_KINDS)) {
    case 'none':
      return U64_MAX;
    case 'edge':
      return edgeAddress(execution, digits);
    case 'somewhere':
      return (bitmapMaxAddr * BigInt(digits.next(64))) / 64n + digits.of([0n, 1n, 4095n]);
    default:
      return extremeLimit(bitmapMaxAddr, digits.next(1 + EXTREME_LIMITS.length));
  }
}

const ALIGNMENT_KINDS = ['page', 'page', 'page', 'power', 'power', 'odd', 'odd', 'extreme'] as const;
const EXTREME_ALIGNMENTS = [
  0n,
  1n,
  4097n,
  1n << 21n,
  1n << 30n,
  1n << 52n,
  1n << 63n,
  U64_MAX,
  ...BAD_ARGUMENTS,
] as const satisfies readonly Argument[];

function alignmentFrom(z: number): Argument {
  const digits = new Digits(z);
  switch (digits.of(ALIGNMENT_KINDS)) {
    case 'page':
      return PAGE_BYTES;
    case 'power':
      return PAGE_BYTES << BigInt(digits.next(7));
    case 'odd':
      return BigInt(1 + digits.next(20)) * PAGE_BYTES + digits.of([0n, 1n, -1n]);
    default:
      return digits.of(EXTREME_ALIGNMENTS);
  }
}

function isLive(execution: Scene, reference: Reference): boolean {
  const frame = frameOf(execution, reference);
  return frame !== null && execution.state.ownerOf(frame) === 'caller';
}

function frameOf({ results, world }: Scene, reference: Reference) {
  const address = results.addressOf(reference);
  return address === null ? null : pfnAt(world.config, address);
}

/** Number of results examined for one that is still allocated. */
const PROBES = 6;

/** Returns a page frame of a result, still allocated if `wantLive` and one is found within {@link PROBES}; null if there is none. */
function resultPage(execution: Scene, digits: Digits, wantLive: boolean): Reference | null {
  const { results } = execution;
  const candidates = wantLive ? results.perhapsHeld : results.handedOut;
  let place = candidates.length === 0 ? 0 : digits.next(candidates.length);
  const page = digits.next(64);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const result = candidates[place];
    if (result === undefined) return null;
    const reference = { result, page: page % results.pagesOf(result), offset: 0n };
    if (!wantLive || isLive(execution, reference)) return reference;
    if (results.pagesOf(result) === 1) results.noteFreed(place);
    else place += 1;
    if (place >= candidates.length) place = 0;
  }
  return null;
}

const MAP_OWNERS = ['boot', 'boot', 'pmm', 'firmware', 'absent'] as const;

/** Returns a page frame of the map: of boot code, free, of firmware or absent. */
function mapPage(execution: Scene, digits: Digits): Reference {
  const { regions } = landmarksOf(execution.world);
  const ofOwner = regions[digits.of(MAP_OWNERS)];
  const region = ofOwner[digits.next(Math.max(1, ofOwner.length))];
  if (region === undefined)
    return { absolute: execution.world.config.higherHalf + edgeAddress(execution, digits) };
  const page = digits.of([0, region.count - 1, digits.next(region.count)]);
  return { absolute: execution.world.config.higherHalf + BigInt(region.base + page) * PAGE_BYTES };
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

const OFFSETS = [0n, 0n, 0n, 1n, 4095n] as const;

function withOffset(reference: Reference, digits: Digits): Reference {
  const offset = digits.of(OFFSETS);
  if (offset === 0n) return reference;
  return namesResult(reference)
    ? { result: reference.result, page: reference.page, offset }
    : { absolute: reference.absolute + offset };
}

/** Most addresses can be freed: a misuse changes nothing, so programs get further with few of them. */
const ADDRESS_KINDS = [
  'live',
  ...Array<'live'>(24).fill('live'),
  'stale',
  'map',
  'map',
  'edge',
  'extreme',
] as const;

/** Returns an address to free: mostly of a page frame that is still allocated, else wrong in one of many ways. */
function referenceFrom(execution: Scene, x: number): Reference {
  const digits = new Digits(x);
  const { config } = execution.world;
  switch (digits.of(ADDRESS_KINDS)) {
    case 'live':
      return withOffset(resultPage(execution, digits, true) ?? mapPage(execution, digits), digits);
    case 'stale':
      return withOffset(resultPage(execution, digits, false) ?? mapPage(execution, digits), digits);
    case 'map':
      return withOffset(mapPage(execution, digits), digits);
    case 'edge':
      return { absolute: config.higherHalf + edgeAddress(execution, digits) };
    default:
      return { absolute: extremeAddress(config, digits) };
  }
}

/** Returns up to `wanted` page frames of one result that are still allocated. */
function liveBatch(execution: Scene, digits: Digits, wanted: number): Reference[] {
  const first = resultPage(execution, digits, true);
  if (first === null || !('result' in first)) return [];
  const pages = execution.results.pagesOf(first.result);
  const batch: Reference[] = [];
  for (let page = 0; page < pages && batch.length < wanted; page += 1) {
    const reference = { result: first.result, page: (first.page + page) % pages, offset: 0n };
    if (isLive(execution, reference)) batch.push(reference);
    else if (batch.length > 0) break;
  }
  return batch;
}

const BATCH_KINDS = ['plain', 'plain', 'plain', 'plain', 'two', 'two', 'twice', 'bad', 'empty'] as const;
const BATCH_LENGTHS = [4, 1, 2, 8, 64] as const;

/** Returns a batch to free: pages of one or two results, sometimes with one named twice or one that must not be freed. */
function batchFrom(execution: Scene, [x, y, z]: readonly [number, number, number]): readonly Reference[] {
  const digits = new Digits(x);
  const mixed = digits.of(BATCH_KINDS);
  const batch = liveBatch(execution, digits, digits.of(BATCH_LENGTHS));
  const [first] = batch;
  switch (mixed) {
    case 'two': {
      const other = referenceFrom(execution, y);
      const isNew = batch.every((r) => frameOf(execution, r) !== frameOf(execution, other));
      return isNew && isLive(execution, other) ? [other, ...batch] : batch;
    }
    case 'twice':
      return first === undefined ? batch : [...batch, withOffset(first, new Digits(y))];
    case 'bad':
      return z % 2 === 0 ? [...batch, referenceFrom(execution, y)] : [referenceFrom(execution, y), ...batch];
    case 'empty':
      return [];
    default:
      return batch;
  }
}

/** Returns the number of consecutive page frames, from this one on, that can be freed. */
function freeableFrom(execution: Scene, reference: Reference): number {
  const base = frameOf(execution, reference);
  if (base === null) return 0;
  const end = execution.state.firstFailing({ base, count: pageCount(PFN_LIMIT - base) }, isFreeable);
  return (end ?? pfn(PFN_LIMIT)) - base;
}

const REGION_KINDS = ['all', 'all', 'all', 'part', 'part', 'part', 'few', 'few', 'more', 'extreme'] as const;

function regionCount(available: number, y: number): Argument {
  const digits = new Digits(y);
  switch (digits.of(REGION_KINDS)) {
    case 'all':
      return BigInt(Math.max(1, available));
    case 'part':
      return BigInt(Math.ceil(available / (2 + digits.next(3))));
    case 'few':
      return BigInt(Math.min(1 + digits.next(4), Math.max(1, available)));
    case 'more':
      return BigInt(available + 1);
    default:
      return digits.of(EXTREME_COUNTS);
  }
}

/** Returns a page frame just below the bitmap limit from which a region can straddle it, or null. */
function straddling(execution: Scene, digits: Digits): Reference | null {
  const { bitmapLimit } = execution.state.world;
  const below = Math.max(0, bitmapLimit - 1 - digits.next(4));
  const holds = (frame: number): boolean => isFreeable(execution.state.ownerOf(pfn(frame)));
  if (bitmapLimit === 0 || !holds(bitmapLimit) || !holds(below)) return null;
  return { absolute: execution.world.config.higherHalf + BigInt(below) * PAGE_BYTES };
}

/** The address of a region: now and then one below the bitmap limit, so that the region straddles it. */
function regionAddress(execution: Scene, [x, , z]: Numbers): Reference {
  const digits = new Digits(z);
  const across = digits.next(4) === 3 ? straddling(execution, digits) : null;
  return across ?? referenceFrom(execution, x);
}

/** Rounds an argument of a run down to a power of two, for managers that have no others. */
function asClaimed(argument: Argument, { state }: Scene): Argument {
  if (state.world.profile.contiguous === 'any') return argument;
  return typeof argument === 'bigint' && argument > 0n
    ? 1n << BigInt(argument.toString(2).length - 1)
    : argument;
}

/** Three numbers, from which the arguments of a call are drawn. */
type Numbers = readonly [number, number, number];

/** Returns the argument at a place, in view of the address that was drawn before it. */
function argumentFrom(
  { kind }: Parameter,
  { numbers, place, execution, address }: ArgumentContext,
): Argument | Reference | readonly Reference[] {
  const { state } = execution;
  const x = numbers[place] ?? 0;
  switch (kind) {
    case 'batchCount':
      return batchCount(x, freeForSingles(state));
    case 'runCount':
      return asClaimed(countFrom(x, RUN_COUNTS, state.freeIn('bitmap')), execution);
    case 'regionCount':
      return regionCount(address === null ? 0 : freeableFrom(execution, address), x);
    case 'maxAddr':
      return maxAddrFrom(execution, x);
    case 'alignment':
      return asClaimed(alignmentFrom(x), execution);
    case 'addresses':
      return batchFrom(execution, numbers);
    default:
      return referenceFrom(execution, x);
  }
}

interface ArgumentContext {
  readonly numbers: Numbers;
  readonly place: number;
  readonly execution: Scene;
  /** The address that was drawn, where there is one. */
  readonly address: Reference | null;
}

/** Returns the operation that drawn numbers stand for at this point of a run. */
export function operationFrom(
  [call, x, y, z]: Drawn,
  execution: Scene,
  calls: Repertoire,
): Operation<Reference> {
  const chosen = calls[call % calls.length] ?? calls[0];
  const parameters = parametersOf(chosen);
  const numbers: Numbers = [x, y, z];
  const isRegion = describedCall(chosen).effect === 'region';
  const values: (Argument | Reference | readonly Reference[])[] = [];
  let address: Reference | null = null;
  for (let place = 0; place < parameters.length; place += 1) {
    const parameter = parameters[place];
    if (parameter === undefined) break;
    if (parameter.kind === 'address') {
      address = isRegion ? regionAddress(execution, numbers) : referenceFrom(execution, x);
      values.push(address);
    } else values.push(argumentFrom(parameter, { numbers, place, execution, address }));
  }
  return operationOf(chosen, values);
}
