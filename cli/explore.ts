/** `frameproof explore`: every call sequence of a small world, by a search of all states, and what that shows. */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import {
  type Bounds,
  canBeSaved,
  type Exploration,
  explore,
  exploreUnsaved,
  operationInstances,
  promelaOf,
  type SearchProgress,
  smallWorld,
  type UnsavedExploration,
} from '../properties/explore/index.ts';
import { type LocalTarget, OURS, type World } from '../runner/index.ts';
import { loadLocalTarget } from '../runner/load/index.ts';
import { config, type Policy, SpecError, type Trace } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import {
  counterexampleJson,
  counterexampleText,
  type KeptCounterexample,
  keepCounterexample,
} from './counterexample.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exploreHeader, exploreJson, exploreReport } from './explore-report.ts';
import { pageAddress, policyList, wholeNumber } from './options.ts';
import { searchBar } from './progress.ts';

interface ExploreFlags {
  readonly target: string;
  readonly stack: number;
  readonly bitmap: number;
  readonly allFree?: boolean;
  readonly map?: string;
  readonly bitmapMaxAddr?: bigint;
  readonly policy?: readonly Policy[];
  readonly batch: number;
  readonly workers?: number;
  readonly budget?: Budget;
  readonly memory: number;
  readonly saveTo: string;
  readonly shrink: number;
  readonly json?: boolean;
  readonly emit?: 'promela';
}

const DEFAULT_STACK = 4;
const DEFAULT_BITMAP = 5;
const DEFAULT_BATCH = 2;
const UNITS = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;
const DEFAULT_MEMORY = 2 * UNITS.G;
/** What 32-bit places in the table reach. */
const MOST_MEMORY = 8 * UNITS.G;
const REDUCE_SECONDS = 10;

type Budget = Pick<Bounds, 'states' | 'seconds'>;

/** Returns the bound that `text` gives: a number of states, or seconds where an s follows. */
function budgetOf(text: string): Budget {
  const [, digits, unit] = /^(\d+)(s?)$/.exec(text) ?? [];
  const n = Number(digits);
  if (n > 0 && Number.isSafeInteger(n)) return unit === 's' ? { seconds: n } : { states: n };
  throw new SpecError(
    `--budget: expected a number of states, or seconds such as 60s, found ${JSON.stringify(text)}`,
  );
}

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

/** What a run of the command comes to. */
type Explored = Exploration | UnsavedExploration;

const EXITS: Readonly<Record<Explored['end'], ExitCode>> = {
  closed: EXIT.holds,
  walked: EXIT.holds,
  violated: EXIT.broken,
  depth: EXIT.partial,
  states: EXIT.partial,
  time: EXIT.partial,
  memory: EXIT.partial,
  interrupted: EXIT.interrupted,
};

interface Job {
  readonly target: LocalTarget;
  readonly world: World;
  readonly flags: ExploreFlags;
  readonly operations: ReturnType<typeof operationInstances>;
  /** Whether the target can be searched, rather than run again from init. */
  readonly isSaved: boolean;
}

/** Explores, with a progress bar and an ear for Ctrl-C; a second one ends the process at once. */
async function explored({ target, world, flags, operations, isSaved }: Job): Promise<Explored> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const bounds: Bounds = { ...flags.budget, signal: interrupt.signal };
  const bar = await searchBar(operations.length, flags.json !== true);
  const common = { target, world, policies: target.policies, operations, bounds };
  try {
    if (!isSaved)
      return await exploreUnsaved({
        ...common,
        onProgress: (progress) => bar.update({ ...progress, depth: null }),
      });
    return await explore({
      ...common,
      workers: flags.workers ?? availableParallelism(),
      memory: flags.memory,
      onProgress: (progress: SearchProgress) => bar.update(progress),
    });
  } finally {
    bar.stop();
  }
}

/** Shrinks the program that was found, and saves it. */
function keep({ target, flags }: Job, found: Trace): KeptCounterexample {
  const kept = keepCounterexample(target, found, { saveTo: flags.saveTo, budget: flags.shrink });
  return { ...kept, budgetFlag: '--shrink' };
}

async function run(flags: ExploreFlags): Promise<void> {
  const target = await loadLocalTarget(flags.target, flags.policy);
  const world = worldOf(flags);
  const operations = operationInstances(world, { batch: flags.batch });
  if (flags.emit === 'promela') {
    process.stdout.write(promelaOf(world, operations));
    return;
  }
  const job: Job = { target, world, flags, operations, isSaved: canBeSaved(target, world) };
  if (flags.json !== true) process.stdout.write(`${exploreHeader(job)}\n`);
  const result = await explored(job);
  const kept = result.trace === null ? null : keep(job, result.trace);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  if (flags.json === true) {
    const found = kept === null ? {} : { counterexample: counterexampleJson(kept) };
    process.stdout.write(`${JSON.stringify({ ...exploreJson(result, peakBytes), ...found }, null, 1)}\n`);
  } else {
    const text = kept === null ? '' : counterexampleText(kept);
    process.stdout.write(`${exploreReport(result, world, peakBytes)}${text}`);
  }
  process.exitCode = EXITS[result.end];
}

/** Returns the command `frameproof explore`. Its errors are `SpecError`s, thrown. */
export function exploreCommand(): Command {
  return new Command('explore')
    .description('judge every call sequence, of any length, on a world small enough to search all its states')
    .option('--target <module>', 'module whose default export builds a manager', OURS.name)
    .option('--stack <n>', 'page frames of RAM in the stack zone', wholeNumber('--stack', 0), DEFAULT_STACK)
    .option(
      '--bitmap <n>',
      'page frames of RAM in the bitmap zone',
      wholeNumber('--bitmap', 0),
      DEFAULT_BITMAP,
    )
    .option('--all-free', 'leave none of them to firmware, and none to boot code at first')
    .addOption(
      new Option('--map <path>', 'memory map to explore instead').conflicts(['stack', 'bitmap', 'allFree']),
    )
    .option(
      '--bitmap-max-addr <address>',
      'end of the bitmap zone of --map',
      pageAddress('--bitmap-max-addr'),
    )
    .option(
      '--policy <list>',
      'what the target promises: lifo,first-fit or none (default: what it exports)',
      policyList,
    )
    .option(
      '--batch <n>',
      'addresses in a batch of freePages, at most',
      wholeNumber('--batch', 0),
      DEFAULT_BATCH,
    )
    .option('--workers <n>', 'threads (default: one for each core)', wholeNumber('--workers', 1))
    .option('--budget <n>', 'stop after so many states, or seconds where an s follows', budgetOf)
    .addOption(
      new Option('--memory <bytes>', 'memory for the states, such as 512M')
        .argParser(memoryOf)
        .default(DEFAULT_MEMORY, '2G'),
    )
    .option(
      '--shrink <seconds>',
      'time for shrinking a counterexample, 0 to leave it as found',
      wholeNumber('--shrink', 0),
      REDUCE_SECONDS,
    )
    .option('--save-to <folder>', 'folder for a counterexample', 'counterexamples')
    .option('--json', 'print the result as JSON')
    .addOption(
      new Option('--emit <form>', 'explore nothing: print the abstract model of the world, for SPIN').choices(
        ['promela'],
      ),
    )
    .action(run);
}
