/** Running a scenario: its program on a target, judged. */
import type { Trace } from '../spec/index.ts';
import type { Execution, Observer } from './execution.ts';
import { runWithin } from './limited-execution.ts';
import type { Target } from './target.ts';

/**
 * Runs a scenario on a target to its end or to the first broken clause, and returns the execution. No operation is started
 * after the time `until`, as `performance.now()` has it; the execution has fewer operations than the scenario then.
 */
export function execute(
  target: Target,
  { map, config, policies, operations }: Trace['scenario'],
  observer?: Observer,
  until = Number.POSITIVE_INFINITY,
): Execution {
  const options =
    observer === undefined ? { policies, program: operations } : { policies, observer, program: operations };
  return runWithin({ target, world: { map, config }, options }, operations.length, (execution) => {
    for (const operation of operations)
      if (performance.now() >= until || !execution.perform(operation)) break;
  });
}
