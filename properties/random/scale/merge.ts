/** Merging: the files of all shards of a run become the result of the run, as if it had not been divided. */
import { isDeepStrictEqual } from 'node:util';
import { jsonFilesIn } from '../../../spec/files/index.ts';
import { SpecError } from '../../../spec/index.ts';
import { type Block, blocksOf, type Shard } from '../campaign/blocks.ts';
import { sumOf } from '../campaign/campaign.ts';
import { byGravity } from '../campaign/finding.ts';
import { type CampaignResult, resultOf } from '../campaign/result.ts';
import { RunIdentity } from './run-identity.ts';
import { readShard, type ShardFile, type ShrunkFinding } from './shard-file.ts';
import { ofOneShard } from './shard-run.ts';

/** A shard's file and its path. */
export interface FoundShard {
  readonly path: string;
  readonly file: ShardFile;
}

/**
 * The result of all shards of a run together.
 * @public
 */
export interface MergedRun extends Pick<ShardFile, 'corpus'> {
  readonly run: RunIdentity;
  readonly shards: number;
  readonly result: CampaignResult;
  /** The findings of the result, shrunk. */
  readonly findings: readonly ShrunkFinding[];
}

function named({ index, of }: Shard): string {
  return `shard ${index}/${of}`;
}

/** Fields of a run's identity, as text that can be compared and shown. */
function fieldsOf(run: RunIdentity): readonly (readonly [name: string, value: string])[] {
  return Object.entries(RunIdentity.encode(run)).map(([name, value]) => [name, JSON.stringify(value)]);
}

function refuseForeign(first: FoundShard, other: FoundShard): void {
  const expected = new Map(fieldsOf(first.file.run));
  const differing = fieldsOf(other.file.run).find(([name, value]) => value !== expected.get(name));
  const of = `expected a shard of the run of ${first.path}`;
  if (differing !== undefined) {
    const [name, found] = differing;
    throw new SpecError(`${other.path}: ${of}, with ${name} ${expected.get(name)}, found ${found}`);
  }
  if (other.file.shard.of !== first.file.shard.of)
    throw new SpecError(
      `${other.path}: ${of}, one of ${first.file.shard.of} shards, found ${named(other.file.shard)}`,
    );
  if (!isDeepStrictEqual(other.file.corpus, first.file.corpus))
    throw new SpecError(`${other.path}: ${of}, with the same corpus, found another one`);
}

/** Returns the blocks that a shard must have counted: all of its blocks, or the ones up to where it was cut short. */
function dueBlocks({ run, shard, blocks, isCutShort }: ShardFile): readonly Block[] {
  const all = [...blocksOf(run.programs, shard)];
  return isCutShort ? all.slice(0, blocks.length) : all;
}

function refusePartial({ path, file }: FoundShard): void {
  const { shard, blocks, isCutShort } = file;
  const due = dueBlocks(file);
  const missing = due.find(({ index }, k) => blocks[k]?.index !== index);
  if (missing !== undefined)
    throw new SpecError(`${path}: expected block ${missing.index} of ${named(shard)}, found none`);
  if (blocks.length > due.length)
    throw new SpecError(`${path}: expected ${due.length} blocks of ${named(shard)}, found ${blocks.length}`);
  // In the block that a shard was cut short in, the last programs were not run.
  const whole = isCutShort ? due.slice(0, -1) : due;
  const short = whole.find(({ programs }, k) => blocks[k]?.counts.programs !== programs);
  if (short !== undefined)
    throw new SpecError(
      `${path}: expected ${short.programs} programs in block ${short.index}, found another number`,
    );
}

/** Throws `SpecError` unless these are all the shards of one run, each once. */
function refuseIncomplete(folder: string, shards: readonly FoundShard[]): void {
  const [first] = shards;
  if (first === undefined)
    throw new SpecError(`${folder}: expected the files of all shards of a run, found none`);
  const byIndex = new Map<number, string>();
  for (const each of shards) {
    refuseForeign(first, each);
    const { index } = each.file.shard;
    const known = byIndex.get(index);
    if (known !== undefined)
      throw new SpecError(
        `${each.path}: expected each shard once, found ${named(each.file.shard)} in ${known} too`,
      );
    byIndex.set(index, each.path);
    refusePartial(each);
  }
  refuseMissing(folder, first.file.shard.of, byIndex);
}

/** How many missing shards a message names. */
const MOST_NAMED = 8;

function refuseMissing(folder: string, of: number, byIndex: ReadonlyMap<number, string>): void {
  const missing: string[] = [];
  for (let index = 0; index < of && missing.length < MOST_NAMED; index += 1)
    if (!byIndex.has(index)) missing.push(`${index}/${of}`);
  if (missing.length === 0) return;
  const more = of - byIndex.size > missing.length ? ', …' : '';
  throw new SpecError(`${folder}: expected all ${of} shards, missing ${missing.join(', ')}${more}`);
}

/** Returns the findings of all shards in the order of the run: from the corpus, then from its first block on. */
function findingsOf(files: readonly ShardFile[]): readonly ShrunkFinding[] {
  return files.flatMap(({ findings }) => findings).toSorted((a, b) => (a.block ?? -1) - (b.block ?? -1));
}

/** Returns the result of the undivided run, with the time that all shards took. */
function resultOfAll(
  files: readonly ShardFile[],
  { policies, claims, seed, generated }: RunIdentity,
  findings: readonly ShrunkFinding[],
): CampaignResult {
  const blocks = files.flatMap((file) => file.blocks).toSorted((a, b) => a.index - b.index);
  const counts = sumOf(blocks.map((block) => block.counts));
  const seconds = files.reduce((sum, file) => sum + file.seconds, 0);
  const isCutShort = files.some((file) => file.isCutShort);
  const asked = { claims: { ...claims, policies }, seed, generated };
  const found = findings.map(({ shrunk: _, ...finding }) => finding);
  return resultOf(asked, counts, {
    seconds,
    stopped: false,
    isCutShort,
    peakKib: 0,
    bytesACall: null,
    findings: found,
  });
}

function merged(files: readonly ShardFile[], { run, corpus }: ShardFile): MergedRun {
  const findings = byGravity(findingsOf(files));
  return { run, shards: files.length, corpus, result: resultOfAll(files, run, findings), findings };
}

/**
 * Returns the result of one shard, read from its file. Throws `SpecError` if it is not a shard's file.
 * @public
 */
export function readShardRun(path: string): MergedRun {
  const file = readShard(path);
  const run = merged([file], file);
  return { ...run, result: ofOneShard(run.result) };
}

/**
 * Merges the files of a folder. Throws `SpecError` if one is not a shard's file, belongs to another run or occurs twice, or if one is
 * missing.
 * @public
 */
export function mergeShards(folder: string): MergedRun {
  const paths = jsonFilesIn(folder, "shards' files");
  if (paths === null) throw new SpecError(`${folder}: expected a folder of shards' files: there is none`);
  const shards = paths.map((path): FoundShard => ({ path, file: readShard(path) }));
  refuseIncomplete(folder, shards);
  const files = shards.map(({ file }) => file);
  const [first] = files;
  if (first === undefined) throw new Error('a complete run has a shard');
  return merged(files, first);
}
