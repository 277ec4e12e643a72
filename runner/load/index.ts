/** The door of runner/load/. */
export {
  importModule,
  isCommonJs,
  isModule,
  loadInteractiveTarget,
  loadSeveralCallers,
  loadTarget,
} from './load-target.ts';
