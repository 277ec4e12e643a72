/** Shard runs: the blocks of one shard of a campaign, each counted separately. */
import { basename, dirname, join } from 'node:path';
import { type CorpusFile, OWN_CORPUS } from '../../../counterexamples/corpus/index.ts';
import { blocksOf, type Shard } from '../campaign/blocks.ts';
import {
  type BlockResult,
  type BlockRunner,
  type CampaignOptions,
  runBlocks,
  sumOf,
} from '../campaign/campaign.ts';
import type { Counts } from '../campaign/counts.ts';
import { claimsOf } from '../campaign/reach.ts';
import { type CampaignResult, resultOf } from '../campaign/result.ts';
import { runIdentity } from './run-identity.ts';
import type { ShardFile, ShrunkFinding } from './shard-file.ts';

/**
 * The result of a shard.
 * @public
 */
export interface ShardRun {
  readonly blocks: readonly Pick<BlockResult, 'index' | 'counts'>[];
  readonly result: CampaignResult;
}

/**
 * Runs a shard of a campaign. It need not meet every situation: only the whole run must.
 * @public
 */
export async function runShard(
  options: CampaignOptions,
  shard: Shard,
  runner?: BlockRunner,
): Promise<ShardRun> {
  const blocks: { index: number; counts: Counts }[] = [];
  const ran = await runBlocks(options, blocksOf(options.programs, shard), runner, (block) => {
    blocks.push({ index: block.index, counts: block.counts });
  });
  const counts = sumOf(blocks.map((block) => block.counts));
  const result = resultOf({ ...options, claims: claimsOf(options.target) }, counts, ran);
  return { blocks, result: ofOneShard(result) };
}

/** Returns a result as that of one shard, which need not meet every situation. */
export function ofOneShard(result: CampaignResult): CampaignResult {
  return result.verdict === 'unreached' ? { ...result, verdict: 'holds', unreached: [] } : result;
}

function isOwn(path: string): boolean {
  return dirname(path) === OWN_CORPUS;
}

/** Returns the path of a trace in a form that does not depend on where this package is installed. */
function portable(path: string): string {
  return isOwn(path) ? join('corpus', basename(path)) : path;
}

/** The content of a shard's file, without the identity of the run and the shard. */
export interface ShardOutcome {
  readonly corpus: readonly CorpusFile[];
  readonly ran: ShardRun;
  readonly findings: readonly ShrunkFinding[];
}

/**
 * Returns the file of a shard.
 * @public
 */
export function shardFile(
  options: CampaignOptions,
  shard: Shard,
  { corpus, ran: { blocks, result }, findings }: ShardOutcome,
): ShardFile {
  return {
    format: 'frameproof/shard',
    version: 1,
    run: runIdentity(options),
    shard,
    seconds: result.seconds,
    corpus: corpus.map(({ path, verdict, reason }) => ({
      path: portable(path),
      isOwn: isOwn(path),
      verdict,
      reason,
    })),
    blocks,
    isCutShort: result.isCutShort,
    findings: findings.map(({ from, ...found }) => ({
      ...found,
      from: from === null ? null : portable(from),
    })),
  };
}
