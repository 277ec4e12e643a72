/** The end of a shard of a check: its result is written to a file, for `frameproof merge`. */
import type { Shard } from '../properties/random/index.ts';
import { type ShardRun, shardFile, writeShard } from '../properties/random/scale/index.ts';
import type { ExtraResult } from './check-result.ts';
import { campaignOf, type PreparedCheck } from './check-setup.ts';
import type { CheckedCorpus } from './corpus-report.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { commandLine, nextLine } from './next-step.ts';
import { writtenOrSaid } from './output-file.ts';

export interface EndedShard {
  readonly shard: Shard;
  readonly corpus: CheckedCorpus;
  readonly ran: ShardRun;
  readonly reports: readonly ReportedCounterexample[];
}

/** Writes the result of a shard, unless it was interrupted. */
export function writeShardResult(
  check: PreparedCheck,
  { shard, corpus, ran, reports }: EndedShard,
): ExtraResult | undefined {
  if (ran.result.verdict === 'interrupted') return undefined;
  const findings = ran.result.findings.flatMap((finding, i) => {
    const report = reports[i];
    return report === undefined ? [] : [{ ...finding, shrunk: report.trace }];
  });
  const file = shardFile(campaignOf(check), shard, { corpus: corpus.files, ran, findings });
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
