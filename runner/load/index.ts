/** The door of runner/load/. */
export { type GivenClaims, loadLocalTarget, loadTarget } from './load-target.ts';
