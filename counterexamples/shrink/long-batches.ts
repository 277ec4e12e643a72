/**
 * Long batches: a batch costs memory for each of its page frames, however it is written. In a large world, a program may ask for 2^40 page
 * frames, which must be refused; with a lower count, a draft of it would be granted 2^31 at once, and fill the memory of this process.
 */
import type { Execution, Target } from '../../runner/index.ts';
import { isAllocation, ownerAfterInit, type Profile } from '../../spec/index.ts';
import { type Draft, endOfDescriptor } from './draft.ts';

/** Page frames of the longest batch that campaigns draw, and that every draft may be granted. */
const USUAL = 2 ** 16 + 1;

/** Returns the most page frames that a draft of a run's program may be granted at once. */
export function longestBatch({ operations, results }: Execution): number {
  const calls = operations.filter(({ call }) => isAllocation(call));
  return calls.reduce(
    (most, { call }, result) => (call === 'allocPages' ? Math.max(most, results.pagesOf(result)) : most),
    USUAL,
  );
}

/** Returns how many page frames a draft has for batches, where all are free. */
function pagesForBatches({ descriptors, limit }: Draft, { singlePages }: Profile): number {
  const from = singlePages === 'stack-zone' ? limit : 0;
  return descriptors
    .filter(({ type }) => ['pmm', 'boot'].includes(ownerAfterInit(type)))
    .reduce((sum, d) => sum + Math.max(0, endOfDescriptor(d) - Math.max(d.base, from)), 0);
}

/** Whether a batch of the draft may be granted more than `most` page frames. */
export function mayExceed(draft: Draft, most = USUAL, { profile }: Target): boolean {
  const pages = pagesForBatches(draft, profile);
  if (pages <= most) return false;
  return draft.operations.some(
    (operation) =>
      operation.call === 'allocPages' &&
      operation.count > most &&
      (operation.count <= pages || profile.batches === 'partial'),
  );
}
