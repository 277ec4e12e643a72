/**
 * Histories: what callers did at the same time, as data. Each call has its operation, the response that its caller saw, and
 * when it was invoked and returned, on one clock. A history is linearizable where the model accepts the responses in some
 * order that keeps calls apart which did not overlap.
 *
 * Amounts that a caller reads are calls of their own: between a call and the amounts after it anything may happen.
 */
import { type ModelState, step, type Violation } from '../../model/index.ts';
import type { Operation, Response } from '../../spec/index.ts';
import { type Linearization, linearize, type Sequential, type TimedCall } from './linearize.ts';

/** One call of a history. */
export interface HistoryCall extends TimedCall {
  readonly operation: Operation;
  readonly response: Response;
}

/** Returns the model as what explains a history that begins in a state. */
function explainedBy(start: ModelState): Sequential<ModelState, HistoryCall> {
  const apply = (state: ModelState, { operation, response }: HistoryCall): ModelState | null => {
    const verdict = step(state, operation, response);
    return verdict.accepted ? verdict.state : null;
  };
  if (!start.policies.includes('lifo')) return { start, apply };
  // What each call changed is in its response, but for the order of the free stack.
  return { start, apply, stateKey: (state) => (state.stackTop(state.freeIn('stack')) ?? []).join(' ') };
}

/** Whether some order explains a history that begins in a state, and which, or how far the longest orders go. */
export function explain(
  start: ModelState,
  calls: readonly HistoryCall[],
): Linearization<ModelState, HistoryCall> {
  return linearize(calls, explainedBy(start));
}

/** Returns why a call cannot be next in a state; null where it can. */
export function violationOf(state: ModelState, { operation, response }: HistoryCall): Violation | null {
  const verdict = step(state, operation, response);
  return verdict.accepted ? null : verdict.violation;
}

/** Whether a call could not be made for want of the lock. */
export function isLockedOut({ response: { outcome } }: HistoryCall): boolean {
  return outcome.kind === 'malformed' && outcome.message.startsWith('it threw LockPanic');
}

/** Returns how many calls overlap some call of another caller. O(calls log calls). */
export function overlapping(calls: readonly TimedCall[]): number {
  const ascending = calls.toSorted((a, b) => a.invoked - b.invoked);
  const overlaps = new Set<TimedCall>();
  let longest: TimedCall | undefined;
  for (const call of ascending) {
    if (longest !== undefined && call.invoked < longest.returned) overlaps.add(call).add(longest);
    if (longest === undefined || call.returned > longest.returned) longest = call;
  }
  return overlaps.size;
}
