/** `frameproof merge`: unites the results of all shards of a check into the one that the check would have had undivided. */
import { Command } from 'commander';
import type { CorpusFile } from '../counterexamples/corpus/index.ts';
import { type MergedRun, mergeShards } from '../properties/random/index.ts';
import { conclude, type Shown } from './check-result.ts';
import { type CheckedCorpus, corpusOf, corpusReport } from './corpus-report.ts';
import { type KeptCounterexample, savedCounterexample } from './counterexample.ts';

interface MergeOptions extends Shown {
  readonly corpus: string;
}

function header({ run, shards }: MergedRun): string {
  const { target, policies, generated, maps, seed } = run;
  const promises = policies.length === 0 ? 'no policy' : policies.join(', ');
  return [
    `target  ${target.name} (promises ${promises})`,
    ...[...(generated ? ['generated'] : []), ...maps.map(({ name }) => name)].map(
      (name) => `map     ${name}`,
    ),
    `seed    ${seed}`,
    `shards  ${shards}`,
    '',
  ].join('\n');
}

/** The corpus that every shard ran, as it is reported. */
function corpusOfRun({ corpus, counterexample }: MergedRun): CheckedCorpus {
  const traceOf = (path: string) => (path === counterexample?.from ? counterexample.found : null);
  const [own, users] = [true, false].map((isOwn) =>
    corpus
      .filter((file) => file.isOwn === isOwn)
      .map(({ path, verdict, reason }): CorpusFile => ({ path, verdict, reason, trace: traceOf(path) })),
  );
  return corpusOf({ own: own ?? [], users: users ?? [], folder: 'the corpus folder' });
}

/** Saves the counterexample, where there is one, as an undivided run does. */
function keep({ counterexample }: MergedRun, { corpus }: MergeOptions): KeptCounterexample | null {
  if (counterexample === null) return null;
  const { found, shrunk } = counterexample;
  const foundOperations = found.scenario.operations.length;
  return savedCounterexample(
    { trace: shrunk, foundOperations, shrinking: null, flaky: null, slippedTo: null },
    { saveTo: corpus, flag: '--corpus' },
  );
}

function merge(folder: string, options: MergeOptions): void {
  const merged = mergeShards(folder);
  const corpus = corpusOfRun(merged);
  if (options.json !== true) process.stdout.write(`${header(merged)}${corpusReport(corpus)}\n`);
  const { run, result, shards } = merged;
  const remark = {
    line: `merged: ${shards} shards of ${folder}; the seconds are those of all shards together`,
    json: { shards },
  };
  conclude({ target: run.target.name, corpus, result, kept: keep(merged, options) }, options, remark);
}

/** Returns the command `frameproof merge`. Its errors are `SpecError`s, thrown. */
export function mergeCommand(): Command {
  return new Command('merge')
    .description('unite the results of all shards of a check into one verdict')
    .argument('<folder>', 'folder with the files that check --shard wrote')
    .option('--corpus <folder>', 'folder where a counterexample is saved', 'counterexamples')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--json', 'print the result as JSON')
    .action(merge);
}
