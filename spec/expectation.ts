/**
 * Expectations: whether an operation must succeed, fail or panic in a state. "Succeeds exactly when" is decided only here; the
 * completeness and ownership clauses compare the response with it.
 */

import { CALLS, type Call, callPlace, isAllocation, isFree, namesRegion } from './calls.ts';
import { pfnAt, pfnLimit } from './config.ts';
import { counted } from './counted.ts';
import { toHex } from './hex.ts';
import { type Argument, addressesOf, type Operation, type OperationOf } from './operation.ts';
import { isFreeable, type Owner } from './owner.ts';
import {
  type FitRequest,
  fitsAnyway,
  freeForRuns,
  freeForSingles,
  leastFreeAround,
  lowestInZones,
  lowestWith,
  type Ownership,
  perhapsKeptIn,
  spareIn,
} from './ownership.ts';
import { beyond, hasOrders, hasUndefined, largestRunOf, type MisuseKind, takesAnyBlock } from './profile.ts';
import type { Outcome } from './response.ts';
import {
  isPageAligned,
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  pageCount,
  pagesBetween,
  pfn,
  pfnOf,
  U64_MAX,
  wholePages,
} from './units.ts';

/** The request of an operation in page frames, computed once for all clauses. */
export interface Asked {
  /** The call. The operation has it too, but operations differ in shape, and reading it from this one shape is faster. */
  readonly call: Call;
  /** The page frame of each address that it names, in order; null for an address outside the higher half. */
  readonly pfns: readonly (Pfn | null)[];
  /** The request of a contiguous allocation; null for one that fits in no memory at all, and for other calls. */
  readonly fit: FitRequest | null;
  /** The first page frame of the lowest run that fits; null where none does. */
  readonly lowest: Pfn | null;
}

/** The demanded outcome. `misused` names the page frame to blame, if there is one. */
export type Expectation =
  /** `isOpen`: it may be refused too, or granted, because nobody knows whether the manager can hand out what it needs. */
  | { readonly kind: 'granted'; readonly isOpen?: never }
  | { readonly kind: 'granted'; readonly isOpen: true; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string; readonly isOpen?: true }
  | {
      readonly kind: 'misused';
      readonly why: string;
      readonly frame: Pfn | null;
      readonly owner: Owner | null;
      /** Whether a page frame is named twice, as opposed to one that may not be freed. */
      readonly duplicate: boolean;
    };

const GRANTED: Expectation = { kind: 'granted' };
const PERHAPS_KEPT: Expectation = {
  kind: 'granted',
  why: 'page frames that it needs may be kept',
  isOpen: true,
};
const PERHAPS_NOT_FOUND: Expectation = {
  kind: 'granted',
  why: 'its search may not find page frames that are free',
  isOpen: true,
};

const PERHAPS_HELD_BACK = {
  kind: 'granted',
  why: 'free page frames that it needs may be held back',
  isOpen: true,
} as const satisfies Expectation;

/** Returns the outcome that was demanded, in view of how a call ended: what may be refused too is a refusal where it was one. */
export function settled(expected: Expectation, ended: Outcome['kind']): Expectation {
  if (expected.kind !== 'granted' || !expected.isOpen || ended !== 'failed') return expected;
  return { kind: 'refused', why: expected.why, isOpen: true };
}

/** Returns the demand on a call that needs page frames next to each other, which are free; `left` are free where they come from afterwards. */
function ofSearch(state: Ownership, left: number): Expectation {
  return state.world.profile.search === 'whole' ? ofLeft(state, left) : PERHAPS_NOT_FOUND;
}

/** Returns the demand on a call that leaves `left` of the free page frames that it could take. */
function ofLeft({ world }: Ownership, left: number): Expectation {
  return left < world.profile.holdsBack ? PERHAPS_HELD_BACK : GRANTED;
}

function refused(why: string): Expectation {
  return { kind: 'refused', why };
}

function misused(why: string, frame: Pfn | null = null, owner: Owner | null = null): Expectation {
  return { kind: 'misused', why, frame, owner, duplicate: false };
}

/** Whether an argument is an unsigned 64-bit integer. */
export function isU64(argument: Argument): argument is bigint {
  return typeof argument === 'bigint' && argument >= 0n && argument <= U64_MAX;
}

function badArgument(names: Readonly<Record<string, Argument>>): Expectation | null {
  const bad = Object.entries(names).find(([, value]) => !isU64(value));
  return bad === undefined ? null : misused(`${bad[0]} ${bad[1]} is not an unsigned 64-bit integer`);
}

/** Returns the request of a contiguous allocation after rounding, or null where it fits in no memory at all. */
function fitRequest(
  state: Ownership,
  { count, maxAddr, alignment }: Omit<OperationOf<'allocBitmap'>, 'call'>,
): FitRequest | null {
  if (!isU64(count) || !isU64(maxAddr) || !isU64(alignment)) return null;
  const { bitmapLimit, profile } = state.world;
  const maxFrame = wholePages(maxAddr);
  const below = maxFrame < BigInt(bitmapLimit) ? pfn(Number(maxFrame)) : bitmapLimit;
  // Where zones above may serve too, the limit only names one.
  const isName = typeof profile.zones !== 'number' && hasOrders(profile);
  const limit = isName ? bitmapLimit : below;
  if (count === 0n || count > BigInt(limit) || count > largestRunOf(profile)) return null;
  const alignmentFrames = isPageAligned(alignment) ? wholePages(alignment) : wholePages(alignment) + 1n;
  // All alignments beyond the largest page frame number are equal: only address 0 is a multiple of them.
  const capped = alignmentFrames > BigInt(PFN_LIMIT) ? PFN_LIMIT : Math.max(1, Number(alignmentFrames));
  const isBuddy = profile.contiguous !== 'any';
  const aligned = isBuddy ? Math.max(capped, Number(count)) : capped;
  const request = { count: pageCount(Number(count)), limit, alignment: aligned };
  const named = isName ? { ...request, zoneEnd: below } : request;
  if (typeof profile.runsWithin !== 'bigint') return named;
  const boundary = wholePages(profile.runsWithin);
  return count > boundary ? null : { ...named, boundary: Number(boundary) };
}

function fitWithin(state: Ownership, operation: OperationOf<'allocWithin'>): FitRequest | null {
  const { minAddr, boundary } = operation;
  const request = fitRequest(state, operation);
  if (request === null || !isU64(minAddr) || !isU64(boundary)) return null;
  const from = wholePages(minAddr) + (isPageAligned(minAddr) ? 0n : 1n);
  const apart = wholePages(boundary);
  if (from + BigInt(request.count) > BigInt(request.limit)) return null;
  const bounded = { ...request, from: Number(from) };
  if (apart === 0n || apart > BigInt(PFN_LIMIT)) return bounded;
  return apart < BigInt(request.count) ? null : { ...bounded, boundary: Number(apart) };
}

/** Whether a request is larger than any that the manager claims to grant. */
function isTooLarge({ world }: Ownership, count: bigint): boolean {
  const { largestRequest } = world.profile;
  return largestRequest !== null && count > BigInt(largestRequest);
}

const NO_FRAMES: readonly (Pfn | null)[] = [];
/** The requests of calls without addresses or a contiguous run, by call. */
const NOTHING: readonly Asked[] = CALLS.map((call) => ({ call, pfns: NO_FRAMES, fit: null, lowest: null }));

function lowestRun(state: Ownership, fit: FitRequest): Pfn | null {
  if (state.unnamed > 0) return lowestWith(state, fit, spareIn(state));
  return typeof state.world.profile.zones === 'number' ? state.lowestFit(fit) : lowestInZones(state, fit);
}

/** Returns the request of an operation in a state. O(addresses); a contiguous allocation needs a search. */
export function askedOf(state: Ownership, operation: Operation): Asked {
  const { config } = state.world;
  const { call } = operation;
  switch (call) {
    case 'allocBitmap':
    case 'allocWithin': {
      const fit =
        operation.call === 'allocBitmap' ? fitRequest(state, operation) : fitWithin(state, operation);
      return { call, pfns: NO_FRAMES, fit, lowest: fit === null ? null : lowestRun(state, fit) };
    }
    case 'allocAt': {
      const base = pfnAt(config, operation.address);
      const isGranted =
        base !== null && isU64(operation.count) && takenAt(state, base, operation.count) === null;
      return { call, pfns: [base], fit: null, lowest: isGranted ? base : null };
    }
    default: {
      const addresses = addressesOf(operation);
      const nothing = NOTHING[callPlace(call)];
      if (addresses.length === 0 && nothing !== undefined) return nothing;
      return { call, pfns: addresses.map((address) => pfnAt(config, address)), fit: null, lowest: null };
    }
  }
}

/** Returns the reason why these page frames cannot be allocated, or null. */
function takenAt(state: Ownership, base: Pfn, count: bigint): string | null {
  if (count === 0n) return 'the count is 0';
  if (isTooLarge(state, count)) return `the largest request is ${state.world.profile.largestRequest}`;
  return notFree(state, base, count);
}

/** Returns the reason why not all of these page frames are free, or null. */
function notFree(state: Ownership, base: Pfn, count: bigint): string | null {
  const limit = pfnLimit(state.world.config);
  const frame = state.firstFailing(clip(base, count, limit), (owner) => owner === 'pmm');
  if (frame !== null) return `page frame ${frame} is not free (${state.ownerOf(frame)})`;
  if (state.unnamed > 0 && perhapsKeptIn(state, clip(base, count, limit)) > spareIn(state))
    return 'some of its page frames are kept';
  return BigInt(base) + count > BigInt(limit) ? 'the region ends above physical memory' : null;
}

function expectAllocAt(
  state: Ownership,
  { address, count }: OperationOf<'allocAt'>,
  { pfns }: Asked,
): Expectation {
  if (!isU64(address) || !isU64(count)) return badArgument({ address, count }) ?? GRANTED;
  const [base = null] = pfns;
  const wrong = misusedAddress(state, address, base);
  if (wrong !== null || base === null) return wrong ?? GRANTED;
  const why = takenAt(state, base, count);
  if (why !== null) return refused(why);
  const region = { base, count: pageCount(Number(count)) };
  if (state.unnamed > 0 && state.perhapsKept(region).length > 0) return PERHAPS_KEPT;
  return ofSearch(state, leastFreeAround(state, region) - region.count);
}

/** Whether an operation adds memory where the manager may have no tables for it, beyond the map, or where it never hands any out. */
function addsOutside({ world: { config, end, profile } }: Ownership, operation: Operation): boolean {
  if (operation.call !== 'addRegion' || !isU64(operation.count) || operation.count === 0n) return false;
  const base = pfnAt(config, operation.address);
  if (base === null) return false;
  const last = Math.min(end, pfnOf(profile.memoryBelow));
  return base < pfnOf(profile.neverBelow) || BigInt(base) + operation.count > BigInt(last);
}

/** Whether a block is freed that cannot have been allocated, on a manager that takes orders: none of its size begins there, or none is so large. */
function freesNoBlock({ world: { config, profile } }: Ownership, operation: Operation): boolean {
  if (operation.call !== 'freeRegion' || !takesAnyBlock(profile) || !isU64(operation.count)) return false;
  if (operation.count > largestRunOf(profile)) return true;
  const base = pfnAt(config, operation.address);
  return base !== null && BigInt(base) % operation.count !== 0n;
}

const isAbsent = (owner: Owner): boolean => owner === 'absent';

/** Returns what is demanded of a region that exists: `demand` says it for the first page frame. */
function ofRegion(
  state: Ownership,
  { address, count }: OperationOf<'addRegion' | 'removeRegion' | 'freeRegion'>,
  { pfns }: Asked,
  demand: (state: Ownership, base: Pfn, count: bigint) => Expectation,
): Expectation {
  if (!isU64(address) || !isU64(count)) return badArgument({ address, count }) ?? GRANTED;
  if (count === 0n) return GRANTED;
  const [base = null] = pfns;
  const wrong = misusedAddress(state, address, base);
  return wrong !== null || base === null ? (wrong ?? GRANTED) : demand(state, base, count);
}

function adding(state: Ownership, base: Pfn, count: bigint): Expectation {
  const limit = pfnLimit(state.world.config);
  const frame = state.firstFailing(clip(base, count, limit), isAbsent);
  if (frame !== null) return misused(`page frame ${frame} is RAM already`, frame, state.ownerOf(frame));
  return BigInt(base) + count > BigInt(limit) ? misused('the region ends above physical memory') : GRANTED;
}

function removing(state: Ownership, base: Pfn, count: bigint): Expectation {
  const why = notFree(state, base, count);
  return why === null ? GRANTED : refused(why);
}

/** Returns how many page frames a batch gets that is granted. */
export function batchSize(state: Ownership, count: bigint): number {
  const { batches } = state.world.profile;
  return batches === 'partial' ? Math.min(Number(count), freeForSingles(state)) : Number(count);
}

function sourceOf({ world }: Ownership): string {
  return world.profile.singlePages === 'stack-zone' ? 'the stack zone has' : 'memory has';
}

function expectAlloc(state: Ownership): Expectation {
  const free = freeForSingles(state);
  return free > 0 ? ofLeft(state, free - 1) : refused(`${sourceOf(state)} no free page frame`);
}

function expectAllocPages(state: Ownership, { count }: OperationOf<'allocPages'>): Expectation {
  if (!isU64(count)) return badArgument({ count }) ?? GRANTED;
  const free = freeForSingles(state);
  if (isTooLarge(state, count))
    return refused(`the largest request is ${state.world.profile.largestRequest}`);
  const isPartial = state.world.profile.batches === 'partial';
  if (count === 0n) return GRANTED;
  return count <= BigInt(isPartial && free > 0 ? U64_MAX : free)
    ? ofLeft(state, free - (isPartial ? 1 : Number(count)))
    : refused(`${sourceOf(state)} ${counted(free, 'free page frame')}, ${count} were asked for`);
}

function expectRun(
  state: Ownership,
  operation: OperationOf<'allocBitmap'> | OperationOf<'allocWithin'>,
  { fit, lowest }: Asked,
): Expectation {
  if (fit !== null && lowest !== null)
    return state.unnamed === 0 || fitsAnyway(state, fit)
      ? ofSearch(state, freeForRuns(state, fit) - fit.count)
      : PERHAPS_KEPT;
  const { call: _, ...numbers } = operation;
  const none =
    state.world.profile.contiguous === 'orders' ? 'order 64 is larger than any memory' : 'the count is 0';
  const why = numbers.count === 0n ? none : 'no run of free page frames fits';
  return badArgument(numbers) ?? refused(why);
}

/** Whether a free takes an address for misuse because no page frame begins there. */
export function isMisaligned({ world }: Ownership, address: bigint): boolean {
  return world.profile.unalignedFree === 'misuse' && !isPageAligned(address);
}

/** Returns the misuse that an address is, or null where it names a page frame. */
function misusedAddress(state: Ownership, address: bigint, frame: Pfn | null): Expectation | null {
  if (frame === null)
    return misused(
      isU64(address)
        ? 'the address is not in the higher half'
        : `address ${address} is not an unsigned 64-bit integer`,
    );
  return isMisaligned(state, address) ? misused(`no page frame begins at ${toHex(address)}`) : null;
}

function freeing(state: Ownership, call: Call, address: bigint, frame: Pfn | null): Expectation {
  const wrong = misusedAddress(state, address, frame);
  if (wrong !== null || frame === null) return wrong ?? GRANTED;
  const owner = state.ownerOf(frame);
  if (!isFreeable(owner)) return misused(`page frame ${frame} may not be freed`, frame, owner);
  if (isShared(state, call, frame)) return misused(sharedText(state, frame), frame, owner);
  return isPart(state, frame, 1n) ? misused(partText(state, frame, 1n), frame, owner) : GRANTED;
}

/** Whether a page frame has references that a free does not take. */
export function isShared(state: Ownership, call: Call, frame: Pfn): boolean {
  if (!isFree(call) || call === 'release' || state.world.profile.freesShared !== 'never') return false;
  return state.referencesTo(frame) > 1;
}

function sharedText(state: Ownership, frame: Pfn): string {
  return `page frame ${frame} has ${state.referencesTo(frame)} references`;
}

function expectRetain(state: Ownership, address: bigint, frame: Pfn | null): Expectation {
  const wrong = misusedAddress(state, address, frame);
  if (wrong !== null || frame === null) return wrong ?? GRANTED;
  const owner = state.ownerOf(frame);
  if (owner !== 'caller') return misused(`page frame ${frame} is not a caller’s`, frame, owner);
  const { mostReferences } = state.world.profile;
  const references = state.referencesTo(frame);
  return mostReferences !== null && references >= mostReferences
    ? refused(`page frame ${frame} has ${references} references, the most that there can be`)
    : GRANTED;
}

/** Whether held page frames are not freed so: not as they were allocated, by a manager that takes runs back whole. */
export function isPart(state: Ownership, base: Pfn, count: bigint): boolean {
  const run = state.heldRun(base);
  if (run === null) return false;
  return state.ownerOf(base) === 'boot' ? count !== 1n : BigInt(run) !== count;
}

function partText(state: Ownership, base: Pfn, count: bigint): string {
  const run = state.heldRun(base) ?? 0;
  const held = run === 0 ? 'within a run or boot memory' : `from a run of ${counted(run, 'page frame')}`;
  return `${count === 1n ? '1 page frame' : `${count} page frames`} from page frame ${base} on, ${held}: runs are freed whole`;
}

function expectFreePages(
  state: Ownership,
  { addresses }: OperationOf<'freePages'>,
  { pfns }: Asked,
): Expectation {
  const seen = addresses.length > 1 ? new Set<Pfn>() : null;
  for (let i = 0; i < addresses.length; i += 1) {
    const frame = pfns[i] ?? null;
    const one = freeing(state, 'freePages', addresses[i] ?? 0n, frame);
    if (one.kind !== 'granted' || frame === null) return one;
    if (seen?.has(frame)) {
      const why = `page frame ${frame} is named twice`;
      return { kind: 'misused', why, frame, owner: state.ownerOf(frame), duplicate: true };
    }
    seen?.add(frame);
  }
  return GRANTED;
}

/** Returns the region of `count` page frames from `base` on, cut off at the end of physical memory. */
function clip(base: Pfn, count: bigint, limit: Pfn): { readonly base: Pfn; readonly count: PageCount } {
  const room = pagesBetween(base, limit);
  return { base, count: count > BigInt(room) ? room : pageCount(Number(count)) };
}

function freeingRegion(state: Ownership, base: Pfn, count: bigint): Expectation {
  const limit = pfnLimit(state.world.config);
  const frame = state.firstFailing(clip(base, count, limit), isFreeable);
  if (frame !== null) return misused(`page frame ${frame} may not be freed`, frame, state.ownerOf(frame));
  if (isPart(state, base, count)) return misused(partText(state, base, count), base, state.ownerOf(base));
  const shared = state.firstShared(clip(base, count, limit));
  if (shared !== null && isShared(state, 'freeRegion', shared))
    return misused(sharedText(state, shared), shared, state.ownerOf(shared));
  return BigInt(base) + count > BigInt(limit) ? misused('the region ends above physical memory') : GRANTED;
}

/**
 * Returns the demanded outcome of `operation` in `state`. O(extents) for a contiguous allocation and a region, O(addresses) for a
 * batch, O(1) otherwise, times the cost of the view.
 */
export function expectation(
  state: Ownership,
  operation: Operation,
  asked: Asked = askedOf(state, operation),
): Expectation {
  switch (operation.call) {
    case 'alloc':
      return expectAlloc(state);
    case 'allocPages':
      return expectAllocPages(state, operation);
    case 'allocBitmap':
    case 'allocWithin':
      return expectRun(state, operation, asked);
    case 'free':
    case 'release':
      return freeing(state, operation.call, operation.address, asked.pfns[0] ?? null);
    case 'retain':
      return expectRetain(state, operation.address, asked.pfns[0] ?? null);
    case 'allocAt':
      return expectAllocAt(state, operation, asked);
    case 'freePages':
      return expectFreePages(state, operation, asked);
    case 'freeRegion':
      return ofRegion(state, operation, asked, freeingRegion);
    case 'addRegion':
      return ofRegion(state, operation, asked, adding);
    case 'removeRegion':
      return ofRegion(state, operation, asked, removing);
    default:
      return GRANTED;
  }
}

/** Returns the reason why the profile of the manager does not define an operation in a state, or null. */
export function leftUndefined(state: Ownership, operation: Operation): string | null {
  const { profile } = state.world;
  const why = beyond(profile, operation);
  if (why !== null) return why;
  if (addsOutside(state, operation)) return 'whether memory can be added beyond the memory map is left open';
  if (freesNoBlock(state, operation)) return 'no block of this size begins there';
  if (!hasUndefined(profile)) return null;
  const expected = expectation(state, operation);
  if (expected === PERHAPS_HELD_BACK && profile.outOfMemory === 'undefined')
    return `what may fail is undefined on this target: ${PERHAPS_HELD_BACK.why}`;
  if (expected.kind === 'refused' && profile.outOfMemory === 'undefined')
    return `what must fail is undefined on this target: ${expected.why}`;
  if (expected.kind !== 'misused') return null;
  const isCaught =
    profile.misuse !== 'undefined' &&
    !misusesOf(state, operation).some((kind) => profile.uncaught.includes(kind));
  return isCaught ? null : `misuse is undefined on this target: ${expected.why}`;
}

/** Whether a call may be made on a page frame of an owner. */
export function mayName(call: Call, owner: Owner): boolean {
  switch (call) {
    case 'allocAt':
    case 'removeRegion':
      return true;
    case 'addRegion':
      return isAbsent(owner);
    case 'retain':
      return owner === 'caller';
    default:
      return isFreeable(owner);
  }
}

/** Returns the kind of misuse that a call of a page frame of an owner is, or null. */
function misuseOf(call: Call, owner: Owner): MisuseKind | null {
  if (mayName(call, owner)) return null;
  if (call === 'addRegion') return 'present';
  return owner === 'pmm' ? 'double-free' : 'foreign';
}

/** Returns the kinds of misuse of an operation that is one, each of them once or more. */
function misusesOf(state: Ownership, operation: Operation): readonly MisuseKind[] {
  // Such an allocation names no page frame: a number is to blame.
  if (isAllocation(operation.call) && operation.call !== 'allocAt') return ['argument'];
  const { pfns } = askedOf(state, operation);
  const kinds: (MisuseKind | null)[] = addressesOf(operation).map((address, i) => {
    const frame = pfns[i] ?? null;
    if (frame === null) return 'argument';
    if (isMisaligned(state, address)) return 'unaligned';
    if (pfns.indexOf(frame) < i) return 'repeated';
    return (
      misuseOf(operation.call, state.ownerOf(frame)) ??
      (isShared(state, operation.call, frame) ? 'shared' : null) ??
      (!namesRegion(operation.call) && isPart(state, frame, 1n) ? 'part' : null)
    );
  });
  // What seems to be freed twice may be kept.
  if (kinds.includes('double-free') && state.unnamed > 0) kinds.push('foreign');
  if ('count' in operation && !isU64(operation.count)) kinds.push('argument');
  else if (operation.call === 'freeRegion') kinds.push(...misusesOfRegion(state, operation, pfns[0] ?? null));
  else if (operation.call === 'addRegion') kinds.push(...misusesOfAdding(state, operation, pfns[0] ?? null));
  return kinds.filter((kind) => kind !== null);
}

function misusesOfAdding(
  state: Ownership,
  { count }: OperationOf<'addRegion'>,
  base: Pfn | null,
): readonly MisuseKind[] {
  if (base === null || !isU64(count)) return [];
  const region = clip(base, count, pfnLimit(state.world.config));
  return state.firstFailing(region, isAbsent) === null ? [] : ['present'];
}

function misusesOfRegion(
  state: Ownership,
  { count }: OperationOf<'freeRegion'>,
  base: Pfn | null,
): readonly (MisuseKind | null)[] {
  if (base === null || !isU64(count)) return [];
  const limit = pfnLimit(state.world.config);
  const region = clip(base, count, limit);
  const has = (kind: MisuseKind): boolean =>
    state.firstFailing(region, (owner) => misuseOf('freeRegion', owner) !== kind) !== null;
  const isWithin = BigInt(base) + count <= BigInt(limit);
  const owned = (['double-free', 'foreign'] as const).filter(
    (kind) => has(kind) || (state.unnamed > 0 && has('double-free')),
  );
  const shared = state.firstShared(region);
  return [
    ...owned,
    shared !== null && isShared(state, 'freeRegion', shared) ? 'shared' : null,
    isWithin ? null : 'argument',
    owned.length === 0 && isPart(state, base, count) ? 'part' : null,
  ];
}
