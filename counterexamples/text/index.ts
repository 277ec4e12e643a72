/** The text of a counterexample. */
/** The door of counterexamples/trace/. */
export { formatCounterexample, formatResponse } from './counterexample-text.ts';
