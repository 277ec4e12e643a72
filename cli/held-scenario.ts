/** Which policies a saved scenario is judged by when it runs again. */
import { heldTo } from '../counterexamples/corpus/index.ts';
import type { Target } from '../runner/index.ts';
import type { Scenario } from '../spec/index.ts';

/** A scenario from a file, and the target it was found on, where the file says so. */
interface SavedScenario {
  readonly scenario: Scenario;
  readonly target: string | null;
}

/** The target that a scenario was found on is held to all that it was judged by then; another one, to what it promises of that. */
export function scenarioFor(
  { name, policies }: Pick<Target, 'name' | 'policies'>,
  { scenario, target }: SavedScenario,
): Scenario {
  return name === target ? scenario : heldTo(scenario, policies);
}
