/** `frameproof shrink`: goes on shrinking a saved trace, or turns a failing log into the simplest program that fails. */

import { Command } from 'commander';
import { otherRun, readScenario, type ShrinkResult, shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import { saveTrace, scenarioFor, scenarioWithin } from '../counterexamples/trace/index.ts';
import { stackOf, type Target } from '../runner/index.ts';
import { counted, grouped, OutdatedTraceError, type Profile, SpecError } from '../spec/index.ts';
import { conclude } from './command-result.ts';
import { counterexampleJson, factsOf } from './counterexample-json.ts';
import { stackLines, verdictOn } from './counterexample-report.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help.ts';
import { commandLine, nextLine } from './next-step.ts';
import {
  corpusOption,
  jsonOption,
  type LogMapFlags,
  logMapOf,
  logMapOptions,
  otherProfileOption,
  positive,
  verboseOption,
} from './options.ts';
import { savedIn } from './output-file.ts';
import { shrinkBar } from './progress-bar.ts';
import { commandOnFile, loadRecorded } from './recorded-target.ts';
import { interruption } from './supervised.ts';
import { otherTargetOption, programTimeOption } from './target-options.ts';

interface ShrinkFlags extends LogMapFlags {
  readonly target?: string;
  readonly profile?: Profile;
  readonly programTime?: number;
  readonly shrinkTime: number;
  readonly corpus: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const DEFAULT_SECONDS = 60;

function summary({ operationsBefore, trace, executions, seconds, exhausted }: ShrinkResult): string {
  const from = counted(operationsBefore, 'operation');
  const ended = exhausted ? '; the time ended first: give it more with --shrink-time' : '';
  const spent = `${seconds.toFixed(1)} s, ${counted(executions, 'execution')}`;
  return `${from} to ${trace.scenario.operations.length} in ${spent}${ended}`;
}

function notes(
  { clause, origin, otherClauses, flaky }: ShrinkResult,
  recorded: string | undefined,
): readonly string[] {
  const others = otherClauses.map(({ clause: name, count }) => `${name} (${counted(count, 'time')})`);
  return [
    ...(origin === 'small program'
      ? [
          'found among plain programs, small ones and bursts, not by running the file: it violates the same clause',
        ]
      : []),
    ...(recorded !== undefined && recorded !== clause
      ? [`the file says ${recorded}; this target violates ${clause}`]
      : []),
    ...(others.length === 0 ? [] : [`other clauses violated on the way: ${others.join(', ')}`]),
    ...(flaky === null ? [] : [`flaky: the target answers the same program in two ways: ${otherRun(flaky)}`]),
  ];
}

/** A file that was shrunk, and where the result is. */
interface ShrunkFile {
  readonly from: string;
  /** The clause that the file says is violated. */
  readonly recorded: string | undefined;
  /** Null where it could not be saved. */
  readonly path: string | null;
}

function shrinkJson(result: ShrinkResult, { from, path }: ShrunkFile): object {
  const { verdict, origin, trace, executions, seconds, exhausted, otherClauses, flaky } = result;
  return {
    verdict,
    origin,
    executions,
    seconds,
    exhausted,
    otherClauses: otherClauses.map(({ clause, count }) => ({ clause, count })),
    counterexample: counterexampleJson({
      ...factsOf(trace),
      from,
      foundOperations: result.operationsBefore,
      flaky: flaky !== null,
      file: path,
      next: path === null ? null : commandOnFile('replay', path, trace.target),
    }),
  };
}

function reportShrunk(
  result: ShrinkResult,
  file: ShrunkFile,
  { json: isJson = false, verbose = false }: Pick<ShrinkFlags, 'json' | 'verbose'>,
): Promise<unknown> {
  const verdict = [
    ...formatCounterexample(result.trace),
    ...(verbose ? stackLines(stackOf(result.trace)) : []),
    ...notes(result, file.recorded),
    `shrunk    ${summary(result)}`,
    ...(file.path === null
      ? []
      : [`saved     ${file.path}`, nextLine(commandOnFile('replay', file.path, result.trace.target))]),
  ];
  return conclude(
    { lines: [], verdict, json: shrinkJson(result, file), exitCode: EXIT[verdictOn([result])] },
    { target: result.trace.target, isJson },
  );
}

/** Reports how far the file ran before the time ended. Nothing is saved: nothing was found. */
function reportUnfinished(
  file: string,
  target: string,
  result: ShrinkResult,
  { shrinkTime, json: isJson = false }: Pick<ShrinkFlags, 'shrinkTime' | 'json'>,
): Promise<unknown> {
  const { verdict, trace, operationsBefore, seconds } = result;
  const operationsRun = trace.scenario.operations.length;
  const ran = `${grouped(operationsRun)} of ${counted(operationsBefore, 'operation')}`;
  const longer = String(Math.ceil(10 * shrinkTime));
  const next = commandLine('shrink', file, '--target', target, '--shrink-time', longer);
  const lines = [
    `unfinished: ${file}: ${ran} ran on ${target} in ${seconds.toFixed(1)} s and violated no clause`,
    nextLine(next),
  ];
  const json = { verdict, operationsBefore, operationsRun, seconds, counterexample: null, next };
  return conclude({ lines: [], verdict: lines, json, exitCode: EXIT.partial }, { target, isJson });
}

/** Reports that there is nothing to shrink: no answer in the log violates a clause, and no answer of the target to the same calls. */
function reportAdmitted(
  file: string,
  target: string,
  { verdict, operationsBefore, seconds }: ShrinkResult,
  { json: isJson = false }: Pick<ShrinkFlags, 'json'>,
): Promise<unknown> {
  const next = commandLine('check', '--target', target);
  const lines = [
    `holds: ${file}: the specification admits its ${counted(operationsBefore, 'operation')}, and ${target} violates no clause on them: nothing to shrink`,
    nextLine(next),
  ];
  const json = { verdict, operationsBefore, seconds, counterexample: null, next };
  return conclude({ lines: [], verdict: lines, json, exitCode: EXIT.holds }, { target, isJson });
}

/** Shrinks a trace or a log, and reports the result. */
export async function shrinkFile(file: string, flags: ShrinkFlags, signal?: AbortSignal): Promise<void> {
  const read = await readScenario(file, flags.profile, await logMapOf(flags));
  if (read.kind === 'trace' && (flags.map !== undefined || flags.mapFromLog === true))
    throw new SpecError(
      `--map${flags.map === undefined ? '-from-log' : ''}: goes with a log, and ${file} is a trace`,
    );
  const bar = await shrinkBar(flags.shrinkTime);
  const shrunkOn = (target: Target): ShrinkResult => {
    const given = { ...read, scenario: scenarioWithin(scenarioFor(target, read), target.profile) };
    return shrink(target, given, {
      ms: flags.shrinkTime * 1000,
      executions: Number.POSITIVE_INFINITY,
      signal: signal ?? interruption(),
      onProgress: bar.update,
    });
  };
  let target = await loadRecorded(file, read.kind === 'log' ? { ...read, profile: undefined } : read, flags);
  let result = shrunkOn(target);
  // A log says little of what its kernel claims: where nothing violates the claims of the target, the log's hold.
  if (result.verdict === 'holds' && read.kind === 'log' && read.profile !== undefined) {
    target = await loadRecorded(file, read, flags);
    result = shrunkOn(target);
  }
  bar.stop();
  if (result.verdict === 'unfinished') {
    await reportUnfinished(file, target.name, result, flags);
    return;
  }
  const recorded = read.violation?.clause;
  if (result.verdict === 'holds' && read.kind === 'log' && recorded === undefined) {
    await reportAdmitted(file, target.name, result, flags);
    return;
  }
  if (result.verdict === 'holds') {
    const other = `it violates ${recorded}, and ${target.name} violates no clause on its calls: pass the allocator that it was recorded of as --target`;
    const ended = read.kind === 'log' ? other : `${target.name} violates no clause on it`;
    throw new OutdatedTraceError(`${file}: ${ended}`);
  }
  const path = savedIn(flags.corpus, (folder) => saveTrace(folder, result.trace));
  await reportShrunk(result, { from: file, recorded, path }, flags);
}

/** Returns the command `frameproof shrink`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function shrinkCommand(): Command {
  const [mapOption, mapFromLogOption] = logMapOptions();
  return new Command('shrink')
    .description('shrink a saved counterexample, or a failing log, to the simplest program that fails')
    .argument('<file>', 'trace file or log')
    .addOption(otherTargetOption())
    .addOption(otherProfileOption())
    .addOption(mapOption)
    .addOption(mapFromLogOption)
    .addOption(programTimeOption())
    .option(
      '--shrink-time <seconds>',
      'seconds at most',
      positive('--shrink-time', 'seconds'),
      DEFAULT_SECONDS,
    )
    .addOption(corpusOption('folder to save the result to'))
    .addOption(verboseOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'npx frameproof shrink boot.log --target my-pmm.ts',
        'npx frameproof shrink corpus/double-free.json --target my-pmm.ts --shrink-time 300',
      ),
    )
    .action((file: string, flags: ShrinkFlags) => shrinkFile(file, flags));
}
