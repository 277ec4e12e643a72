/**
 * Facts of a judged step, as situations are told apart by them: what was asked, what was handed out, who was to blame.
 */
import {
  addressesOf,
  type FitRequest,
  fitRequest,
  frameAt,
  frameEnd,
  isU64,
  type Operation,
  type Owner,
  PAGE_BYTES,
  pageCount,
  pfn,
} from '../../spec/index.ts';
import type { JudgedStep } from '../execution.ts';

/** Returns the kind of outcome. */
export function kind({ response }: JudgedStep): string {
  return response.outcome.kind;
}

/** Returns the owner that a panic names, or null. */
export function panicOwner({ response: { outcome } }: JudgedStep): string | null {
  return outcome.kind === 'panicked' ? outcome.owner : null;
}

/** Returns the first page frame handed out, or null. */
export function base({ before, response: { outcome } }: JudgedStep): number | null {
  const address =
    outcome.kind === 'addresses'
      ? outcome.addresses[0]
      : outcome.kind === 'address'
        ? outcome.address
        : undefined;
  return address === undefined ? null : frameAt(before.world.config, address);
}

/** Returns the count asked for; 1 where the call has none. */
export function count(operation: Operation): bigint {
  return 'count' in operation && isU64(operation.count) ? operation.count : 1n;
}

/** The end of the run that a contiguous allocation returned, or null where it returned none. */
export function runEnd(step: JudgedStep): number | null {
  const start = step.operation.call === 'allocBitmap' ? base(step) : null;
  return start === null ? null : start + Number(count(step.operation));
}

/** What a contiguous allocation that was refused or granted asked for, after rounding. */
export function asked({ before, operation }: JudgedStep): FitRequest | null {
  if (operation.call !== 'allocBitmap') return null;
  const { count, maxAddr, alignment } = operation;
  if (!isU64(count) || !isU64(maxAddr) || !isU64(alignment)) return null;
  return fitRequest(before, { count, maxAddr, alignment });
}

/** Whether a refused request would fit with its limit or its alignment relaxed. */
export function excludedBy(step: JudgedStep, relaxed: 'limit' | 'alignment'): boolean {
  const request = kind(step) === 'failed' ? asked(step) : null;
  if (request === null) return false;
  const easier =
    relaxed === 'limit' ? { ...request, limit: step.before.world.bitmapLimit } : { ...request, alignment: 1 };
  return step.before.lowestFit(easier) !== null;
}

/** Whether a batch was refused that names a page frame twice. */
export function isDuplicate({ before, operation, response: { outcome } }: JudgedStep): boolean {
  if (operation.call !== 'freePages' || outcome.kind !== 'panicked') return false;
  const frames = addressesOf(operation).map((a) => frameAt(before.world.config, a));
  return new Set(frames).size < frames.length;
}

/** Whether the region of a call lies on both sides of the bitmap limit. */
export function straddles({ before, operation }: JudgedStep): boolean {
  if (operation.call !== 'freeRegion') return false;
  const first = isU64(operation.address) ? frameAt(before.world.config, operation.address) : null;
  const limit = before.world.bitmapLimit;
  return first !== null && first < limit && first + Number(count(operation)) > limit;
}

/** Whether a call names a page frame of an owner. */
export function namesOwner({ before, operation }: JudgedStep, owner: Owner): boolean {
  return addressesOf(operation).some((address) => {
    const frame = isU64(address) ? frameAt(before.world.config, address) : null;
    return frame !== null && before.ownerOf(frame) === owner;
  });
}

/** Whether a call names an address that is not in the higher half. */
export function namesUnmapped({ before, operation }: JudgedStep): boolean {
  return addressesOf(operation).some((a) => isU64(a) && frameAt(before.world.config, a) === null);
}

/** Whether a call names a page frame beyond the last one of the map. */
export function isBeyondEnd({ before, operation }: JudgedStep): boolean {
  const end = frameEnd(before.world.map);
  return addressesOf(operation).some((address) => {
    const frame = isU64(address) ? frameAt(before.world.config, address) : null;
    return frame !== null && frame >= end;
  });
}

/** Whether a call names an address inside a page frame. */
export function isUnaligned({ operation }: JudgedStep): boolean {
  return addressesOf(operation).some((address) => address % PAGE_BYTES !== 0n);
}

/** Whether the count is no unsigned 64-bit integer. */
export function badCount({ operation }: JudgedStep): boolean {
  return 'count' in operation && !isU64(operation.count);
}

/** Whether an alignment in page frames is no power of two. */
export function isOddAlignment(frames: number): boolean {
  return !Number.isInteger(Math.log2(frames));
}

/** Whether the alignment made a granted request pass over a lower run. */
export function skipsLower(step: JudgedStep): boolean {
  const request = asked(step);
  if (kind(step) !== 'address' || request === null || request.alignment === 1) return false;
  const lower = step.before.lowestFit({ ...request, alignment: 1 });
  return lower !== null && lower !== base(step);
}

/** Whether a batch was handed out that has a hole of the map inside it. */
export function hasJump({ before, response: { outcome } }: JudgedStep): boolean {
  if (outcome.kind !== 'addresses') return false;
  const frames = outcome.addresses.map((a) => frameAt(before.world.config, a) ?? 0).sort((a, b) => a - b);
  return frames.some((frame, i) => {
    const next = frames[i + 1];
    return (
      next !== undefined &&
      before.firstFailing({ base: pfn(frame), count: pageCount(next - frame) }, (o) => o !== 'absent') !==
        null
    );
  });
}
