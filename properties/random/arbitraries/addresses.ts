/**
 * Addresses to free or to take: of a page frame still allocated mostly, of the map, at an edge, and every way of getting it wrong;
 * batches of them, and regions.
 */
import type { Passed } from '../../../runner/lean/index.ts';
import {
  addressOf,
  type Call,
  type Config,
  HIGHER_HALF_48,
  isFreeable,
  isUncaught,
  type Owner,
  PAGE_BYTES,
  PAGE_SIZE,
  PFN_LIMIT,
  type Profile,
  pageCount,
  pfn,
  pfnLimit,
  U64_MAX,
} from '../../../spec/index.ts';
import { bitsOf, Digits, extreme } from '../draws.ts';
import type { FourNumbers } from '../fast-check.ts';
import {
  edgeAddress,
  edgeFrame,
  isHeld,
  isHeldAlone,
  landmarksOf,
  mayBeFreed,
  type Prospect,
} from './prospect.ts';

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
export function nameAddress(prospect: Prospect, x: number): void {
  const digits = new Digits(x);
  const kind = digits.of(ADDRESS_KINDS);
  if (kind === 'edge') prospect.call.nameByte(edgeAddress(prospect, digits));
  else if (kind === 'extreme') prospect.call.nameAddress(extremeAddress(prospect.world.config, digits));
  else {
    if (kind === 'map' || !nameResultPage(prospect, digits, kind === 'live')) nameMapPage(prospect, digits);
    prospect.call.addOffset(digits.of(offsetsFor(prospect.state.world.profile)));
  }
}

const ABSENT_KINDS = ['map', 'map', 'removed', 'removed', 'removed', 'edge', 'edge', 'any'] as const;

/** Names a page frame that may be added: one that the map does not have as RAM, or one that was removed; some are RAM. */
export function nameAbsent(prospect: Prospect, x: number): void {
  const { call, state, world } = prospect;
  const digits = new Digits(x);
  const kind = digits.of(ABSENT_KINDS);
  if (kind === 'any') {
    nameAddress(prospect, digits.next(2 ** 20));
    return;
  }
  const { edges, regions } = landmarksOf(world);
  const chosen = kind === 'removed' ? regions.pmm : regions.absent;
  const region = chosen[digits.next(Math.max(1, chosen.length))];
  if (kind === 'edge' || region === undefined) call.nameByte(digits.of(edges) * PAGE_SIZE);
  else {
    const page = kind === 'map' ? digits.of([0, region.count - 1, digits.next(region.count)]) : 0;
    const removed = kind === 'removed' ? state.firstFailing(region, isRam) : null;
    call.nameByte((removed ?? region.base + page) * PAGE_SIZE);
  }
  call.addOffset(digits.of(offsetsFor(state.world.profile)));
}

const FREE_KINDS = ['map', 'map', 'map', 'stale', 'stale', 'edge', 'edge', 'any'] as const;

/** Names a page frame that may be free: of the free memory of the map, of a result, or at an edge; some are not. */
export function nameFree(prospect: Prospect, x: number): void {
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

/** Returns an edge that a batch or a region may cross: the limit of the zones, mostly. */
function edgeToCross(prospect: Prospect, digits: Digits): number {
  return digits.next(4) < 3 ? prospect.state.world.bitmapLimit : edgeFrame(prospect, digits);
}

/** Returns how many page frames lie on one side of an edge: few, or any number of at most that many bits. */
function sideOf(digits: Digits, bits: number): number {
  return digits.next(2) === 0 ? 1 + digits.next(4) : digits.magnitude(bits);
}

/** Names page frames on both sides of an edge that may be freed, ascending or descending. */
function nameNeighbours(prospect: Prospect, digits: Digits, y: number): void {
  const edge = edgeToCross(prospect, digits);
  const sides = new Digits(y);
  const step = sides.of([1, -1]);
  const each = sideOf(sides, BATCH_SIDE_BITS);
  for (let i = 0; i < 2 * each; i += 1) {
    const frame = step > 0 ? edge - each + i : edge + each - 1 - i;
    if (mayBeFreed(prospect, frame)) prospect.call.nameByte(frame * PAGE_SIZE);
  }
}

/** Neighbours in a batch are about 2^8 on each side at most, in a region 2^12. */
const [BATCH_SIDE_BITS, REGION_SIDE_BITS] = [8, 12] as const;

const BATCH_KINDS = [
  ...(['plain', 'plain', 'plain', 'plain', 'two', 'two', 'twice', 'bad', 'empty'] as const),
  'neighbours',
] as const;
const BATCH_LENGTHS = [4, 1, 2, 8, 4, 2, 8, 64] as const;

/** Names a batch to free: pages of one or two results; some name one twice, or one that may not be freed. */
export function nameBatch(prospect: Prospect, drawn: FourNumbers): void {
  const { call } = prospect;
  const digits = new Digits(drawn[1]);
  const mixed = digits.of(BATCH_KINDS);
  if (mixed === 'empty') return;
  if (mixed === 'neighbours') {
    nameNeighbours(prospect, digits, drawn[2]);
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
const isAbsent = (owner: Owner): boolean => owner === 'absent';
const isRam = (owner: Owner): boolean => owner !== 'absent';

/** Whether a call takes page frames that are free. */
export function namesFree(call: Call): boolean {
  return call === 'allocAt' || call === 'removeRegion';
}

/** More page frames than these are rarely added, or removed: a hole of the map may be large, and what is removed is missed by later calls. */
const MOST_ADDED = 2 ** 12;
const FEW_REMOVED = 8;

/** Returns the number of page frames from this one on that the call may take: freeable ones, free ones, or ones to be added. */
function usableFrom({ state, call }: Prospect, frame: number): number {
  const isAdded = call.call === 'addRegion';
  const limit = isAdded ? Math.min(state.world.end, frame + MOST_ADDED) : PFN_LIMIT;
  if (frame < 0 || frame >= limit) return 0;
  const base = pfn(frame);
  const isUsable = isAdded ? isAbsent : namesFree(call.call) ? isFree : isFreeable;
  const end = state.firstFailing({ base, count: pageCount(limit - base) }, isUsable);
  return (end ?? limit) - base;
}

/** How many page frames a region has; the first stands for all that can be freed. */
export const REGION_KINDS = [
  ...(['all', 'all', 'all', 'part', 'part', 'part', 'few', 'few', 'more', 'extreme'] as const),
  ...(['all', 'all', 'all', 'part', 'part', 'part', 'few', 'few', 'any', 'any'] as const),
] as const;

/** Returns the page frames that are freed at once from this one on, where runs are freed whole; else 0. */
function wholeRun({ state }: Prospect, frame: number): number {
  if (frame < 0 || frame >= PFN_LIMIT) return 0;
  const run = state.heldRun(pfn(frame));
  return run === null ? 0 : state.ownerOf(pfn(frame)) === 'boot' ? 1 : run;
}

export function regionCount(prospect: Prospect, y: number): Passed {
  const digits = new Digits(y);
  const kind = digits.of(REGION_KINDS);
  if (kind === 'extreme') return extreme(digits);
  const whole = wholeRun(prospect, prospect.call.frames[0] ?? -1);
  if (whole > 0 && (isUncaught(prospect.state.world.profile, 'part') || digits.next(4) > 0)) return whole;
  const usable = usableFrom(prospect, prospect.call.frames[0] ?? -1);
  const isFew = prospect.call.call === 'removeRegion' && digits.next(4) > 0;
  const available = isFew ? Math.min(usable, FEW_REMOVED) : usable;
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

/** Names a page frame below the bitmap limit or another edge, if a region from there may straddle that; false if not. */
function nameStraddling(prospect: Prospect, digits: Digits): boolean {
  const edge = edgeToCross(prospect, digits);
  const wanted = edge - sideOf(digits, REGION_SIDE_BITS);
  const below = mayBeFreed(prospect, wanted) ? wanted : edge - 1;
  if (!mayBeFreed(prospect, edge) || !mayBeFreed(prospect, below)) return false;
  prospect.call.nameByte(below * PAGE_SIZE);
  return true;
}

/** Names the address of a region: some lie below an edge, so that the region straddles it. */
export function nameRegion(prospect: Prospect, drawn: FourNumbers): void {
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
