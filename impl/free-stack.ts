/**
 * Free stack: the free page frames of the stack zone in the order in which they will be allocated, as runs.
 *
 * An entry is (first ordinal, length). Pushing the ordinal that follows the top run extends it, popping takes the run's
 * last one, so the order is exactly that of single pages:
 *
 *     push 7 8 9 4 5     ┌─────────┐ ┌─────────┐     pop → 5, 4, 9, 8, 7
 *                        │ 7, 3    │ │ 4, 2    │
 *                        └─────────┘ └─────────┘ top
 *
 * A run of any length is pushed in O(1); memory grows with fragmentation only: at worst one entry a page frame.
 */
import { DEPTH_AT, ENTRY_WORDS } from './layout.ts';

/** Pushes the ordinals [first, first + count), ascending. The caller has made room for one more entry. */
export function pushRun(words: Int32Array, at: number, first: number, count: number): void {
  const depth = words[DEPTH_AT] >>> 0;
  const top = at + (depth - 1) * ENTRY_WORDS;
  if (depth > 0 && (words[top] >>> 0) + (words[top + 1] >>> 0) === first) {
    words[top + 1] += count;
    return;
  }
  words[top + ENTRY_WORDS] = first;
  words[top + ENTRY_WORDS + 1] = count;
  words[DEPTH_AT] = depth + 1;
}

/** Pops one ordinal. The stack is not empty. */
export function pop(words: Int32Array, at: number): number {
  const depth = words[DEPTH_AT] >>> 0;
  const top = at + (depth - 1) * ENTRY_WORDS;
  const left = (words[top + 1] >>> 0) - 1;
  words[top + 1] = left;
  if (left === 0) words[DEPTH_AT] = depth - 1;
  return (words[top] >>> 0) + left;
}
