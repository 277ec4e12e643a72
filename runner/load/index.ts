/** The door of runner/load/. */
export { importModule } from './import-module.ts';
export { type GivenClaims, loadInteractiveTarget, loadTarget } from './load-target.ts';
