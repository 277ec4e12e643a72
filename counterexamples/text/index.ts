/** The door of counterexamples/text/: the text of a counterexample. */
export { formatCounterexample, formatResponse, formatViolation } from './counterexample-text.ts';
