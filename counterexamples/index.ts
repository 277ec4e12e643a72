/** WHAT IS LEFT when a program fails: trace files, logs, the corpus, shrinking, exported tests. Every name here is public. */
export {
  type CorpusFile,
  type CorpusVerdict,
  OWN_CORPUS,
  type ReadCorpus,
  readCorpus,
  replayCorpus,
} from './corpus/corpus.ts';
export { EXPORT_FORMS, type ExportForm, exportTrace } from './export/export-trace.ts';
export type { Delivery } from './log/console/index.ts';
export {
  type JudgedLog,
  type JudgeOptions,
  judgeLog,
  type LogVerdict,
} from './log/judge-log.ts';
export {
  entryLine,
  headerLine,
  initLine,
  type LogEntry,
  type LogHeader,
  type LogViolation,
} from './log/log-format.ts';
export { LogWindow } from './log/program/index.ts';
export { type ReadScenario, readScenario } from './shrink/read-scenario.ts';
export {
  type Flaky,
  type Shrinkable,
  type ShrinkOptions,
  type ShrinkResult,
  type ShrinkVerdict,
  shrink,
  shrinkAcross,
} from './shrink/shrink.ts';
export type { Origin } from './shrink/starting-point.ts';
export type { OtherClause, Simpler } from './shrink/trials.ts';
export { formatCounterexample, formatResponse } from './text/counterexample-text.ts';
export { type Demand, type Moment, momentsOf } from './trace/moments.ts';
export { profileFor, type RecordedScenario, scenarioFor, scenarioWithin } from './trace/scenario-for.ts';
export { decodeTrace, readTrace, saveTrace, writeTrace } from './trace/trace-file.ts';
