/**
 * The door of properties/explore/, `frameproof/explore`: every call sequence of a small world, searched to closure, and certificates
 * that a counterexample is as short as any.
 */

// For users.
export { type Certificate, certify } from './certificate.ts';
export {
  type CheckedClauses,
  canBeSaved,
  type Exploration,
  type ExploreOptions,
  explore,
  type ModelGraph,
  modelGraph,
} from './explore.ts';
export { exploreUnsaved, type UnsavedExploration, type UnsavedOptions } from './explore-unsaved.ts';
export { operationInstances } from './instances.ts';
// For other rooms of this project. May change in any version.
export { plainSearch } from './plain-search.ts';
export { promelaOf } from './promela.ts';
export type { Bounds, SearchProgress } from './search.ts';
export { framesOfWorld, type SmallWorldOptions, smallWorld, type WorldFrames } from './world.ts';
