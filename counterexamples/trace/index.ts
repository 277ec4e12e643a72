export { type Moment, momentsOf } from './moments.ts';
export { profileFor, type RecordedScenario, scenarioFor, scenarioWithin } from './scenario-for.ts';
export { decodeTrace, readTrace, readTraceText, saveTrace, writeTrace } from './trace-file.ts';
