/**
 * Merging: the files of all shards of a run become the result of the run, as if it had not been divided. An undivided run ends at the
 * first block that fails, so later blocks of the shards are left out.
 */
import { isDeepStrictEqual } from 'node:util';
import { jsonFilesIn } from '../../../counterexamples/trace/index.ts';
import { SpecError } from '../../../spec/index.ts';
import { type Block, blocksOf, type Shard } from '../campaign/blocks.ts';
import { noCounts } from '../campaign/campaign.ts';
import { addCounts } from '../campaign/counts.ts';
import { type CampaignResult, resultOf } from '../campaign/result.ts';
import { RunIdentity } from './run-identity.ts';
import { readShard, type ShardFile } from './shard-file.ts';

/** A shard's file and its path. */
export interface FoundShard {
  readonly path: string;
  readonly file: ShardFile;
}

/**
 * The result of all shards of a run together.
 * @public
 */
export interface MergedRun extends Pick<ShardFile, 'corpus' | 'counterexample'> {
  readonly run: RunIdentity;
  readonly shards: number;
  /** Null if a trace of the corpus ended the run before its first program. */
  readonly result: CampaignResult | null;
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

/** Returns the blocks that a shard must have counted: all of its blocks, or the ones up to its failure. */
function dueBlocks({ run, shard, blocks, counterexample }: ShardFile): readonly Block[] {
  if (counterexample !== null && counterexample.from !== null) return [];
  const all = [...blocksOf(run.programs, shard)];
  return counterexample === null ? all : all.slice(0, Math.max(1, blocks.length));
}

function refusePartial({ path, file }: FoundShard): void {
  const { shard, blocks, counterexample } = file;
  const due = dueBlocks(file);
  const missing = due.find(({ index }, k) => blocks[k]?.index !== index);
  if (missing !== undefined)
    throw new SpecError(`${path}: expected block ${missing.index} of ${named(shard)}, found none`);
  if (blocks.length > due.length)
    throw new SpecError(`${path}: expected ${due.length} blocks of ${named(shard)}, found ${blocks.length}`);
  // In the block that failed, the programs after the failing one were not run.
  const whole = counterexample === null ? due : due.slice(0, -1);
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

/** Returns the shard with the first block that fails, or null if none fails. */
function firstFailing(files: readonly ShardFile[]): ShardFile | null {
  const lastOf = ({ blocks }: ShardFile): number => blocks.at(-1)?.index ?? -1;
  const failing = files.filter(({ counterexample }) => counterexample !== null);
  return failing.toSorted((a, b) => lastOf(a) - lastOf(b))[0] ?? null;
}

/** Returns the result of the undivided run, with the time that all shards took. */
function resultOfAll(
  files: readonly ShardFile[],
  run: RunIdentity,
  failing: ShardFile | null,
): CampaignResult {
  const end = failing?.blocks.at(-1)?.index ?? Number.POSITIVE_INFINITY;
  const counts = files
    .flatMap(({ blocks }) => blocks)
    .filter(({ index }) => index <= end)
    .toSorted((a, b) => a.index - b.index)
    .reduce((sum, block) => addCounts(sum, block.counts), noCounts());
  const seconds = files.reduce((sum, file) => sum + file.seconds, 0);
  const found = failing?.counterexample?.found;
  const failure = found === undefined ? null : { counterexample: found, shrinking: null };
  const { policies, claims, seed, generated } = run;
  const asked = { claims: { ...claims, policies }, seed, generated };
  return resultOf(asked, counts, { seconds, stopped: false, peakKib: 0, failure });
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
  const { run, corpus } = first;
  const failing = firstFailing(files);
  const counterexample = failing?.counterexample ?? null;
  const isOfCorpus = counterexample !== null && counterexample.from !== null;
  const result = isOfCorpus ? null : resultOfAll(files, run, failing);
  return { run, shards: files.length, corpus, result, counterexample };
}
