/** WHAT HAPPENS WHEN one program runs on one target under the judge. */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public Targets: one of your own, one by its name, ours. */
export { factoryTarget } from './factory-target.ts';
export { factoryFrom } from './load/factory-from.ts';
export { loadTarget } from './load/load-target.ts';
export { OURS, RUN_PREFIX } from './ours.ts';
export type {
  BytesACall,
  Claims,
  GivenClaims,
  StartedProgram,
  Target,
  TargetSource,
  TimedProgram,
} from './target.ts';
export { type PmmCalls, wrapPmm } from './wrap-pmm.ts';

/** @public One program under the judge. */
export { Execution, isRefusal, type JudgedStep, type Observer } from './execution.ts';
export { execute, runWithin, withStack } from './limited-execution.ts';
export {
  isTimeOut,
  ofUnknownTime,
  outsideCalls,
  PROGRAM_MS,
  ProgramTime,
  TimeLimitError,
  timeOf,
  within,
} from './time-limit.ts';
export type { Performer } from './performer.ts';
export { Results } from './results.ts';
export type { Scene } from './scene.ts';
export { type World, worldBeyond } from './world.ts';

/** @internal For whatever runs a target's code: the built-in objects. */
export { refuseChanges, rewatchRealm, suspectRealm } from './realm.ts';
export { inspection, leftOutOf } from './execution.ts';

/** @internal For reports: the stack of the error that broke a clause. */
export { isOurs, lookAt, stackOf } from './thrown.ts';

/** @public One program before it runs. */
export { DryRun } from './dry-run.ts';
export type { LeftOut } from './target.ts';

/** @internal For exported tests: what lies behind the addresses of a batch to free. */
export { guardsBehindNamed } from './batch.ts';

/** @internal For searches, which make millions of calls. May change in any version. */
export { errnoAfter, grantedOutcome, omitStacks, restoreStacks } from './call-end.ts';
export { hasOnlyU64 } from './target.ts';
export type { SavableSession } from './savable-session.ts';

/** @internal For targets that are made of others. */
export { ClaimedTarget } from './target.ts';

/** @internal Targets held to own clauses, which users pass as `checks`. */
export { heldTo } from './own-clauses.ts';
