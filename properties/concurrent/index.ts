/**
 * The door of properties/concurrent/, `frameproof/concurrent`: is a history of several callers linearizable? Explored schedules,
 * real threads, and traces of runs that break a clause.
 */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public Targets for several callers. */
export { loadConcurrentTarget } from './load-concurrent-target.ts';
export { type CallerOptions, type CallerPmm, type ConcurrentTarget, OURS_SHARED } from './target.ts';

/** @public Checks, and their results. */
export { type ConcurrentCheckOptions, type ConcurrentResult, checkConcurrent } from './check-concurrent.ts';
export type { Shape } from './exhaust.ts';
export type { ConcurrentViolation } from './judge-run.ts';
export type { FoundRun } from './sample-schedules.ts';
export { type CheckThreadsOptions, checkThreads, type ThreadsResult } from './threads/check-threads.ts';
export type { ThreadsOptions } from './threads/threads.ts';

/** @public The same for executables, whose callers are threads. */
export { checkNative, type NativeCheckOptions } from './native/check-native.ts';
export { loadNativeTarget, type NativeTarget } from './native/native-runs.ts';
export { replayNative } from './native/shrink-native.ts';

/** @public Counterexamples. */
export {
  type ConcurrentTrace,
  concurrentTraceOf,
  decodeConcurrentTrace,
  replayConcurrent,
  saveConcurrentTrace,
} from './concurrent-trace.ts';
export {
  type DrawnCall,
  type DrawnHistory,
  drawnHistory,
  formatHistory,
  type TimelineOptions,
} from './timeline.ts';

/** @internal For other rooms of this project. May change in any version. */
export { concurrentSides, type ExhaustedShape } from './check-concurrent.ts';
export { isConcurrentTrace } from './concurrent-trace.ts';
export { profileWorld } from './profile-scenario.ts';
export { switchesOf } from './scenario.ts';
