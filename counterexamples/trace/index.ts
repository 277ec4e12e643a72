/** The door of counterexamples/trace/. */
export { formatCounterexample, formatResponse } from './counterexample-text.ts';
export { jsonFilesIn } from './json-folder.ts';
export { scenarioFor } from './scenario-for.ts';
export { decodeTrace, readTrace, readTraceText, saveTrace, writeTrace } from './trace-file.ts';
