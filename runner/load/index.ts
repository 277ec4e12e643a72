/** The door of runner/load/. */
export {
  type GivenClaims,
  importModule,
  loadInteractiveTarget,
  loadSeveralCallers,
  loadTarget,
} from './load-target.ts';
