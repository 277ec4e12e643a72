/**
 * Histories: what callers did at the same time, as data. Each call has its operation, the response that its caller saw, and the
 * times of its invocation and return on one clock. A history is linearizable if the model accepts the responses in some order of
 * the calls that keeps the order of calls that did not overlap.
 *
 * Reading an amount is a separate call: anything may happen between a call and the amounts read after it.
 */
import { type ModelState, step, type Violation } from '../../model/index.ts';
import type { Operation, Response } from '../../spec/index.ts';
import { type Linearization, linearize, type Sequential, type TimedCall } from './linearize.ts';

/** One call of a history. */
export interface HistoryCall extends TimedCall {
  readonly operation: Operation;
  readonly response: Response;
}

/** Returns the model, started in a state, as the sequential specification of a history. */
function explainedBy(start: ModelState): Sequential<ModelState, HistoryCall> {
  const apply = (state: ModelState, { operation, response }: HistoryCall): ModelState | null => {
    const verdict = step(state, operation, response);
    return verdict.accepted ? verdict.state : null;
  };
  if (!start.policies.includes('lifo')) return { start, apply };
  // Each response tells what its call changed, except for the order of the free stack.
  return { start, apply, stateKey: (state) => (state.stackTop(state.freeIn('stack')) ?? []).join(' ') };
}

/** Returns an order that explains a history that begins in a state, or the longest orders that explain a part of it. */
export function explain(
  start: ModelState,
  calls: readonly HistoryCall[],
): Linearization<ModelState, HistoryCall> {
  return linearize(calls, explainedBy(start));
}

/** Returns the violation that keeps a call from being next in a state; null if it can be next. */
export function violationOf(state: ModelState, { operation, response }: HistoryCall): Violation | null {
  const verdict = step(state, operation, response);
  return verdict.accepted ? null : verdict.violation;
}

/** Whether a call gave up waiting for the lock. */
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
