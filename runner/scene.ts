/** Scenes: what operations are drawn in view of. An execution is one, and so is a dry run. */
import type { ModelState } from '../model/index.ts';
import type { Results } from './results.ts';
import type { World } from './world.ts';

/** The state of the judge, and the results that a program has by now. */
export interface Scene {
  readonly world: World;
  readonly state: ModelState;
  readonly results: Results;
}
