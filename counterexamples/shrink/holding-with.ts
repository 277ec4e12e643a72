/**
 * A program with each of several last operations, tried together on one manager: those that change nothing are made one after the other, and where all are
 * answered as they must be, the program holds with each of them. The lean judge does the same (`lean-trials.ts`) on the targets that it knows.
 */
import type { Execution } from '../../runner/index.ts';
import {
  describedCall,
  expectation,
  type Operation,
  type Ownership,
  type Program,
} from '../../spec/index.ts';

/** Whether an operation is about no page frame at all, such as a region of 0. */
function isOfNothing(operation: Operation): boolean {
  if ('addresses' in operation) return operation.addresses.length === 0;
  const { effect } = describedCall(operation.call);
  return (effect === 'batch' || effect === 'region') && 'count' in operation && Number(operation.count) === 0;
}

/** Whether an operation changes nothing where it is answered as it must be: it is to be refused, is misuse, asks for an amount or is of nothing. */
export function changesNothing(state: Ownership, operation: Operation): boolean {
  if (describedCall(operation.call).effect === 'none' || isOfNothing(operation)) return true;
  return expectation(state, operation).kind !== 'granted';
}

/** Runs a whole program. */
type RunProgram = (program: Program) => Execution;

/** Returns of each of these operations, after a program, whether it is answered as it must be: by itself, or among others. */
function answeredRightly(before: Program, lasts: Program, run: RunProgram): readonly boolean[] {
  if (lasts.length === 0) return [];
  const { violation, operations, dangling } = run([...before, ...lasts]);
  const passedOver = new Set(dangling.map(({ at }) => at - before.length));
  if (violation === null && operations.length === before.length + lasts.length)
    return lasts.map((_, place) => !passedOver.has(place));
  if (lasts.length === 1) return [false];
  const at = (violation?.at ?? operations.length - 1) - before.length;
  const part = (from: number, end: number): readonly boolean[] =>
    answeredRightly(before, lasts.slice(from, end), run);
  if (at >= 0 && at < lasts.length - 1) return [...part(0, at), false, ...part(at + 1, lasts.length)];
  // What is written into the page frames of others may show at the end only.
  const middle = Math.floor(lasts.length / 2);
  return [...part(0, middle), ...part(middle, lasts.length)];
}

/**
 * Returns with which of the last operations, by their places, a program is known to hold, or not to run; of none where it breaks a clause without them.
 */
export function holdingWith(before: Program, lasts: Program, run: RunProgram): readonly boolean[] {
  const first = run(before);
  if (first.violation !== null || first.operations.length < before.length) return [];
  if (first.isRefused || first.dangling.length > 0) return lasts.map(() => true);
  const { results, state } = first;
  const together = lasts.filter((last) => {
    const resolved = results.resolve(last);
    return resolved !== null && changesNothing(state, resolved);
  });
  const held = answeredRightly(before, together, run);
  const rightly = new Set(together.filter((_, place) => held[place]));
  return lasts.map((last) => rightly.has(last) || results.resolve(last) === null);
}
