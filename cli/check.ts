/** `frameproof check`: runs random programs on a target, or one shard of them, and ends with a verdict. */

import { Command, Option } from 'commander';
import { type CampaignResult, DEFAULT_OPERATIONS, runCampaign } from '../properties/random/index.ts';
import type { ShardRun } from '../properties/random/scale/index.ts';
import { OURS, type Target } from '../runner/index.ts';
import { SpecError } from '../spec/index.ts';
import { conclude, type ExtraResult } from './check-result.ts';
import {
  blockRunner,
  type CheckOptions,
  DEFAULT_PROGRAMS,
  header,
  type PreparedCheck,
  prepareCheck,
  withProgress,
} from './check-setup.ts';
import type { EndedShard } from './check-shard.ts';
import { type CheckedCorpus, checkCorpus, corpusReport } from './corpus-report.ts';
import type { FindOptions } from './counterexample.ts';
import type { ReportedCounterexample } from './counterexample-report.ts';
import type { CheckCoverage } from './coverage.ts';
import { examples } from './help.ts';
import { htmlOption } from './map-flags.ts';
import { commandLine } from './next-step.ts';
import {
  bitmapMaxAddrOption,
  type ConcurrentOptions,
  corpusOption,
  jsonOption,
  junitOption,
  mapsOption,
  operationsOption,
  physicalBitsOption,
  profileOption,
  referenceOption,
  refuseMixed,
  STACK,
  seedOption,
  shard,
  shrinkTimeOption,
  TABLES,
  threadsOption,
  timeOption,
  verboseOption,
  wholeNumber,
} from './options.ts';
import { foundTraces } from './output-file.ts';
import { print } from './print.ts';
import { interruption } from './supervised.ts';
import { policyOption, programTimeOption, targetOption } from './target-options.ts';

/** Where findings go, and what ends the search for them. */
type Find = Required<Pick<FindOptions, 'files' | 'signal'>>;

/** Runs the campaign, or a shard of it. An undivided one has no blocks that are counted separately. */
async function campaign(check: PreparedCheck, corpus: CheckedCorpus, find: Find): Promise<ShardRun> {
  const { options } = check;
  return withProgress(check, find.signal, async (without) => {
    const asked = { ...without, known: corpus.findings, onFound: find.files.note };
    const runner = await blockRunner(options);
    if (options.shard === undefined) return { result: await runCampaign(asked, runner), blocks: [] };
    const { runShard } = await import('../properties/random/scale/index.ts');
    return runShard(asked, options.shard, runner);
  });
}

/** Shrinks and certifies what was found. */
async function reportsOf(
  { target, options: { shrinkTime, verbose } }: PreparedCheck,
  { result: { findings } }: ShardRun,
  find: Find,
): Promise<readonly ReportedCounterexample[]> {
  if (findings.length === 0) return [];
  const { finishFindings } = await import('./counterexample.ts');
  return finishFindings(target, findings, { shrinkTime, verbose, ...find });
}

/** Writes the result of a shard, where one was run. */
async function shardResult(
  check: PreparedCheck,
  ended: Omit<EndedShard, 'shard'>,
): Promise<ExtraResult | undefined> {
  const { shard } = check.options;
  if (shard === undefined) return undefined;
  const { writeShardResult } = await import('./check-shard.ts');
  return writeShardResult(check, { ...ended, shard });
}

function refuse({ shard, seed, threads = 1, stats, coverage }: CheckOptions): void {
  if (shard !== undefined && seed === undefined)
    throw new SpecError('--shard: expected --seed too: shards of one run have the same seed');
  if (stats !== undefined && threads > 1)
    throw new SpecError('--stats: expected --threads 1: only programs of this thread are written down');
  if (coverage !== undefined && threads > 1)
    throw new SpecError('--coverage: expected --threads 1: only programs of this thread are counted');
}

/** Returns the search of every call sequence on a small memory, which is the next step after a sample that holds; null for a process. */
function nextOf({ target, options }: PreparedCheck): string | null {
  if (!target.isInteractive || options.profile !== undefined) return null;
  const whose = target.name === OURS.name ? [] : ['--target', options.target];
  const promised = options.policy === undefined ? [] : ['--policy', options.policy.join(',') || 'none'];
  return commandLine('explore', ...whose, ...promised);
}

/** Returns a result that names the build for memory that WebAssembly does not reach, where its own claims would. */
async function withBuild({ compiled, profile }: Target, result: CampaignResult): Promise<CampaignResult> {
  if (compiled === null) return result;
  const { reachOf } = await import('../runner/wasm/index.ts');
  if (profile.memoryBelow !== reachOf(compiled.includes('--target=wasm32') ? 32 : 64)) return result;
  const { executableWords } = await import('./clang.ts');
  const line = commandLine('build', ...executableWords(compiled));
  const unchecked = result.unchecked.map(({ what, why }) =>
    what.startsWith('memory from') ? { what, why: `WebAssembly reaches none; ${line}` } : { what, why },
  );
  return { ...result, unchecked };
}

/** Begins to count what is entered, where that is asked for. */
async function openCoverage({ coverage }: CheckOptions): Promise<CheckCoverage | undefined> {
  if (coverage === undefined) return undefined;
  const { CheckCoverage } = await import('./coverage.ts');
  return new CheckCoverage(coverage);
}

function withCoverage(shard: ExtraResult | undefined, covered: ExtraResult | undefined): ExtraResult {
  const parts = [covered, shard].filter((part) => part !== undefined);
  return {
    lines: parts.flatMap(({ lines }) => lines),
    json: Object.assign({}, ...parts.map(({ json }) => json)),
  };
}

async function check(
  options: CheckOptions & ConcurrentOptions & { readonly watch?: boolean },
  command: Command,
): Promise<void> {
  refuseMixed(options.concurrent === true, (name) => command.getOptionValueSource(name) === 'cli');
  if (options.concurrent !== true) refuse(options);
  if (options.watch === true) {
    if (!process.argv.includes('--watch'))
      throw new SpecError('--watch: expected on the command line: a configuration is read again by each run');
    const { watchCheck } = await import('./watch.ts');
    return watchCheck(options.target, options.json === true);
  }
  if (options.concurrent === true) {
    const { runConcurrent } = await import('./check-concurrent.ts');
    return runConcurrent(options);
  }
  // Before anything is printed: who reads it may interrupt at once.
  const signal = interruption();
  // V8 counts what is loaded after it has begun to.
  const coverage = await openCoverage(options);
  const setup = await prepareCheck(options);
  const { target } = setup;
  const corpus = checkCorpus(target, options.corpus);
  if (options.json !== true) print(`${header(setup)}${corpusReport(corpus)}\n`);
  // An undivided run saves in the corpus what it finds; of shards, `merge` does.
  const files = foundTraces(options.shard === undefined ? options.corpus : null, options.json);
  const find = { files, signal };
  for (const { trace } of corpus.findings) files.note(trace);
  const ran = await campaign(setup, corpus, find);
  const covered = await coverage?.end(setup, signal);
  const reports = await reportsOf(setup, ran, find);
  const extra = withCoverage(await shardResult(setup, { corpus, ran, reports }), covered);
  const next = options.shard === undefined ? nextOf(setup) : null;
  const result = await withBuild(target, ran.result);
  await conclude({ target: target.name, corpus, result, next, reports }, options, extra);
}

function programsOption(): Option {
  return new Option(
    '--programs <n>',
    `programs to run (default: ${DEFAULT_PROGRAMS}); with --concurrent, random scenarios (default: 300)`,
  )
    .argParser(wholeNumber('--programs', 1))
    .conflicts('time');
}

function shardOption(): Option {
  return new Option(
    '--shard <i/n>',
    'run the I-th of N parts of the run, from 0; N for a Kubernetes Indexed Job, which says I',
  )
    .argParser((text) => shard(text))
    .conflicts('time');
}

/** Returns the command `frameproof check`. Its errors are `SpecError`s, thrown. */
export function checkCommand(): Command {
  return new Command('check')
    .description('run random programs on an allocator and judge every answer')
    .addOption(targetOption())
    .addOption(mapsOption())
    .addOption(bitmapMaxAddrOption())
    .addOption(physicalBitsOption())
    .addOption(policyOption())
    .addOption(profileOption())
    .addOption(seedOption())
    .addOption(referenceOption())
    .addOption(programsOption())
    .addOption(operationsOption(DEFAULT_OPERATIONS))
    .addOption(timeOption('search for this long, instead of a number of programs'))
    .addOption(programTimeOption())
    .addOption(shrinkTimeOption())
    .option('--stop-first', 'end at the first counterexample, instead of one for each clause and call')
    .addOption(threadsOption('1; with --concurrent 4, of a module no more than cores'))
    .addOption(shardOption())
    .option('--results <folder>', 'folder for the results of shards, for merge', 'shards')
    .addOption(corpusOption())
    .option(
      '--concurrent',
      'callers at the same time: explored schedules, then real threads; of an executable, threads that pause where the seed says',
    )
    .option(
      '--calls <n>',
      'with --concurrent, calls of the threads (default: 100000)',
      wholeNumber('--calls', 1),
    )
    .option('--exhaustive', 'with --concurrent, every schedule of every pair and triple of calls; minutes')
    .option(
      '--coverage <folder>',
      'count the lines and branches of the allocator that programs enter; lcov.info and coverage.json go there',
    )
    .option('--stats <file>', 'write one line of JSON a program, in the format that Tyche reads')
    .addOption(junitOption())
    .addOption(htmlOption())
    .option('--watch', 'run again whenever the target, or a module or configuration beside it, changes')
    .addOption(verboseOption(`${TABLES}, and ${STACK}`))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'npx frameproof check --target my-pmm.ts --seed 7',
        'npx frameproof check --target ./my-pmm --time 60 --threads 2',
        'npx frameproof check --map machine.txt --map generated',
        'npx frameproof check --concurrent --threads 8',
        'npx frameproof check --concurrent --target ./my-pmm',
      ),
    )
    .action(check);
}
