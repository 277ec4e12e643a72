/**
 * The free stack of a manager that promises `lifo`: which page frame `alloc` must hand out next. A persistent list of
 * runs, top first; a run is popped from its last page frame down, which is the order of page frames pushed ascending.
 */

import { type Pfn, pfn } from '../spec/index.ts';

/** The top run [base, base + count), count > 0, and what lies below it; null where the stack is empty. */
export type FreeStack = { readonly base: number; readonly count: number; readonly below: FreeStack } | null;

/** Returns the stack with [base, base + count) pushed in ascending order. O(1). */
export function push(stack: FreeStack, base: number, count: number): FreeStack {
  if (count === 0) return stack;
  if (stack !== null && stack.base + stack.count === base)
    return { base: stack.base, count: stack.count + count, below: stack.below };
  return { base, count, below: stack };
}

/** Returns the stack without its top `count` page frames; it has as many. O(runs popped). */
export function pop(stack: FreeStack, count: number): FreeStack {
  let rest = stack;
  let left = count;
  while (rest !== null && left > 0) {
    if (rest.count > left) return { base: rest.base, count: rest.count - left, below: rest.below };
    left -= rest.count;
    rest = rest.below;
  }
  return rest;
}

/** Returns the stack without the page frames of [base, end), wherever they lie. O(runs). */
export function without(stack: FreeStack, base: number, end: number): FreeStack {
  const runs: NonNullable<FreeStack>[] = [];
  for (let run = stack; run !== null; run = run.below) runs.push(run);
  return runs.reduceRight<FreeStack>((below, run) => {
    const lower = push(below, run.base, Math.max(0, Math.min(run.count, base - run.base)));
    const from = Math.max(run.base, end);
    return push(lower, from, Math.max(0, run.base + run.count - from));
  }, null);
}

/** Returns the top `count` page frames in the order in which they are popped, or all where there are fewer. O(count). */
export function top(stack: FreeStack, count: number): readonly Pfn[] {
  const frames: Pfn[] = [];
  for (let run = stack; run !== null && frames.length < count; run = run.below) {
    const last = Math.max(0, run.count - (count - frames.length));
    for (let i = run.count - 1; i >= last; i -= 1) frames.push(pfn(run.base + i));
  }
  return frames;
}
