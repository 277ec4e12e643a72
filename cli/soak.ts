/**
 * `frameproof soak`: a campaign of any length, in rounds. Each round has a seed of its own, derived from the first one, and
 * runs on generated maps and on the next map of a folder, so that a soak can be stopped and taken up again where it was.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import {
  type CampaignResult,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from '../properties/random/index.ts';
import { OURS, type Target } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { config, SpecError } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import { budgetOption, counterexampleText, keepCounterexample } from './counterexample.ts';
import { EXIT } from './exit-codes.ts';
import { wholeNumber } from './options.ts';

interface SoakOptions {
  readonly target: string;
  readonly operations: number;
  readonly seed: number;
  readonly from: number;
  readonly maps?: string;
  readonly saveTo: string;
  readonly budget: number;
}

const PROGRAMS_PER_ROUND = 1000;
const DEFAULT_TOTAL = 10_000_000;

function worldsIn(folder: string | undefined): readonly NamedWorld[] {
  if (folder === undefined) return [];
  if (!existsSync(folder))
    throw new SpecError(`--maps ${folder}: expected a folder of memory maps: there is none`);
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt') || name.endsWith('.json'));
  return files
    .toSorted()
    .map((name) => ({ name, map: readMemoryMap(join(folder, name)).map, config: config() }));
}

function roundLine(round: number, { operations, seconds }: CampaignResult, total: number): string {
  const rate = Math.round(operations / seconds).toLocaleString('en-US');
  return `round ${round}: holds, ${total.toLocaleString('en-US')} operations so far, ${rate}/s`;
}

/** What a soak has come to. */
interface Soaked {
  /** The round to go on with. */
  readonly next: number;
  readonly operations: number;
  /** The result of the round that broke a clause. */
  readonly broken: CampaignResult | null;
}

async function rounds(
  target: Target,
  worlds: readonly NamedWorld[],
  options: SoakOptions,
  signal: AbortSignal,
): Promise<Soaked> {
  let [round, operations] = [options.from, 0];
  for (; operations < options.operations && !signal.aborted; round += 1) {
    const world = worlds[round % Math.max(1, worlds.length)];
    const result = await runCampaign({
      target,
      worlds: world === undefined ? [] : [world],
      generated: true,
      programs: PROGRAMS_PER_ROUND,
      operations: DEFAULT_OPERATIONS,
      seed: options.seed + round,
      signal,
    });
    operations += result.operations;
    if (result.counterexample !== null) return { next: round, operations, broken: result };
    if (signal.aborted) break;
    process.stdout.write(`${roundLine(round, result, operations)}\n`);
  }
  return { next: round, operations, broken: null };
}

async function soak(options: SoakOptions): Promise<void> {
  const target = await loadTarget(options.target);
  const worlds = worldsIn(options.maps);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const start = performance.now();
  const { next, operations, broken } = await rounds(target, worlds, options, interrupt.signal);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  if (broken?.counterexample != null) {
    const kept = keepCounterexample(target, broken.counterexample, {
      ...options,
      byFastCheck: broken.shrinking,
    });
    process.stdout.write(`round ${next}: broken\n${counterexampleText(kept)}`);
    process.exitCode = EXIT.broken;
    return;
  }
  const verdict = interrupt.signal.aborted ? 'interrupted' : 'holds';
  const maps = worlds.length === 0 ? 'generated maps' : `generated maps and ${worlds.length} others`;
  const done = `${operations.toLocaleString('en-US')} operations on ${maps}, ${seconds} s`;
  process.stdout.write(
    `${verdict}: no counterexample in ${done}; to go on: --seed ${options.seed} --from ${next}\n`,
  );
  process.exitCode = EXIT[verdict];
}

/** Returns the command `frameproof soak`. Its errors are `SpecError`s, thrown. */
export function soakCommand(): Command {
  return new Command('soak')
    .description('run random programs for as long as it takes, in rounds that can be taken up again')
    .option('--target <module>', 'module whose default export builds a manager', OURS.name)
    .option('--operations <n>', 'operations to judge', wholeNumber('--operations', 1), DEFAULT_TOTAL)
    .option('--seed <n>', 'seed of round 0', wholeNumber('--seed', 0), 1)
    .option('--from <round>', 'round to begin with', wholeNumber('--from', 0), 0)
    .option('--maps <folder>', 'memory maps, one of which joins the generated ones in each round')
    .option('--save-to <folder>', 'folder for counterexamples', 'counterexamples')
    .addOption(budgetOption())
    .action(soak);
}
