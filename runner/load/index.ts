/** The door of runner/load/. */
export {
  importModule,
  isModule,
  loadInteractiveTarget,
  loadSeveralCallers,
  loadTarget,
} from './load-target.ts';
