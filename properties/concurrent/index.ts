/** The door of properties/concurrent/. */
export {
  type ConcurrentResult,
  checkConcurrent,
  concurrentSides,
  type ExhaustedShape,
} from './check-concurrent.ts';
export {
  concurrentTraceOf,
  decodeConcurrentTrace,
  isConcurrentTrace,
  replayConcurrent,
  saveConcurrentTrace,
} from './concurrent-trace.ts';
export type { Shape } from './exhaust.ts';
export type { FoundRun } from './explore.ts';
export { loadConcurrentTarget } from './load-concurrent-target.ts';
export { switchesOf } from './scenario.ts';
export { type CallerOptions, type ConcurrentTarget, OURS_SHARED } from './target.ts';
export { checkThreads } from './threads/check-threads.ts';
export { threadSeconds } from './threads/thread-seconds.ts';
export { formatHistory } from './timeline.ts';
