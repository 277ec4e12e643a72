/** The door of runner/load/. */
export { type GivenClaims, importModule, loadInteractiveTarget, loadTarget } from './load-target.ts';
