/** The door of runner/load/. */
export {
  importModule,
  isCommonJs,
  isModule,
  loadInteractiveTarget,
  loadSeveralCallers,
  loadTarget,
  promisedPolicies,
} from './load-target.ts';
