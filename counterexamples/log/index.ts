/** The door of counterexamples/log/. */
export type { Delivery } from './console/index.ts';
export { type JudgedLog, type JudgeOptions, judgeLog, type LogViolation } from './judge-log.ts';
export { entryLine, headerLine, initLine, type LogEntry, type LogHeader } from './log-format.ts';
export { ProgramWriter } from './log-program.ts';
export { NoLogError } from './read-log.ts';
