/** `frameproof check`: runs random programs on a target, or one shard of them, and ends with a verdict. */
import { Command, Option } from 'commander';
import {
  type CampaignResult,
  DEFAULT_OPERATIONS,
  runCampaign,
  runShard,
  type Shard,
  type ShardRun,
  type Shrinking,
  shardFile,
  writeShard,
} from '../properties/random/index.ts';
import { OURS } from '../runner/index.ts';
import { DEFAULT_BITMAP_MAX_ADDR, SpecError, type Trace, toHex } from '../spec/index.ts';
import { type ConcurrentOptions, refuseMixed, runConcurrent } from './check-concurrent.ts';
import { conclude, type Remark } from './check-result.ts';
import {
  type CheckOptions,
  campaignOf,
  DEFAULT_PROGRAMS,
  GENERATED,
  header,
  type Run,
  runnerOf,
  runOf,
  withProgress,
} from './check-setup.ts';
import { type CheckedCorpus, checkCorpus, corpusReport } from './corpus-report.ts';
import {
  budgetOption,
  certified,
  type KeptCounterexample,
  keepCounterexample,
  shrunkCounterexample,
} from './counterexample.ts';
import {
  pageAddress,
  policyList,
  profileOption,
  programMsOption,
  repeated,
  seconds,
  shard,
  wholeNumber,
  workers,
} from './options.ts';

/** Shrinks a counterexample. An undivided run saves it in the corpus; of shards, `merge` does. */
function keep({ target, options }: Run, found: Trace, shrinking: Shrinking | null): KeptCounterexample {
  const { corpus, budget, shard } = options;
  return shard === undefined
    ? keepCounterexample(target, found, { saveTo: corpus, flag: '--corpus', budget, byFastCheck: shrinking })
    : shrunkCounterexample(target, found, { budget, byFastCheck: shrinking });
}

/** Of a shard its blocks are kept apart; null where there is nothing to keep. */
interface Ran {
  readonly result: CampaignResult;
  readonly blocks: ShardRun['blocks'] | null;
}

async function campaign(run: Run, signal: AbortSignal): Promise<Ran> {
  const { options } = run;
  return withProgress(run, signal, async (asked) => {
    if (options.shard !== undefined) return runShard(asked, options.shard, runnerOf(options));
    return { result: await runCampaign(asked, runnerOf(options)), blocks: null };
  });
}

/** What a shard leaves for `merge`, where it was not interrupted. */
interface Leaving {
  readonly shard: Shard;
  readonly corpus: CheckedCorpus;
  readonly ran: Ran | null;
  readonly kept: KeptCounterexample | null;
}

function leave(run: Run, { shard, corpus, ran, kept }: Leaving): Remark | undefined {
  if (ran?.result.verdict === 'interrupted') return undefined;
  const found = corpus.broken?.trace ?? ran?.result.counterexample ?? null;
  const from = corpus.broken?.file ?? null;
  const counterexample = found === null || kept === null ? null : { from, found, shrunk: kept.trace };
  const file = shardFile(campaignOf(run), shard, { corpus: corpus.files, ran, counterexample });
  const path = writeShard(run.options.results, file);
  const name = `${shard.index}/${shard.of}`;
  return { line: `shard ${name}, written to ${path}`, json: { shard: name, file: path } };
}

function refuse({ shard, seed, jobs, stats }: CheckOptions): void {
  if (shard !== undefined && seed === undefined)
    throw new SpecError('--shard: expected --seed too: shards of one run have the same');
  if (stats !== undefined && jobs > 1)
    throw new SpecError('--stats: expected --jobs 1: only programs of this thread are written down');
}

async function check(options: CheckOptions & ConcurrentOptions, command: Command): Promise<void> {
  refuseMixed(options.concurrent === true, (name) => command.getOptionValueSource(name) === 'cli');
  if (options.concurrent === true) return runConcurrent(options);
  refuse(options);
  const run = await runOf(options);
  const { target } = run;
  // Ctrl-C asks for what was done so far; a second one ends the process at once.
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const corpus = checkCorpus(target, options.corpus);
  if (options.json !== true) process.stdout.write(`${header(run)}${corpusReport(corpus)}\n`);
  const ran = corpus.broken === null ? await campaign(run, interrupt.signal) : null;
  const found = corpus.broken?.trace ?? ran?.result.counterexample ?? null;
  const shrunk = found === null ? null : keep(run, found, ran?.result.shrinking ?? null);
  const kept = shrunk === null ? null : await certified(target, shrunk, options.budget);
  const { shard } = options;
  const remark = shard === undefined ? undefined : leave(run, { shard, corpus, ran, kept });
  conclude({ target: target.name, corpus, result: ran?.result ?? null, kept }, options, remark);
}

/** Returns the command `frameproof check`. Its errors are `SpecError`s, thrown. */
export function checkCommand(): Command {
  const programs = new Option('--programs <n>', `programs to run (default: ${DEFAULT_PROGRAMS})`)
    .argParser(wholeNumber('--programs', 1))
    .conflicts('time');
  return new Command('check')
    .description('run random programs on an allocator and judge every answer')
    .option(
      '--target <path>',
      'module whose default export builds a manager, or executable that speaks the protocol',
      OURS.name,
    )
    .option(
      '--map <path>',
      `memory map to run on, instead of generated ones and this machine's; may be repeated; "${GENERATED}" for those`,
      repeated,
    )
    .addOption(programs)
    .option('--time <seconds>', 'run for this long instead', seconds('--time'))
    .option(
      '--operations <n>',
      'operations in a program, at most',
      wholeNumber('--operations', 1),
      DEFAULT_OPERATIONS,
    )
    .option(
      '--seed <n>',
      'repeat the run of this seed (default: another one each time)',
      wholeNumber('--seed', 0),
    )
    .addOption(
      new Option('--bitmap-max-addr <address>', 'end of the bitmap zone on maps that are not generated')
        .argParser(pageAddress('--bitmap-max-addr'))
        .default(DEFAULT_BITMAP_MAX_ADDR, toHex(DEFAULT_BITMAP_MAX_ADDR)),
    )
    .option(
      '--policy <list>',
      'what the target promises: lifo,first-fit or none (default: what it exports)',
      policyList,
    )
    .option('--jobs <n>', 'threads to run on', wholeNumber('--jobs', 1), 1)
    .addOption(
      new Option(
        '--shard <i/n>',
        'run the I-th of N parts of the run, from 0; N alone for a Kubernetes Indexed Job',
      )
        .argParser((text) => shard(text))
        .conflicts('time'),
    )
    .option('--results <folder>', 'folder for the results of shards, for merge', 'shards')
    .addOption(profileOption())
    .addOption(programMsOption())
    .addOption(budgetOption())
    .option('--corpus <folder>', 'folder of counterexamples: run first, and saved there', 'counterexamples')
    .option('--stats <file>', 'write one line of JSON a program, in the format that Tyche reads')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--concurrent', 'callers at the same time: explored schedules, then real threads')
    .option('--workers <n>', 'threads of --concurrent (default: 4)', workers)
    .option('--calls <n>', 'calls of these threads (default: 100000)', wholeNumber('--calls', 1))
    .option('--exhaustive', 'with --concurrent, every schedule of every pair and triple of calls; minutes')
    .option('--json', 'print the result as JSON')
    .action(check);
}
