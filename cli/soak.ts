/**
 * `frameproof soak`: a campaign of any length, in rounds. Each round has its seed, derived from the first one, and runs on
 * generated maps and on the next map of a folder, so that a soak can be stopped and continued from where it was.
 */

import { join } from 'node:path';
import { Command } from 'commander';
import {
  type CampaignResult,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from '../properties/random/index.ts';
import type { Target } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { namesIn } from '../spec/files/index.ts';
import { config, counted, grouped, SpecError } from '../spec/index.ts';
import { readMemoryMap } from '../spec/maps/index.ts';
import { conclude } from './command-result.ts';
import { counterexampleLines, reportedJson, verdictOn } from './counterexample-report.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help.ts';
import { commandLine, nextLine } from './next-step.ts';
import { corpusOption, jsonOption, shrinkTimeOption, wholeNumber } from './options.ts';
import { foundTraces } from './output-file.ts';
import { print } from './print.ts';
import { campaignBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';
import { targetOption } from './target-options.ts';

interface SoakOptions {
  readonly target: string;
  readonly operations: number;
  readonly seed: number;
  readonly from: number;
  readonly maps?: string;
  readonly corpus: string;
  readonly shrinkTime: number;
  readonly json?: boolean;
}

const PROGRAMS_PER_ROUND = 1000;
const DEFAULT_TOTAL = 10_000_000;

function worldsIn(folder: string | undefined): readonly NamedWorld[] {
  if (folder === undefined) return [];
  const names = namesIn(folder, 'memory maps');
  if (names === null)
    throw new SpecError(`--maps ${folder}: expected a folder of memory maps: there is none`);
  return names
    .filter((name) => name.endsWith('.txt') || name.endsWith('.json'))
    .map((name) => ({ name, map: readMemoryMap(join(folder, name)).map, config: config() }));
}

function roundLine(round: number, { operations, seconds }: CampaignResult, total: number): string {
  const rate = grouped(Math.round(operations / seconds));
  return `round ${round}: holds, ${counted(total, 'operation')} so far, ${rate}/s`;
}

/** A soak that has ended, or was interrupted. */
interface SoakResult {
  /** The round to continue with. */
  readonly next: number;
  readonly operations: number;
  /** The result of the round that violated a clause. */
  readonly violated: CampaignResult | null;
}

async function runRounds(
  target: Target,
  worlds: readonly NamedWorld[],
  options: SoakOptions,
  signal: AbortSignal,
): Promise<SoakResult> {
  let [round, operations] = [options.from, 0];
  for (; operations < options.operations && !signal.aborted; round += 1) {
    // A program has an operation at least: the last round is no longer than it need be.
    const programs = Math.min(PROGRAMS_PER_ROUND, options.operations - operations);
    const bar = await campaignBar({ programs, seconds: undefined });
    const world = worlds[round % Math.max(1, worlds.length)];
    const result = await runCampaign({
      target,
      worlds: world === undefined ? [] : [world],
      generated: true,
      programs,
      operations: DEFAULT_OPERATIONS,
      seed: options.seed + round,
      stopFirst: true,
      signal,
      onProgress: bar.update,
    }).finally(bar.stop);
    operations += result.operations;
    if (result.findings.length > 0) return { next: round, operations, violated: result };
    if (signal.aborted) break;
    if (options.json !== true) print(`${roundLine(round, result, operations)}\n`);
  }
  return { next: round, operations, violated: null };
}

/** Returns the command line that continues a soak from a round. */
function continuation({ target, seed, maps }: SoakOptions, round: number): string {
  const where = maps === undefined ? [] : ['--maps', maps];
  return commandLine('soak', '--target', target, '--seed', String(seed), '--from', String(round), ...where);
}

async function reportViolation(
  target: Target,
  { next, operations, violated }: SoakResult,
  { shrinkTime, corpus, json }: SoakOptions,
  signal: AbortSignal,
): Promise<void> {
  const [found] = violated?.findings ?? [];
  if (found === undefined) return;
  const { finishCounterexample } = await import('./counterexample.ts');
  const files = foundTraces(corpus, json);
  const report = await finishCounterexample(target, found.trace, { shrinkTime, files, signal });
  const verdict = verdictOn([report]);
  await conclude(
    {
      lines: [],
      verdict: [`round ${next}: ${verdict}`, '', ...counterexampleLines(report)],
      json: { verdict, operations, round: next, counterexample: reportedJson(report) },
      exitCode: EXIT[verdict],
    },
    { target: target.name, isJson: json === true },
  );
}

async function soak(options: SoakOptions): Promise<void> {
  const target = await loadTarget(options.target);
  const worlds = worldsIn(options.maps);
  const signal = interruption();
  const start = performance.now();
  const result = await runRounds(target, worlds, options, signal);
  if (result.violated !== null) return reportViolation(target, result, options, signal);
  const { operations, next: round } = result;
  const seconds = (performance.now() - start) / 1000;
  const verdict = signal.aborted ? 'interrupted' : 'holds';
  const maps =
    worlds.length === 0 ? 'generated maps' : `generated maps and ${counted(worlds.length, 'other')}`;
  const next = continuation(options, round);
  const said = [
    `${verdict}: no counterexample in ${counted(operations, 'operation')} on ${maps}, ${seconds.toFixed(0)} s`,
    nextLine(next),
  ];
  const json = { verdict, operations, round, seconds, counterexample: null, next };
  await conclude(
    { lines: [], verdict: said, json, exitCode: EXIT[verdict] },
    { target: target.name, isJson: options.json === true },
  );
}

/** Returns the command `frameproof soak`. Its errors are `SpecError`s, thrown. */
export function soakCommand(): Command {
  return new Command('soak')
    .description('run random programs for hours, in rounds; an interrupted soak can be continued')
    .addOption(targetOption())
    .option('--operations <n>', 'operations to judge', wholeNumber('--operations', 1), DEFAULT_TOTAL)
    .option('--seed <n>', 'seed of round 0', wholeNumber('--seed', 0), 1)
    .option('--from <round>', 'round to begin with', wholeNumber('--from', 0), 0)
    .option('--maps <folder>', 'memory maps, one of which joins the generated ones in each round')
    .addOption(shrinkTimeOption())
    .addOption(corpusOption('folder to save a counterexample to'))
    .addOption(jsonOption())
    .addHelpText('after', examples('npx frameproof soak --target my-pmm.ts --operations 50000000'))
    .action(soak);
}
