/**
 * A batch: the page frame numbers that `allocPages` writes and `freePages` reads, in an array of the caller's. Its order is
 * the order of allocation or of freeing.
 */
import type { Call } from '../spec/index.ts';
import { argumentPanic, lengthPanic } from './misuse.ts';

/** Page frame numbers of a batch. A `Uint32Array` where the map's page frame numbers stay below 2^32. */
export type FrameBatch = Uint32Array | Float64Array;

/** Panics unless an array has `count` entries, each of which can be any page frame number below `end`. */
export function checkBatch(call: Call, frames: FrameBatch, count: number, end: number): void {
  if (count > frames.length) throw lengthPanic(call, count, frames.length);
  if (end <= 2 ** 32 || frames instanceof Float64Array) return;
  throw argumentPanic(call, () => `page frame numbers up to ${end - 1} need a Float64Array`);
}

/** Returns the end of the consecutive page frames, ascending or descending, that begin at an index of a batch. */
export function endOfRun(frames: FrameBatch, from: number, limit: number): number {
  let end = from + 1;
  const step = end < limit ? frames[end] - frames[from] : 0;
  if (step !== 1 && step !== -1) return end;
  while (end < limit && frames[end] - frames[end - 1] === step) end += 1;
  return end;
}
