/** The door of runner/load/. */
export { type GivenClaims, loadInteractiveTarget, loadTarget } from './load-target.ts';
