/** Facts of a judged step, by which situations are told apart: what was asked, what was handed out, who was blamed. */

import { areDistinct, isWhole, type StepFacts } from '../../../runner/lean/index.ts';
import {
  endOf,
  type Owner,
  ownedRegions,
  PAGE_SIZE,
  type PageCount,
  pageCount,
  pfn,
  type Region,
} from '../../../spec/index.ts';

/** Returns the count asked for; 1 if the call has none, or one that is not an unsigned 64-bit integer. */
export function count({ call }: StepFacts): number | bigint {
  return isWhole(call.count) ? call.count : 1;
}

/** Returns the end of the run that a contiguous allocation returned. */
export function runEnd({ base, pages }: StepFacts): number {
  return base + pages;
}

/** Whether a refused request would fit with its limit or its alignment relaxed. */
export function excludedBy(
  { state, fitCount, fitLimit, fitAlignment }: StepFacts,
  relaxed: 'limit' | 'alignment',
): boolean {
  if (fitCount < 0) return false;
  const count: PageCount = pageCount(fitCount);
  const { bitmapLimit } = state.world;
  if (relaxed === 'limit')
    return (
      fitLimit < bitmapLimit &&
      state.lowestFit({ count, limit: bitmapLimit, alignment: fitAlignment }) !== null
    );
  return fitAlignment > 1 && state.lowestFit({ count, limit: pfn(fitLimit), alignment: 1 }) !== null;
}

/** Whether a run starts at the first page frame that `minAddr` leaves. */
export function startsAtMin({ call, base }: StepFacts): boolean {
  return Number(call.minAddr) > (base - 1) * PAGE_SIZE && Number(call.minAddr) <= base * PAGE_SIZE;
}

/** Whether a run that was asked for would fit below `minAddr`. */
export function isFreeBelowMin({ call, state, fitCount, fitLimit, fitAlignment }: StepFacts): boolean {
  const fit = { count: pageCount(Math.max(1, fitCount)), limit: pfn(fitLimit), alignment: fitAlignment };
  const lowest = state.lowestFit(fit);
  return lowest !== null && lowest * PAGE_SIZE < Number(call.minAddr);
}

/** Returns the boundary of a run in page frames; NaN where there is none. */
export function boundaryOf({ call }: StepFacts): number {
  return Math.floor(Number(call.boundary) / PAGE_SIZE) || Number.NaN;
}

/** Whether a batch names a page frame twice; all that is none counts as one. O(n log n), n the addresses: a burst frees thousands. */
export function namesTwice({ call: { frames, named } }: StepFacts): boolean {
  let unmapped = 0;
  for (let i = 0; i < named; i += 1) if ((frames[i] ?? -1) < 0) unmapped += 1;
  return unmapped > 1 || !areDistinct(frames, named);
}

/** Whether the region of a call lies on both sides of the bitmap limit. */
export function straddles(step: StepFacts): boolean {
  const first = step.call.frames[0] ?? -1;
  const limit = step.state.world.bitmapLimit;
  return first >= 0 && first < limit && first + Number(count(step)) > limit;
}

/** Whether a call names a page frame of an owner. */
export function namesOwner({ state, call: { frames, named } }: StepFacts, owner: Owner): boolean {
  for (let i = 0; i < named; i += 1)
    if ((frames[i] ?? -1) >= 0 && state.ownerOf(pfn(frames[i] ?? 0)) === owner) return true;
  return false;
}

/** Returns the owner that a page frame has after init by the map. */
export function ownerInMap({ state }: StepFacts, frame: number): Owner {
  const holds = (region: Region): boolean => frame >= region.base && frame < endOf(region);
  return ownedRegions(state.world.map).find(holds)?.owner ?? 'absent';
}

/** Whether the map lists the page frame that a call names first as RAM. */
export function isRamOfMap(step: StepFacts): boolean {
  return ownerInMap(step, step.call.frames[0] ?? -1) !== 'absent';
}

/** Returns the references to the page frame that a call names first; 0 where nobody holds it. */
export function references({ state, call: { frames, named } }: StepFacts): number {
  const frame = named > 0 ? (frames[0] ?? -1) : -1;
  return frame < 0 ? 0 : state.referencesTo(pfn(frame));
}

/** Whether a call names an address that is not in the higher half. */
export function namesUnmapped({ call: { frames, named } }: StepFacts): boolean {
  for (let i = 0; i < named; i += 1) if (frames[i] === -1) return true;
  return false;
}

/** Whether a call names a page frame beyond the last one of the map. */
export function isBeyondEnd({ state, call: { frames, named } }: StepFacts): boolean {
  const { end } = state.world;
  for (let i = 0; i < named; i += 1) if ((frames[i] ?? -1) >= end) return true;
  return false;
}

/** Whether an alignment in page frames is not a power of two. */
export function isOddAlignment(pfns: number): boolean {
  return !Number.isInteger(Math.log2(pfns));
}

/** Whether a batch was handed out that has a hole of the map inside it. O(pages + extents). */
export function hasJump({ state, frames, pages }: StepFacts): boolean {
  if (pages < 2) return false;
  const steps = (frames[1] ?? 0) - (frames[0] ?? 0);
  if (Math.abs(steps) === 1 && (frames[pages - 1] ?? 0) - (frames[0] ?? 0) === steps * (pages - 1))
    return false;
  let [least, most] = [frames[0] ?? 0, frames[0] ?? 0];
  for (let i = 1; i < pages; i += 1) {
    const frame = frames[i] ?? 0;
    if (frame < least) least = frame;
    else if (frame > most) most = frame;
  }
  const all = { base: pfn(least), count: pageCount(most + 1 - least) };
  return state.firstFailing(all, isRamOwner) !== null;
}

const isRamOwner = (owner: Owner): boolean => owner !== 'absent';
