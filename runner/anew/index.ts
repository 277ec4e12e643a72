/** The door of runner/anew/. */
export { runAnew } from './run-anew.ts';
