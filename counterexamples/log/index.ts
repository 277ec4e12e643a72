/** The door of counterexamples/log/. */
export type { Delivery } from './console/index.ts';
export { type JudgedLog, type JudgeOptions, judgeLog } from './judge-log.ts';
export {
  entryLine,
  headerLine,
  initLine,
  type LogEntry,
  type LogHeader,
  type LogViolation,
} from './log-format.ts';
export { NoLogError } from './read-log.ts';
