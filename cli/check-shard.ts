/** The end of a shard of a check: its result is written to a file, for `frameproof merge`. */
import type { CampaignResult, Shard } from '../properties/random/index.ts';
import { type ShardRun, shardFile, writeShard } from '../properties/random/scale/index.ts';
import type { ExtraResult } from './check-result.ts';
import { campaignOf, type PreparedCheck } from './check-setup.ts';
import type { CheckedCorpus } from './corpus-report.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { commandLine, nextLine } from './next-step.ts';
import { writtenOrSaid } from './output-file.ts';

/** A campaign that has run. The blocks of a shard are kept apart; they are null where there is nothing to keep. */
export interface CampaignRun {
  readonly result: CampaignResult;
  readonly blocks: ShardRun['blocks'] | null;
}

export interface EndedShard {
  readonly shard: Shard;
  readonly corpus: CheckedCorpus;
  /** Null where a trace of the corpus violated a clause, and nothing else was run. */
  readonly ran: CampaignRun | null;
  readonly report: ReportedCounterexample | null;
}

/** Writes the result of a shard, unless it was interrupted. */
export function writeShardResult(
  check: PreparedCheck,
  { shard, corpus, ran, report }: EndedShard,
): ExtraResult | undefined {
  if (ran?.result.verdict === 'interrupted') return undefined;
  const found = corpus.violated?.trace ?? ran?.result.counterexample ?? null;
  const from = corpus.violated?.file ?? null;
  const counterexample = found === null || report === null ? null : { from, found, shrunk: report.trace };
  const file = shardFile(campaignOf(check), shard, { corpus: corpus.files, ran, counterexample });
  const { results } = check.options;
  const path = writtenOrSaid('--results', () => writeShard(results, file));
  if (path === null) return undefined;
  const name = `${shard.index}/${shard.of}`;
  const next = commandLine('merge', results);
  return {
    lines: [`shard ${name}, written to ${path}`, nextLine(next)],
    json: { shard: name, file: path, next },
  };
}
