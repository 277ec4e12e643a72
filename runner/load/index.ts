/** The door of runner/load/. */
export { importModule, loadInteractiveTarget, loadSeveralCallers, loadTarget } from './load-target.ts';
export { runAnew } from './run-anew.ts';
