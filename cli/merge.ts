/** `frameproof merge`: unites the results of all shards of a check into the one that the check would have had undivided. */
import { Command } from 'commander';
import { saveTrace } from '../counterexamples/trace/index.ts';
import { type MergedRun, mergeShards } from '../properties/random/scale/index.ts';
import { counted } from '../spec/index.ts';
import { conclude, type ResultFlags } from './check-result.ts';
import { type CheckedCorpus, corpusOf, corpusReport } from './corpus-report.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import { examples } from './help.ts';
import { htmlOption } from './map-flags.ts';
import { corpusOption, GENERATED, jsonOption, junitOption, TABLES, verboseOption } from './options.ts';
import { savedIn } from './output-file.ts';
import { print } from './print.ts';

interface MergeOptions extends ResultFlags {
  readonly corpus: string;
}

function header({ run, shards }: MergedRun): string {
  const { target, policies, generated, maps, seed } = run;
  const promises = policies.length === 0 ? 'no policy' : policies.join(', ');
  return [
    `target  ${target.name} (promises ${promises})`,
    ...[...(generated ? [GENERATED] : []), ...maps.map(({ name }) => name)].map((name) => `map     ${name}`),
    `seed    ${seed}`,
    `shards  ${shards}`,
    '',
  ].join('\n');
}

/** The corpus that every shard ran, as it is reported. */
function corpusOfRun({ corpus }: MergedRun): CheckedCorpus {
  const [own, users] = [true, false].map((isOwn) =>
    corpus.filter((file) => file.isOwn === isOwn).map((file) => ({ ...file, trace: null })),
  );
  return corpusOf({ own: own ?? [], users: users ?? [], folder: 'the corpus folder' });
}

/** Saves the counterexamples, as an undivided run does. */
function reportsOf({ findings }: MergedRun, { corpus }: MergeOptions): readonly ReportedCounterexample[] {
  return findings.map(({ trace, shrunk, from }) => ({
    trace: shrunk,
    found: trace,
    from,
    shrinking: null,
    flaky: null,
    certificate: null,
    stack: null,
    hint: null,
    path: savedIn(corpus, (folder) => saveTrace(folder, shrunk)),
  }));
}

async function merge(folder: string, options: MergeOptions): Promise<void> {
  const merged = mergeShards(folder);
  const corpus = corpusOfRun(merged);
  if (options.json !== true) print(`${header(merged)}${corpusReport(corpus)}\n`);
  const { run, result, shards } = merged;
  const extra = {
    lines: [`merged: ${counted(shards, 'shard')} of ${folder}; the seconds are the sum over all shards`],
    json: { shards },
  };
  const check = { target: run.target.name, corpus, result, next: null, reports: reportsOf(merged, options) };
  await conclude(check, options, extra);
}

/** Returns the command `frameproof merge`. Its errors are `SpecError`s, thrown. */
export function mergeCommand(): Command {
  return new Command('merge')
    .description('unite the results of all shards of a check into one verdict')
    .argument('<folder>', 'folder with the files that check --shard wrote')
    .addOption(corpusOption('folder to save a counterexample to'))
    .addOption(junitOption())
    .addOption(htmlOption())
    .addOption(jsonOption())
    .addOption(verboseOption(TABLES))
    .addHelpText('after', examples('npx frameproof merge shards'))
    .action(merge);
}
