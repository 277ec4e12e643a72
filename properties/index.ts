/**
 * HOW WE LOOK. The door `frameproof/properties`: campaigns of random programs, own generators and own clauses. Exhaustive search,
 * concurrent runs, comparisons, recorded runs and the suite for vitest are `frameproof/explore`, `/concurrent`, `/verify`, `/log` and
 * `/vitest`.
 */
// biome-ignore-all assist/source/organizeImports: in groups, by what they are for.

/** @public Campaigns. */
export {
  type CampaignOptions,
  type CampaignResult,
  type CampaignVerdict,
  type CountedProgram,
  type Counts,
  DEFAULT_OPERATIONS,
  type EdgeCount,
  type Finding,
  type Furthest,
  FULL_RUN_PROGRAMS,
  type NamedWorld,
  type Progress,
  type Reached,
  runCampaign,
} from './random/index.ts';

/** @public The suite for test runners of any kind. */
export { type CheckPmmOptions, checkPmm, type PmmSource } from './check-pmm.ts';

/** @public Own generators: the parts of a program, and the arbitraries that they are made of. */
export {
  type Arbitrary,
  anyCommand,
  anyProgram,
  anyWorld,
  anyWorldOf,
  array,
  type Command,
  type CommandContext,
  constant,
  constantFrom,
  type DrawnProgram,
  integer,
  nat,
  OperationCommand,
  oneof,
  type ProgramDraw,
  type ProgramParts,
  type ProgramRun,
  programsOf,
  type Repertoire,
  record,
  repertoire,
  tuple,
  USUAL_PARTS,
  usualParts,
} from './random/index.ts';

/** @public Own clauses: the `checks` of a campaign. */
export { blame, type OwnClause } from '../spec/index.ts';

/** @public Campaigns on several threads or machines. */
export type { BlockRunner, Shard } from './random/index.ts';
export {
  type MergedRun,
  mergeShards,
  onThreads,
  runShard,
  type ShardRun,
  shardFile,
  writeShard,
} from './random/scale/index.ts';
