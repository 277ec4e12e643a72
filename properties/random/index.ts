/** The door of properties/random/: campaigns of random programs. Users take the public part of it through `frameproof/properties`. */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public Campaigns. */
export {
  type CampaignOptions,
  type CountedProgram,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from './campaign/campaign.ts';
export { type Counts, type Furthest, REACHED, type Reached } from './campaign/counts.ts';
export type { EdgeCount } from './campaign/edges.ts';
export type { Finding } from './campaign/finding.ts';
export {
  type CampaignResult,
  type CampaignVerdict,
  FULL_RUN_PROGRAMS,
  type Progress,
} from './campaign/result.ts';

/** @public Own generators: the parts of a program, and the arbitraries that they are made of. */
export {
  anyCommand,
  anyProgram,
  type CommandContext,
  type DrawnProgram,
  type Favourites,
  OperationCommand,
  type ProgramDraw,
  type ProgramParts,
  type ProgramRun,
  programsOf,
  USUAL_PARTS,
  usualParts,
} from './commands.ts';
export { type Repertoire, repertoire } from './arbitraries/operations.ts';
export type { Bursts } from './arbitraries/bursts.ts';
export type { Sizes } from './arbitraries/sizes.ts';
export { anyWorld, anyWorldOf } from './arbitraries/worlds.ts';
export {
  type Arbitrary,
  array,
  type Command,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  tuple,
} from './fast-check.ts';

/** @public A part of a campaign, and how its blocks are run. */
export type { Shard } from './campaign/blocks.ts';
export type { BlockRunner } from './campaign/campaign.ts';

/** @internal For other rooms of this project. May change in any version. */
export { landmarksOf } from './arbitraries/prospect.ts';
export { type Draws, drawsFrom } from './draws.ts';
export { runCommands, runProperty } from './fast-check.ts';
