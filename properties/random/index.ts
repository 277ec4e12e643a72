/** The door of properties/random/. */
export { landmarksOf } from './arbitraries/landmarks.ts';
export { anyWorld } from './arbitraries/worlds.ts';
export type { Shard } from './campaign/blocks.ts';
export {
  type BlockRunner,
  type CampaignOptions,
  type CountedProgram,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from './campaign/campaign.ts';
export { type CampaignResult, FULL_RUN_PROGRAMS, type Progress, type Shrinking } from './campaign/result.ts';
export {
  anyCommand,
  anyProgram,
  type DrawnProgram,
  OperationCommand,
  type ProgramDraw,
  type ProgramParts,
  programsOf,
  USUAL_PARTS,
} from './commands.ts';
export { type Draws, drawsFrom } from './draws.ts';
export { dryRunPrograms, type WorldProgram } from './dry-run-programs.ts';
export {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  runCommands,
  runProperty,
} from './fast-check.ts';
