/** WHY WE BELIEVE IT: arbitrary programs, the judge at work, campaigns, counterexamples, and the suite for vitest. */
export { OutdatedTraceError } from '../spec/index.ts';
export type { Shard } from './campaign/blocks.ts';
export {
  type BlockRunner,
  type CampaignOptions,
  type CountedProgram,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from './campaign/campaign.ts';
export type { SideCounts } from './campaign/clause-counts.ts';
export type { ArgumentKind, EdgeCount } from './campaign/edges.ts';
export { type Claims, clausesOf } from './campaign/reach.ts';
export {
  type CampaignResult,
  type CampaignVerdict,
  FULL_RUN_PROGRAMS,
  type Progress,
  type Shrinking,
} from './campaign/result.ts';
export { SITUATION_NAMES } from './campaign/situations.ts';
export {
  type ConcurrentCheckOptions,
  type ConcurrentResult,
  checkConcurrent,
  concurrentSides,
  type ExhaustedShape,
} from './concurrent/check-concurrent.ts';
export {
  ConcurrentTrace,
  concurrentTraceOf,
  decodeConcurrentTrace,
  isConcurrentTrace,
  replayConcurrent,
  saveConcurrentTrace,
} from './concurrent/concurrent-trace.ts';
export type { Shape } from './concurrent/exhaust.ts';
export type { FoundRun } from './concurrent/explore.ts';
export type { ConcurrentBreach } from './concurrent/judge-run.ts';
export { loadConcurrentTarget } from './concurrent/load-concurrent-target.ts';
export { CONCURRENT_MUTANTS, type ConcurrentMutant } from './concurrent/mutants.ts';
export { type Schedule, switchesOf } from './concurrent/scenario.ts';
export { type CallerOptions, type ConcurrentTarget, OURS_SHARED } from './concurrent/target.ts';
export { checkThreads, type ThreadsResult } from './concurrent/threads/check-threads.ts';
export { threadSeconds } from './concurrent/threads/thread-seconds.ts';
export { formatHistory } from './concurrent/timeline.ts';
export { type CorpusFile, type CorpusVerdict, OWN_CORPUS, replayCorpus } from './corpus/corpus.ts';
export { type DescribeOptions, describePmm } from './describe-pmm.ts';
export {
  Execution,
  type ExecutionOptions,
  execute,
  type JudgedStep,
  type Observer,
  type World,
} from './execution.ts';
export { type Certificate, certify } from './explore/certificate.ts';
export {
  canBeSaved,
  type Exploration,
  type ExploreOptions,
  explore,
  type ModelGraph,
  modelGraph,
} from './explore/explore.ts';
export { exploreUnsaved, type UnsavedExploration } from './explore/explore-unsaved.ts';
export { operationInstances } from './explore/instances.ts';
export { type PlainResult, plainSearch } from './explore/plain-search.ts';
export { promelaOf } from './explore/promela.ts';
export type { Bounds, SearchProgress } from './explore/search.ts';
export { framesOfWorld, type SmallWorldOptions, smallWorld } from './explore/world.ts';
export { EXPORT_FORMS, type ExportForm, exportTrace } from './export/export-trace.ts';
export { type GivenClaims, loadLocalTarget, loadTarget } from './load-target.ts';
export { type JudgedLog, judgeLog, type LogBreach, type LogVerdict } from './log/judge-log.ts';
export { linesOf } from './log/lines.ts';
export { entryLine, headerLine, initLine, type LogEntry, type LogHeader } from './log/log-format.ts';
export { scenarioOfLog } from './log/log-program.ts';
export { type LogReader, readLog } from './log/read-log.ts';
export { type RecordOptions, recordLog } from './log/record.ts';
export { MUTANTS, type Mutant, targetOf } from './mutants/index.ts';
export { readAnswer } from './process/answer.ts';
export { RecordedSession } from './process/recorded-session.ts';
export { type RehearsedProgram, rehearsedPrograms } from './process/rehearsed-programs.ts';
export { headerText, requestOf } from './process/request.ts';
export { openBar } from './progress-bar.ts';
export { median, quantile } from './quantile.ts';
export {
  type Flaky,
  type ReduceOptions,
  type ReduceResult,
  type ReduceVerdict,
  reduce,
  reduceAcross,
} from './reduce/reduce.ts';
export { compareSimplicity } from './reduce/simplicity.ts';
export type { OtherClause } from './reduce/trials.ts';
export { formatCounterexample, formatResponse } from './report/counterexample.ts';
export { type JunitOptions, junitReport } from './report/junit.ts';
export { type VerifiedNames, verifyJunit } from './report/junit-verify.ts';
export { statisticsLine } from './report/statistics.ts';
export { type FoundShard, type MergedRun, mergeShards } from './scale/merge.ts';
export { onThreads } from './scale/on-threads.ts';
export { type ShardFile, writeShard } from './scale/shard-file.ts';
export { runShard, type ShardRun, shardFile } from './scale/shard-run.ts';
export { heldTo, type ReadScenario, readScenario } from './shrink/read-scenario.ts';
export { type ShrinkOptions, type ShrinkResult, shrink } from './shrink/shrink.ts';
export {
  isRemote,
  type LocalTarget,
  OURS,
  profileOf,
  type RemoteTarget,
  release,
  type Target,
  targetFrom,
  worldBeyond,
} from './target.ts';
export {
  decodeTrace,
  readTrace,
  readTraceText,
  saveTrace,
  traceFileName,
} from './trace-file.ts';
export { OBSERVABLES, type Observable, type Sides } from './verify/compare.ts';
export type { Difference } from './verify/difference.ts';
export { openSide, type Side, sidesOf } from './verify/side.ts';
export type { Speed } from './verify/speed-step.ts';
export { STEP_NAMES, type Step } from './verify/step.ts';
export { type VerifyOptions, type VerifyResult, type VerifyVerdict, verify } from './verify/verify.ts';
