/** Facts of a judged step, by which situations are told apart: what was asked, what was handed out, who was blamed. */

import type { JudgedStep } from '../../../runner/index.ts';
import {
  type Argument,
  addressesOf,
  endOf,
  isPageAligned,
  isU64,
  type Operation,
  type Owner,
  type Pfn,
  pagesBetween,
} from '../../../spec/index.ts';

/** Returns the owner that a panic names, or null. */
export function panicOwner({ response: { outcome } }: JudgedStep): string | null {
  return outcome.kind === 'panicked' ? outcome.owner : null;
}

/** Returns the first page frame handed out, or null. */
export function base({ granted }: JudgedStep): Pfn | null {
  return granted?.pfns[0] ?? null;
}

/** Returns the argument that is a count, or null if the call has none. */
export function countOf(operation: Operation): Argument | null {
  switch (operation.call) {
    case 'allocPages':
    case 'allocBitmap':
    case 'freeRegion':
      return operation.count;
    default:
      return null;
  }
}

/** Returns the count asked for; 1 if the call has none. */
export function count(operation: Operation): bigint {
  const asked = countOf(operation);
  return asked !== null && isU64(asked) ? asked : 1n;
}

/** Returns the end of the run that a contiguous allocation returned, or null if it returned none. */
export function runEnd({ asked, granted }: JudgedStep): Pfn | null {
  const run = asked.call === 'allocBitmap' ? granted?.runs[0] : undefined;
  return run === undefined ? null : endOf(run);
}

/** Whether a refused request would fit with its limit or its alignment relaxed. */
export function excludedBy({ before, asked: { fit } }: JudgedStep, relaxed: 'limit' | 'alignment'): boolean {
  if (fit === null) return false;
  const { count, limit, alignment } = fit;
  const { bitmapLimit } = before.world;
  if (relaxed === 'limit')
    return limit < bitmapLimit && before.lowestFit({ count, limit: bitmapLimit, alignment }) !== null;
  return alignment > 1 && before.lowestFit({ count, limit, alignment: 1 }) !== null;
}

/** Whether a batch names a page frame twice. */
export function namesTwice({ asked: { pfns } }: JudgedStep): boolean {
  return new Set(pfns).size < pfns.length;
}

/** Whether the region of a call lies on both sides of the bitmap limit. */
export function straddles({ before, operation, asked }: JudgedStep): boolean {
  const [first] = asked.pfns;
  const limit = before.world.bitmapLimit;
  return first != null && first < limit && first + Number(count(operation)) > limit;
}

/** Whether a call names a page frame of an owner. */
export function namesOwner({ before, asked: { pfns } }: JudgedStep, owner: Owner): boolean {
  return pfns.some((frame) => frame !== null && before.ownerOf(frame) === owner);
}

/** Whether a call names an address that is not in the higher half. */
export function namesUnmapped({ operation, asked: { pfns } }: JudgedStep): boolean {
  return pfns.includes(null) && addressesOf(operation).some((a, i) => isU64(a) && pfns[i] === null);
}

/** Whether a call names a page frame beyond the last one of the map. */
export function isBeyondEnd({ before, asked: { pfns } }: JudgedStep): boolean {
  const { end } = before.world;
  return pfns.some((frame) => frame !== null && frame >= end);
}

/** Whether a call names an address inside a page frame. */
export function isUnaligned({ operation }: JudgedStep): boolean {
  return addressesOf(operation).some((address) => !isPageAligned(address));
}

/** Whether the count is not an unsigned 64-bit integer. */
export function badCount({ operation }: JudgedStep): boolean {
  const asked = countOf(operation);
  return asked !== null && !isU64(asked);
}

/** Whether an alignment in page frames is not a power of two. */
export function isOddAlignment(pfns: number): boolean {
  return !Number.isInteger(Math.log2(pfns));
}

/** Whether the alignment made a granted request pass over a lower run. */
export function skipsLower(step: JudgedStep): boolean {
  const { fit } = step.asked;
  if (fit === null || fit.alignment === 1) return false;
  const lower = step.before.lowestFit({ count: fit.count, limit: fit.limit, alignment: 1 });
  return lower !== null && lower !== base(step);
}

/** Whether a batch was handed out that has a hole of the map inside it. */
export function hasJump({ before, granted }: JudgedStep): boolean {
  const runs = granted?.runs ?? [];
  if (runs.length < 2) return false;
  const ascending = runs.toSorted((a, b) => a.base - b.base);
  return ascending.some((run, i) => {
    const [end, next] = [endOf(run), ascending[i + 1]?.base];
    if (next === undefined) return false;
    return before.firstFailing({ base: end, count: pagesBetween(end, next) }, (o) => o !== 'absent') !== null;
  });
}
