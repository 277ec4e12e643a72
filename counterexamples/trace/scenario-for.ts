/**
 * The policies that a saved scenario is judged by on a target: one rule, for replaying, shrinking, exporting and the corpus. On
 * the target that it was found on, the recorded policies hold, because they were claimed for that run. On any other target, only
 * those hold that this target promises: one manager's promise is not another's duty.
 */
import type { Target } from '../../runner/index.ts';
import type { Scenario } from '../../spec/index.ts';

/**
 * A scenario, and the name of the target that it was found on; null where that is unknown. A trace is one.
 *
 * @public
 */
export interface RecordedScenario {
  readonly scenario: Scenario;
  readonly target: string | null;
}

/**
 * Returns the scenario with the policies that it is judged by on a target.
 *
 * @public
 */
export function scenarioFor(
  { name, policies }: Pick<Target, 'name' | 'policies'>,
  { scenario, target }: RecordedScenario,
): Scenario {
  if (name === target) return scenario;
  return { ...scenario, policies: scenario.policies.filter((policy) => policies.includes(policy)) };
}
