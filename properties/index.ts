/** WHY WE BELIEVE IT: arbitrary programs, the judge at work, campaigns, counterexamples, and the suite for vitest. */
export {
  type CampaignOptions,
  type CampaignResult,
  type CampaignVerdict,
  clausesOf,
  DEFAULT_OPERATIONS,
  FULL_RUN_PROGRAMS,
  type NamedWorld,
  type Progress,
  runCampaign,
} from './campaign/campaign.ts';
export type { SideCounts } from './campaign/clause-counts.ts';
export type { ArgumentKind, EdgeCount } from './campaign/edges.ts';
export { SITUATION_NAMES } from './campaign/situations.ts';
export { type DescribeOptions, describePmm } from './describe-pmm.ts';
export {
  Execution,
  type ExecutionOptions,
  execute,
  type JudgedStep,
  type Observer,
  type World,
} from './execution.ts';
export { loadTarget } from './load-target.ts';
export { MUTANTS, type Mutant, targetOf } from './mutants/index.ts';
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
export { OURS, type Target, targetFrom } from './target.ts';
export { decodeTrace, OutdatedTraceError, readTrace, saveTrace, traceFileName } from './trace-file.ts';
