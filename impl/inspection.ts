/** Inspection: which page frames are free and which are held, as runs in ascending order. For checking, not for hot paths. */
import type { InspectedRun } from '../spec/index.ts';
import type { FreeRun } from './free-stack.ts';
import { firstFree, firstHeld, isHeld } from './held-bits.ts';
import type { Section } from './sections.ts';

/** Yields the runs of one section as its held bits have it. O(words and runs). */
export function* runsOfBits(words: Int32Array, { base, count, first }: Section): Generator<InspectedRun> {
  const end = first + count;
  for (let from = first; from < end; ) {
    const held = isHeld(words, from);
    const until = held ? firstFree(words, from, end) : firstHeld(words, from, end);
    yield { base: base + (from - first), count: until - from, condition: held ? 'held' : 'free' };
    from = until;
  }
}

/** Yields the runs of ascending sections, of which the given ordinals are free and all others held. */
export function* runsOfStack(
  free: readonly FreeRun[],
  sections: readonly Section[],
): Generator<InspectedRun> {
  let k = 0;
  for (const { base, count, first } of sections) {
    const end = first + count;
    const run = (
      from: number,
      until: number,
      condition: InspectedRun['condition'],
    ): readonly InspectedRun[] =>
      from < until ? [{ base: base + (from - first), count: until - from, condition }] : [];
    let from = first;
    for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) {
      yield* run(from, next.first, 'held');
      yield* run(next.first, next.end, 'free');
      from = next.end;
      k += 1;
    }
    yield* run(from, end, 'held');
  }
}
