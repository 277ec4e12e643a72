/**
 * The claims that a saved scenario is judged by on a target: one rule, for replaying, shrinking and exporting. On the target that
 * it was found on, the recorded policies and profile hold, because they were claimed for that run. Any other target is held to its
 * own profile, and to those of the policies that it promises: one manager's promise is not another's duty.
 */
import type { Target } from '../../runner/index.ts';
import { type Profile, pageCount, pfnEnd, pfnOf, regionOf, type Scenario } from '../../spec/index.ts';

/**
 * A scenario, and the name of the target that it was found on; null where that is unknown. A trace is one.
 *
 * @public
 */
export interface RecordedScenario {
  readonly scenario: Scenario;
  readonly target: string | null;
  /** The profile that it was judged by; undefined where that is unknown. */
  readonly profile?: Profile | undefined;
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

/**
 * Returns a scenario whose memory map ends where the memory of a target does: a log may be of a larger machine.
 *
 * @public
 */
export function scenarioWithin(scenario: Scenario, { memoryBelow }: Profile): Scenario {
  const { map } = scenario;
  const end = pfnOf(memoryBelow);
  if (pfnEnd(map) <= end) return scenario;
  const descriptors = map.descriptors.map((descriptor) => {
    const { base, count } = regionOf(descriptor);
    return { ...descriptor, pages: pageCount(Math.max(0, Math.min(count, end - base))) };
  });
  return { ...scenario, map: { ...map, descriptors: descriptors.filter(({ pages }) => pages > 0) } };
}

/**
 * Returns the profile to load the target of this name with, so that it is judged as the record was; undefined for its own. Where
 * the record names no target, as a log does, the target is taken to be the one that was recorded.
 *
 * @public
 */
export function profileFor(name: string, { target, profile }: RecordedScenario): Profile | undefined {
  return target === null || target === name ? profile : undefined;
}
