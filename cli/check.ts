/** `frameproof check`: runs random programs on a target, and ends with a verdict. */
import { Command, Option } from 'commander';
import {
  type CampaignResult,
  DEFAULT_OPERATIONS,
  type JunitOptions,
  junitReport,
  loadTarget,
  type NamedWorld,
  OURS,
  runCampaign,
  type Target,
} from '../properties/index.ts';
import {
  config,
  DEFAULT_BITMAP_MAX_ADDR,
  FALLBACK_MAP,
  isRam,
  type MemoryMap,
  type Policy,
  readMemoryMap,
  readThisMachine,
  type Trace,
  toHex,
} from '../spec/index.ts';
import { checkJson, checkReport, verdictLine } from './check-report.ts';
import {
  type BrokenTrace,
  type CheckedCorpus,
  checkCorpus,
  corpusJson,
  corpusReport,
} from './corpus-report.ts';
import {
  budgetOption,
  counterexampleJson,
  counterexampleText,
  type KeptCounterexample,
  keepCounterexample,
} from './counterexample.ts';
import { EXIT } from './exit-codes.ts';
import { pageAddress, policyList, repeated, seconds, wholeNumber } from './options.ts';
import { statisticsFile, writeWhole } from './output-file.ts';
import { progressBar } from './progress.ts';

interface CheckOptions {
  readonly target: string;
  readonly map?: readonly string[];
  readonly programs?: number;
  readonly time?: number;
  readonly operations: number;
  readonly seed?: number;
  readonly bitmapMaxAddr: bigint;
  readonly policy?: readonly Policy[];
  readonly budget: number;
  readonly corpus: string;
  readonly stats?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

const DEFAULT_PROGRAMS = 2000;

function ramPages(map: MemoryMap): number {
  return map.descriptors.reduce((sum, d) => sum + (isRam(d.type) ? d.pages : 0), 0);
}

interface NamedMap {
  readonly name: string;
  readonly map: MemoryMap;
}

function thisMachine(): NamedMap {
  const imported = readThisMachine();
  if (imported === null)
    return { name: `${FALLBACK_MAP.name} (this machine does not show its own map)`, map: FALLBACK_MAP };
  return { name: `this machine (${imported.format})`, map: imported.map };
}

function worldsOf({ map: paths, bitmapMaxAddr }: CheckOptions): readonly NamedWorld[] {
  const maps = paths?.map((path) => ({ name: path, map: readMemoryMap(path).map })) ?? [thisMachine()];
  return maps.map(({ name, map }) => ({
    name: `${name}, ${ramPages(map).toLocaleString('en-US')} page frames of RAM`,
    map,
    config: config({ bitmapMaxAddr }),
  }));
}

interface Run {
  readonly target: Target;
  readonly worlds: readonly NamedWorld[];
  readonly seed: number;
  readonly options: CheckOptions;
}

function header({ target, worlds, seed, options }: Run): string {
  const maps = [...(options.map === undefined ? ['generated'] : []), ...worlds.map(({ name }) => name)];
  const promises = target.policies.length === 0 ? 'no policy' : target.policies.join(', ');
  return [
    `target  ${target.name} (promises ${promises})`,
    ...maps.map((name) => `map     ${name}`),
    `seed    ${seed}`,
    '',
  ].join('\n');
}

async function campaign(
  { target, worlds, seed, options }: Run,
  signal: AbortSignal,
): Promise<CampaignResult> {
  const statistics = options.stats === undefined ? null : statisticsFile(options.stats, target.name);
  const programs =
    options.programs ?? (options.time === undefined ? DEFAULT_PROGRAMS : Number.POSITIVE_INFINITY);
  const bar = progressBar({ programs, seconds: options.time, isShown: options.json !== true });
  try {
    return await runCampaign({
      target,
      worlds,
      generated: options.map === undefined,
      programs,
      ...(options.time === undefined ? {} : { seconds: options.time }),
      operations: options.operations,
      seed,
      onProgress: bar.update,
      ...(statistics === null ? {} : { onProgram: statistics.note }),
      signal,
    });
  } finally {
    bar.stop();
    statistics?.close();
  }
}

const EXIT_OF = {
  holds: EXIT.holds,
  unreached: EXIT.broken,
  violated: EXIT.broken,
  interrupted: EXIT.interrupted,
} as const;

/** A seed for whoever does not care; it is printed, so that the run can be repeated. */
function anySeed(): number {
  return Math.floor(Math.random() * 0x7fff_ffff);
}

function writeJunit({ junit }: CheckOptions, report: JunitOptions): void {
  if (junit !== undefined) writeWhole('--junit', junit, junitReport(report));
}

/** Reduces a counterexample and saves it in the corpus. */
function keep(target: Target, found: Trace, { corpus, budget }: CheckOptions): KeptCounterexample {
  return keepCounterexample(target, found, { saveTo: corpus, flag: '--corpus', budget });
}

function showBroken(
  { file }: BrokenTrace,
  kept: KeptCounterexample,
  corpus: CheckedCorpus,
  json: boolean,
): void {
  const counterexample = { ...counterexampleJson(kept), from: file };
  const result = { verdict: 'violated', corpus: corpusJson(corpus), counterexample };
  process.stdout.write(
    json
      ? `${JSON.stringify(result, null, 1)}\n`
      : `broken: a counterexample in the corpus, ${file}\n${counterexampleText(kept)}`,
  );
  process.exitCode = EXIT.broken;
}

async function check(options: CheckOptions): Promise<void> {
  const target = await loadTarget(options.target, options.policy);
  const run: Run = { target, worlds: worldsOf(options), seed: options.seed ?? anySeed(), options };
  // Ctrl-C asks for what was done so far; a second one ends the process at once.
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const corpus = checkCorpus(target, options.corpus);
  if (options.json !== true) process.stdout.write(`${header(run)}${corpusReport(corpus)}\n`);
  if (corpus.broken !== null) {
    writeJunit(options, { target: target.name, corpus: corpus.files, result: null });
    const kept = keep(target, corpus.broken.trace, options);
    return showBroken(corpus.broken, kept, corpus, options.json === true);
  }
  const result = await campaign(run, interrupt.signal);
  writeJunit(options, { target: target.name, corpus: corpus.files, result });
  const { counterexample } = result;
  const kept = counterexample === null ? null : keep(target, counterexample, options);
  if (options.json === true)
    process.stdout.write(
      `${JSON.stringify({ ...checkJson(result, kept), corpus: corpusJson(corpus) }, null, 1)}\n`,
    );
  else {
    const found = kept === null ? '' : counterexampleText(kept);
    process.stdout.write(`${checkReport(result)}${verdictLine(result)}\n${found}`);
  }
  const exitCode = EXIT_OF[result.verdict];
  process.exitCode = exitCode === EXIT.holds ? corpus.exitCode : exitCode;
}

/** Returns the command `frameproof check`. Its errors are `SpecError`s, thrown. */
export function checkCommand(): Command {
  const programs = new Option('--programs <n>', `programs to run (default: ${DEFAULT_PROGRAMS})`)
    .argParser(wholeNumber('--programs', 1))
    .conflicts('time');
  return new Command('check')
    .description('run random programs on an allocator and judge every answer')
    .option('--target <module>', 'module whose default export builds a manager', OURS.name)
    .option('--map <path>', 'memory map to run on, instead of generated ones; may be repeated', repeated)
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
    .addOption(budgetOption())
    .option('--corpus <folder>', 'folder of counterexamples: run first, and saved there', 'counterexamples')
    .option('--stats <file>', 'write one line of JSON a program, in the format that Tyche reads')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--json', 'print the result as JSON')
    .action(check);
}
