/**
 * The door of properties/explore/, `frameproof/explore`: every call sequence of a small world, searched to closure, and certificates
 * that a counterexample is as short as any.
 */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public Small worlds, and their operations. */
export { operationInstances } from './instances.ts';
export { framesOfWorld, type SmallWorldOptions, smallWorld, type WorldFrames } from './world.ts';

/** @public Searches of a target. */
export {
  type CheckedClauses,
  howSaved,
  type Exploration,
  type ExploreOptions,
  explore,
} from './explore.ts';
export { exploreUnsaved, type UnsavedExploration, type UnsavedOptions } from './explore-unsaved.ts';
export type { Bounds, SearchProgress } from './search.ts';
export type { StateGraph, StateTree } from './state-graph.ts';

/** @public The model without a target, counted or as Promela. */
export { type ModelGraph, modelGraph } from './explore.ts';
export { promelaOf } from './promela.ts';

/** @public Certificates. */
export { type Certificate, certify } from './certificate.ts';

/** @internal For other rooms of this project. May change in any version. */
export { referencesOf } from './model-states.ts';
export { rowOf, stackIn, stateKey } from './state-graph.ts';
