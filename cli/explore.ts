/** `frameproof explore`: every call sequence of a small world, by a search of all states, and what that shows. */

import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import {
  type Bounds,
  type Exploration,
  explore,
  exploreUnsaved,
  howSaved,
  operationInstances,
  promelaOf,
  type SearchProgress,
  smallWorld,
  type UnsavedExploration,
} from '../properties/explore/index.ts';
import { type Target, type World, worldBeyond } from '../runner/index.ts';
import { loadInteractiveTarget } from '../runner/load/index.ts';
import { config, type Policy, SpecError } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import { conclude } from './command-result.ts';
import {
  counterexampleLines,
  type ReportedCounterexample,
  reportedJson,
  verdictOn,
} from './counterexample-report.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exploreHeader, exploreJson, exploreReport } from './explore-report.ts';
import { examples } from './help.ts';
import { htmlOption, pageAddress } from './map-flags.ts';
import {
  corpusOption,
  jsonOption,
  shrinkTimeOption,
  threadsOption,
  timeOption,
  verboseOption,
  wholeNumber,
} from './options.ts';
import { foundTraces } from './output-file.ts';
import { print } from './print.ts';
import { searchBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';
import { moduleOption, policyOption, programTimeOption } from './target-options.ts';

interface ExploreFlags {
  readonly target: string;
  readonly stack: number;
  readonly bitmap: number;
  readonly allFree?: boolean;
  readonly map?: string;
  readonly bitmapMaxAddr?: bigint;
  readonly policy?: readonly Policy[];
  readonly batch: number;
  readonly threads?: number;
  readonly states?: number;
  readonly time?: number;
  readonly memory: number;
  readonly corpus: string;
  readonly programTime?: number;
  readonly shrinkTime: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly verbose?: boolean;
  readonly emit?: 'promela';
}

const DEFAULT_STACK = 4;
const DEFAULT_BITMAP = 5;
const DEFAULT_BATCH = 2;
const UNITS = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;
const DEFAULT_MEMORY = 2 * UNITS.G;
/** The reach of 32-bit places in the table. */
const MOST_MEMORY = 8 * UNITS.G;

/** Returns the bytes that `text` gives: a number, and a unit. */
function memoryOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([KMG])$/.exec(text) ?? [];
  const bytes = Number(digits) * (unit === 'K' || unit === 'M' || unit === 'G' ? UNITS[unit] : 1);
  if (bytes > 0 && bytes <= MOST_MEMORY) return bytes;
  throw new SpecError(
    `--memory: expected bytes such as 512M or 2G, at most 8G, found ${JSON.stringify(text)}`,
  );
}

function worldOf({ map: path, stack, bitmap, allFree = false, bitmapMaxAddr }: ExploreFlags): World {
  if (path === undefined) {
    if (bitmapMaxAddr !== undefined) throw new SpecError('--bitmap-max-addr: expected only with --map');
    return smallWorld({ stack, bitmap, allFree });
  }
  const { map } = readMemoryMap(path);
  return { map, config: config(bitmapMaxAddr === undefined ? {} : { bitmapMaxAddr }) };
}

type ExploreResult = Exploration | UnsavedExploration;

const EXIT_OF: Readonly<Record<ExploreResult['end'], ExitCode>> = {
  closed: EXIT.holds,
  walked: EXIT.holds,
  violated: EXIT.violated,
  depth: EXIT.partial,
  states: EXIT.partial,
  time: EXIT.partial,
  memory: EXIT.partial,
  interrupted: EXIT.interrupted,
};

interface PreparedExploration {
  readonly target: Target;
  readonly world: World;
  readonly flags: ExploreFlags;
  readonly operations: ReturnType<typeof operationInstances>;
  /** How the target is saved, so that it can be searched; null if it is run again from init. */
  readonly saves: string | null;
  readonly signal: AbortSignal;
}

/** Explores, with a progress bar. Ctrl-C asks for what was done so far; a second one ends the process at once. */
async function runSearch({
  target,
  world,
  flags,
  operations,
  saves,
  signal,
}: PreparedExploration): Promise<ExploreResult> {
  const { states, time: seconds } = flags;
  const cores = availableParallelism();
  const bounds: Bounds = {
    ...(states === undefined ? {} : { states }),
    ...(seconds === undefined ? {} : { seconds }),
    signal,
  };
  const bar = await searchBar(operations.length);
  const common = { target, world, policies: target.policies, operations, bounds };
  try {
    if (saves === null)
      return await exploreUnsaved({
        ...common,
        onProgress: (progress) => bar.update({ ...progress, depth: null, counted: null }),
      });
    return await explore({
      ...common,
      // Threads wait for each other after every level: 64 on two cores met 6 states in a minute.
      workers: Math.min(flags.threads ?? cores, cores),
      graph: flags.html !== undefined,
      memory: flags.memory,
      onProgress: (progress: SearchProgress) => bar.update(progress),
    });
  } finally {
    bar.stop();
  }
}

/** Shrinks and saves the program that was found, where there is one. */
async function reportOf(
  { target, signal, flags: { shrinkTime, corpus, json, verbose } }: PreparedExploration,
  { trace }: ExploreResult,
): Promise<ReportedCounterexample | null> {
  if (trace === null) return null;
  const { finishCounterexample } = await import('./counterexample.ts');
  const files = foundTraces(corpus, json);
  return finishCounterexample(target, trace, { shrinkTime, files, signal, verbose });
}

/** Returns the result as `--json` prints it. */
function jsonOf(result: ExploreResult, report: ReportedCounterexample | null, peakBytes: number): object {
  const json = exploreJson(result, peakBytes);
  return report === null
    ? { ...json, counterexample: null }
    : { ...json, verdict: verdictOn([report]), counterexample: reportedJson(report) };
}

async function run(flags: ExploreFlags): Promise<void> {
  const target = await loadInteractiveTarget(flags.target, flags.policy, { programMs: flags.programTime });
  const world = worldOf(flags);
  const why = worldBeyond(target.profile, world);
  if (why !== null) throw new SpecError(`expected a world that ${target.name} manages: ${why}`);
  const operations = operationInstances(world, { batch: flags.batch, target });
  if (flags.emit === 'promela') {
    print(promelaOf(world, operations, target.profile));
    return;
  }
  const setup: PreparedExploration = {
    target,
    world,
    flags,
    operations,
    saves: howSaved(target, world),
    signal: interruption(),
  };
  if (flags.json !== true) print(`${exploreHeader(setup)}\n`);
  const result = await runSearch(setup);
  const report = await reportOf(setup, result);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const lines = exploreReport(result, { target, world, peakBytes });
  const counts = lines.indexOf('') + 1;
  const found = report === null ? [] : ['', ...counterexampleLines(report)];
  const { verdict, json } = await conclude(
    {
      lines: lines.slice(0, counts),
      verdict: [...lines.slice(counts), ...found],
      json: jsonOf(result, report, peakBytes),
      exitCode: report === null ? EXIT_OF[result.end] : EXIT[verdictOn([report])],
    },
    { target: target.name, isJson: flags.json === true },
  );
  if (flags.html !== undefined) {
    const [{ checkSections, writeHtml }, { graphSections, resultSection }] = await Promise.all([
      import('./html.ts'),
      import('../report/index.ts'),
    ]);
    const reports = report === null ? [] : [report];
    writeHtml(flags.html, [
      ...checkSections({ reports, result: null, target: target.name }),
      ...(result.kind === 'searched' ? graphSections(result, world, target) : []),
      // Behind the counts: what they show, and what they do not.
      resultSection(`search of ${target.name}`, {
        shows: report === null ? verdict : lines.slice(counts),
        ...json,
      }),
    ]);
  }
}

/** Returns the command `frameproof explore`. Its errors are `SpecError`s, thrown. */
export function exploreCommand(): Command {
  return new Command('explore')
    .description('judge every call sequence, of any length, on a world small enough to search all its states')
    .addOption(moduleOption())
    .option('--stack <n>', 'page frames of RAM in the stack zone', wholeNumber('--stack', 0), DEFAULT_STACK)
    .option(
      '--bitmap <n>',
      'page frames of RAM in the bitmap zone',
      wholeNumber('--bitmap', 0),
      DEFAULT_BITMAP,
    )
    .option('--all-free', 'make all of them free at first: none is firmware or in use by boot code')
    .addOption(
      new Option('--map <path>', 'memory map to explore instead').conflicts(['stack', 'bitmap', 'allFree']),
    )
    .option(
      '--bitmap-max-addr <address>',
      'end of the bitmap zone of --map',
      pageAddress('--bitmap-max-addr'),
    )
    .addOption(policyOption())
    .option(
      '--batch <n>',
      'addresses in a batch of freePages, at most',
      wholeNumber('--batch', 0),
      DEFAULT_BATCH,
    )
    .addOption(timeOption('stop the search after this long'))
    .option('--states <n>', 'stop the search after this many states', wholeNumber('--states', 1))
    .addOption(
      new Option('--memory <bytes>', 'memory for the states, such as 512M')
        .argParser(memoryOf)
        .default(DEFAULT_MEMORY, '2G'),
    )
    .addOption(programTimeOption())
    .addOption(shrinkTimeOption())
    .addOption(threadsOption('one for each core, and never more'))
    .addOption(corpusOption('folder to save a counterexample to'))
    .addOption(htmlOption())
    .addOption(verboseOption())
    .addOption(jsonOption())
    .addOption(
      new Option('--emit <form>', 'explore nothing: print the abstract model of the world, for SPIN').choices(
        ['promela'],
      ),
    )
    .addHelpText(
      'after',
      examples(
        'npx frameproof explore --stack 4 --bitmap 5',
        'npx frameproof explore --target my-pmm.ts --stack 2 --bitmap 2',
        'npx frameproof explore --stack 6 --bitmap 6 --time 60',
        'npx frameproof explore --stack 2 --bitmap 3 --html states.html',
      ),
    )
    .action(run);
}
