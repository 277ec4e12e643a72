/**
 * Errors without stacks. A panic is an answer, and nobody reads its stack; to capture the stack costs more than the call itself.
 */

/** Without a number here V8 does not walk the stack. With 0 it still does, which takes a quarter longer. */
const STACKS: { stackTraceLimit?: number | undefined } = Error;

/** Omits stacks from all errors of this thread. Returns the limit for {@link restoreStacks}. */
export function omitStacks(): number | undefined {
  const { stackTraceLimit } = STACKS;
  STACKS.stackTraceLimit = undefined;
  return stackTraceLimit;
}

/** Captures stacks again, up to the limit that {@link omitStacks} returned. */
export function restoreStacks(limit: number | undefined): void {
  STACKS.stackTraceLimit = limit;
}
