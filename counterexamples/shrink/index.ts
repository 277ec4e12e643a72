/** The door of counterexamples/shrink/. */
export { operationKey, ScenarioBuilder } from './draft.ts';
export { type ReadScenario, readScenario } from './read-scenario.ts';
export { doubtLines, isReproduced, otherRun, settled, sharesState } from './settled.ts';
export {
  type Flaky,
  type Shrinkable,
  type ShrinkOptions,
  type ShrinkResult,
  shrink,
  shrinkAcross,
} from './shrink.ts';
export { argumentsCost } from './simplicity.ts';
export { programsOn } from './small-programs.ts';
export { narrowWorldsFor, worldsFor } from './small-worlds.ts';
