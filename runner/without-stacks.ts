/**
 * Errors without stacks. A panic is an answer, heard by the million and never traced; to capture its stack costs more than
 * the call that it answers.
 */

/** With no number here the engine does not look at the stack at all; with 0 it does, which takes a quarter longer. */
const STACKS: { stackTraceLimit?: number | undefined } = Error;

/** Leaves stacks out of all errors of this thread. Returns what {@link restoreStacks} takes. */
export function omitStacks(): number | undefined {
  const { stackTraceLimit } = STACKS;
  STACKS.stackTraceLimit = undefined;
  return stackTraceLimit;
}

/** Captures stacks again, as many frames of each as before. */
export function restoreStacks(limit: number | undefined): void {
  STACKS.stackTraceLimit = limit;
}
