/** The door of counterexamples/shrink/. */
export { operationKey, Worlds } from './draft.ts';
export { type Flaky, type ShrinkResult, shrink, shrinkAcross } from './shrink.ts';
export { type ShrunkScenario, shrinkScenario } from './shrink-scenario.ts';
export { argumentsCost } from './simplicity.ts';
export { programsOn } from './small-programs.ts';
export { narrowWorldsFor, worldsFor } from './small-worlds.ts';
