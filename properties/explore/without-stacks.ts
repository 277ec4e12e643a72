/**
 * Stacks of errors, left out. A panic is an answer to a search, which hears millions of them and never looks at a stack; to
 * capture one costs more than the call.
 */

/** Leaves stacks out of all errors of this thread, and returns what puts them back. */
export function withoutStacks(): () => void {
  const { stackTraceLimit } = Error;
  // Where it is no number, nothing is captured at all: a quarter less than capturing no frames.
  Reflect.set(Error, 'stackTraceLimit', undefined);
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
}
