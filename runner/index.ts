/** WHAT HAPPENS WHEN one program runs on one target under the judge. */

/** For the searches of this project: one call at a time, with nothing judged. */
export { CallEnd } from './call-end.ts';
/** @public A program drawn before it runs. */
export { DryRun } from './dry-run.ts';
/** @public One program on one target under the judge. */
export { Execution, execute, type JudgedStep, type Observer } from './execution.ts';
/** @public Targets: one of your own, one by its name, ours. */
export { factoryTarget } from './factory-target.ts';
export { factoryFrom } from './load/factory-from.ts';
export { type GivenClaims, loadTarget } from './load/load-target.ts';
export { OURS } from './ours.ts';
export { performCall } from './perform-call.ts';
export type { Performer } from './performer.ts';
export { median, quantile } from './quantile.ts';
export { Results } from './results.ts';
export type { SavableSession, Seen } from './savable-session.ts';
export type { Scene } from './scene.ts';
export { SimulatedMemory } from './simulated-memory.ts';
export type { Claims, LeftOut, StartedProgram, Target, TargetSource, TimedProgram } from './target.ts';
export { omitStacks, restoreStacks } from './without-stacks.ts';
export { type World, worldBeyond } from './world.ts';
export { type PmmCalls, wrapPmm } from './wrap-pmm.ts';
