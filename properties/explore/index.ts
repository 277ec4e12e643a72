/** The door of properties/explore/. */
export { type Certificate, certify } from './certificate.ts';
export { canBeSaved, type Exploration, explore, modelGraph } from './explore.ts';
export { exploreUnsaved, type UnsavedExploration } from './explore-unsaved.ts';
export { operationInstances } from './instances.ts';
export { plainSearch } from './plain-search.ts';
export { promelaOf } from './promela.ts';
export type { Bounds, SearchProgress } from './search.ts';
export { framesOfWorld, smallWorld } from './world.ts';
