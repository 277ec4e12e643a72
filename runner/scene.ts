/** Scenes: the state in which an operation is drawn. An execution is a scene, and so is a dry run. */
import type { ModelState } from '../model/index.ts';
import type { Results } from './results.ts';
import type { World } from './world.ts';

/**
 * The state of the judge, and the results of the program so far.
 * @public
 */
export interface Scene {
  readonly world: World;
  readonly state: ModelState;
  readonly results: Results;
}
