/** WHAT HAPPENS WHEN one program runs on one target under the judge. */
export { Rehearsal } from './dry-run.ts';
export { Execution, execute, type JudgedStep, type Observer } from './execution.ts';
export { type GivenClaims, loadLocalTarget, loadTarget } from './load/load-target.ts';
export type { Performer } from './performer.ts';
export { median, quantile } from './quantile.ts';
export { Results } from './results.ts';
export type { Scene } from './scene.ts';
export { call, passed, Session } from './session.ts';
export { SimulatedMemory } from './simulated-memory.ts';
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
export type { World } from './world.ts';
export { type PmmCalls, wrapPmm } from './wrap-pmm.ts';
