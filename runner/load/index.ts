/** The door of runner/load/. */
export {
  claimedProfile,
  importModule,
  isCommonJs,
  isModule,
  loadInteractiveTarget,
  loadSeveralCallers,
  loadTarget,
  promisedPolicies,
} from './load-target.ts';
