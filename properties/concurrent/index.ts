/**
 * The door of properties/concurrent/, `frameproof/concurrent`: is a history of several callers linearizable? Explored schedules,
 * real threads, and traces of runs that break a clause.
 */

// For users.
// For other rooms of this project. May change in any version.
export {
  type ConcurrentCheckOptions,
  type ConcurrentResult,
  checkConcurrent,
  concurrentSides,
  type ExhaustedShape,
} from './check-concurrent.ts';
export {
  type ConcurrentTrace,
  concurrentTraceOf,
  decodeConcurrentTrace,
  isConcurrentTrace,
  replayConcurrent,
  saveConcurrentTrace,
} from './concurrent-trace.ts';
export type { Shape } from './exhaust.ts';
export type { ConcurrentViolation } from './judge-run.ts';
export { loadConcurrentTarget } from './load-concurrent-target.ts';
export type { FoundRun } from './sample-schedules.ts';
export { switchesOf } from './scenario.ts';
export { type CallerOptions, type CallerPmm, type ConcurrentTarget, OURS_SHARED } from './target.ts';
export { type CheckThreadsOptions, checkThreads, type ThreadsResult } from './threads/check-threads.ts';
export { threadSeconds } from './threads/thread-seconds.ts';
export type { ThreadsOptions } from './threads/threads.ts';
export { formatHistory, type TimelineOptions } from './timeline.ts';
