/**
 * Expectations: whether an operation must succeed, fail or panic in a state. "Succeeds exactly when" is decided here
 * and nowhere else; the completeness and ownership clauses compare the response with it.
 */
import { frameAt } from './config.ts';
import type { Argument, Operation, OperationOf } from './operation.ts';
import { isFreeable, type Owner } from './owner.ts';
import type { FitRequest, Ownership } from './ownership.ts';
import {
  PAGE_BYTES,
  type PageCount,
  PFN_LIMIT,
  type Pfn,
  pageCount,
  pagesBetween,
  pfn,
  U64_MAX,
} from './units.ts';

/** What must happen. `misused` names the page frame to blame, where one is. */
export type Expectation =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'misused';
      readonly why: string;
      readonly frame: Pfn | null;
      readonly owner: Owner | null;
      /** Whether page frames are named twice, rather than one that may not be freed. */
      readonly duplicate: boolean;
    };

const GRANTED: Expectation = { kind: 'granted' };

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
  return bad === undefined ? null : misused(`${bad[0]} ${bad[1]} is no unsigned 64-bit integer`);
}

/** Returns what a contiguous allocation asks for after rounding, or null where it can fit nowhere by its numbers alone. */
export function fitRequest(
  state: Ownership,
  {
    count,
    maxAddr,
    alignment,
  }: { readonly count: bigint; readonly maxAddr: bigint; readonly alignment: bigint },
): FitRequest | null {
  const { bitmapLimit } = state.world;
  const maxFrame = maxAddr / PAGE_BYTES;
  const limit = maxFrame < BigInt(bitmapLimit) ? pfn(Number(maxFrame)) : bitmapLimit;
  if (count === 0n || count > BigInt(limit)) return null;
  const alignmentFrames = alignment <= PAGE_BYTES ? 1n : (alignment + PAGE_BYTES - 1n) / PAGE_BYTES;
  // Beyond the largest page frame number every alignment is alike: only address 0 is a multiple of it.
  const alignmentCapped = alignmentFrames > BigInt(PFN_LIMIT) ? PFN_LIMIT : Number(alignmentFrames);
  return { count: pageCount(Number(count)), limit, alignment: alignmentCapped };
}

function expectAlloc(state: Ownership): Expectation {
  return state.freeIn('stack') > 0 ? GRANTED : refused('the stack zone has no free page frame');
}

function expectAllocPages(state: Ownership, { count }: OperationOf<'allocPages'>): Expectation {
  if (!isU64(count)) return badArgument({ count }) ?? GRANTED;
  const free = state.freeIn('stack');
  return count <= BigInt(free)
    ? GRANTED
    : refused(`the stack zone has ${free} free page frames, ${count} were asked`);
}

function expectAllocBitmap(state: Ownership, operation: OperationOf<'allocBitmap'>): Expectation {
  const { count, maxAddr, alignment } = operation;
  if (!isU64(count) || !isU64(maxAddr) || !isU64(alignment))
    return badArgument({ count, maxAddr, alignment }) ?? GRANTED;
  if (count === 0n) return refused('a run of 0 page frames is none');
  const request = fitRequest(state, { count, maxAddr, alignment });
  const fits = request !== null && state.lowestFit(request) !== null;
  return fits ? GRANTED : refused('no run of free page frames fits');
}

function freeing(state: Ownership, address: bigint): Expectation {
  if (!isU64(address)) return misused(`address ${address} is no unsigned 64-bit integer`);
  const frame = frameAt(state.world.config, address);
  if (frame === null) return misused('the address is not in the higher half');
  const owner = state.ownerOf(frame);
  return isFreeable(owner) ? GRANTED : misused(`page frame ${frame} may not be freed`, frame, owner);
}

function expectFreePages(state: Ownership, { addresses }: OperationOf<'freePages'>): Expectation {
  const seen = new Set<Pfn>();
  for (const address of addresses) {
    const one = freeing(state, address);
    if (one.kind !== 'granted') return one;
    const frame = frameAt(state.world.config, address);
    if (frame === null) continue;
    if (seen.has(frame)) {
      const why = `page frame ${frame} is named twice`;
      return { kind: 'misused', why, frame, owner: state.ownerOf(frame), duplicate: true };
    }
    seen.add(frame);
  }
  return GRANTED;
}

/** Returns the page frames from `base` on that a count covers, cut off at the end of physical memory. */
function clip(base: Pfn, count: bigint): { readonly base: Pfn; readonly count: PageCount } {
  const room = pagesBetween(base, pfn(PFN_LIMIT));
  return { base, count: count > BigInt(room) ? room : pageCount(Number(count)) };
}

function expectFreeRegion(state: Ownership, { address, count }: OperationOf<'freeRegion'>): Expectation {
  if (!isU64(address) || !isU64(count)) return badArgument({ address, count }) ?? GRANTED;
  if (count === 0n) return GRANTED;
  const base = frameAt(state.world.config, address);
  if (base === null) return misused('the address is not in the higher half');
  const frame = state.firstFailing(clip(base, count), isFreeable);
  if (frame !== null) return misused(`page frame ${frame} may not be freed`, frame, state.ownerOf(frame));
  return BigInt(base) + count > BigInt(PFN_LIMIT) ? misused('the region ends above 2^52') : GRANTED;
}

/**
 * Returns what must happen when `operation` is called in `state`. O(extents) for a contiguous allocation and a region,
 * O(addresses) for a batch, O(1) otherwise, times the view's own cost.
 */
export function expectation(state: Ownership, operation: Operation): Expectation {
  switch (operation.call) {
    case 'alloc':
      return expectAlloc(state);
    case 'allocPages':
      return expectAllocPages(state, operation);
    case 'allocBitmap':
      return expectAllocBitmap(state, operation);
    case 'free':
      return freeing(state, operation.address);
    case 'freePages':
      return expectFreePages(state, operation);
    case 'freeRegion':
      return expectFreeRegion(state, operation);
    default:
      return GRANTED;
  }
}
