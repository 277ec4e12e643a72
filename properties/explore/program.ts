/** Programs of a search: operations with absolute addresses become a program that refers to earlier results. */

import { Names } from '../../counterexamples/names/index.ts';
import { runWithin, type Target, type World } from '../../runner/index.ts';
import type { Operation, Policy, Trace } from '../../spec/index.ts';

/** Runs operations on a target from init, as a program that refers to results, and returns its trace. */
export function traceOf(
  target: Target,
  world: World,
  policies: readonly Policy[],
  operations: readonly Operation[],
): Trace {
  const execution = runWithin({ target, world, options: { policies } }, operations.length, (started) => {
    const names = new Names(world);
    for (const operation of operations) {
      if (!started.perform(names.named(operation))) break;
      const response = started.responses.at(-1);
      if (response !== undefined) names.note(operation, response);
    }
  });
  return execution.trace();
}
