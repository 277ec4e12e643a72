/**
 * Batches as their callers see them: the array that a call writes addresses to, and what its return value says. Behind the entries that
 * there is room for lie guards, so that a write beyond them is detected.
 *
 *     allocPages(a, 2)   [ a[0] a[1] | guard guard ]   a success writes the first two, a failure none
 *     allocPages(a, 3)   [ a[0] a[1] a[2] ]            an array that is just long enough is one
 *     freePages(a, 3)    [ a[0] a[1] a[2] | guard guard ]   which are not to be freed
 */
import type { Outcome } from '../spec/index.ts';
import { FAILED, malformed } from './call-end.ts';
import { described } from './thrown.ts';

/** Guard entries at the end. */
export const GUARDS = 2;

/** Returns how many guards a module's array for `room` page frames has: none at 3, 6, 9, so that one who wants more room than it fills is found. */
export function guardsBehind(room: number): number {
  return room > 0 && room % 3 === 0 ? 0 : GUARDS;
}

/** Returns how many guards lie behind `named` addresses to free: some at 0, 3, 6, so that one who frees all of the array is found. */
export function guardsBehindNamed(named: number): number {
  return named % 3 === 0 ? GUARDS : 0;
}

/** A request up to this size gets an array for all of it even if it must be refused: a wrong manager may grant it. */
const WHOLE_ARRAY = 4096;
/** Entries that are looked at for a larger request, which must be refused: enough to detect a write. */
const SHORT_ARRAY = 16;

/**
 * Returns how many entries of the array for a request are looked at: all of it if `free` page frames suffice, or what is free if it can be
 * granted in part.
 */
export function roomFor(count: number | bigint, free: number, isPartial: boolean): number {
  const most = Math.max(free, WHOLE_ARRAY);
  const isCount = count >= 0 && (typeof count === 'bigint' || Number.isInteger(count));
  return isCount && (count <= most || isPartial) ? Math.min(Number(count), most) : SHORT_ARRAY;
}

/** An array that a request is refused in has no more entries than this: whoever writes more has run for a second. */
const LONGEST_ROLLED_BACK = 2 ** 20;

/** Returns how many entries a call may write, with `free` page frames, before it finds that its request must be refused. */
export function writtenBeforeRefusal(count: number | bigint, free: number): number {
  return Math.min(Number(count), free, LONGEST_ROLLED_BACK);
}

/** Returns how many page frames a batch was granted by what its call returned; null where it was refused, or returned anything else. */
export function grantedIn(value: unknown, room: number, isPartial: boolean): number | null {
  if (!isPartial) return value === true ? room : null;
  const isNumber = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= room;
  return isNumber && (value > 0 || room === 0) ? value : null;
}

/** Returns the outcome of a batch that was not granted, by what its call returned. */
export function ungranted(value: unknown, room: number, isPartial: boolean): Outcome {
  if (value === (isPartial ? 0 : false)) return FAILED;
  if (!isPartial) return malformed(`it returned ${described(value)}, not a boolean`);
  if (typeof value === 'number' && value > room && Number.isInteger(value))
    return malformed(`it returned ${value}, and its array has room for ${room} addresses`);
  return malformed(`it returned ${described(value)}, not a number of page frames`);
}
