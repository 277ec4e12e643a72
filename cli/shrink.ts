/** `frameproof shrink`: goes on shrinking a saved trace, or turns a failing log into the simplest program that fails. */
import { Command } from 'commander';
import { readScenario } from '../counterexamples/log/index.ts';
import { type ShrinkResult, shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample, saveTrace, scenarioFor } from '../counterexamples/trace/index.ts';
import { OURS } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { OutdatedTraceError, type Profile } from '../spec/index.ts';
import { EXIT } from './exit-codes.ts';
import { profileOption, seconds } from './options.ts';

interface ShrinkFlags {
  readonly target?: string;
  readonly profile?: Profile;
  readonly budget: number;
  readonly saveTo: string;
  readonly json?: boolean;
}

const DEFAULT_BUDGET_SECONDS = 60;

function summary(result: ShrinkResult): string {
  const { operationsBefore, trace, executions, seconds: spent } = result;
  const from = operationsBefore.toLocaleString('en-US');
  const budget = result.exhausted ? '; the budget ended, --budget allows for more' : '';
  return `${from} operations to ${trace.scenario.operations.length} in ${spent.toFixed(1)} s, ${executions} executions${budget}`;
}

function notes(
  { clause, origin, otherClauses, flaky }: ShrinkResult,
  recorded: string | undefined,
): readonly string[] {
  const others = otherClauses.map(({ clause: name, count }) => `${name} (${count} times)`);
  return [
    ...(origin === 'small program'
      ? ['found among all small programs, not by running the file: it breaks the same clause']
      : []),
    ...(recorded !== undefined && recorded !== clause
      ? [`the file says ${recorded}; this target breaks ${clause}`]
      : []),
    ...(others.length === 0 ? [] : [`other clauses broken on the way: ${others.join(', ')}`]),
    ...(flaky === null
      ? []
      : [
          'flaky: the target answers the same program in two ways; the second one:',
          ...formatCounterexample(flaky.second),
        ]),
  ];
}

function shrinkJson(result: ShrinkResult, path: string): object {
  const { verdict, clause, origin, operationsBefore, trace, executions, exhausted } = result;
  const operations = trace.scenario.operations.length;
  return {
    verdict,
    clause,
    origin,
    operationsBefore,
    operations,
    executions,
    seconds: result.seconds,
    exhausted,
    otherClauses: result.otherClauses.map(({ clause: name, count }) => ({ clause: name, count })),
    file: path,
  };
}

async function run(file: string, flags: ShrinkFlags): Promise<void> {
  const read = await readScenario(file);
  const target = await loadTarget(flags.target ?? read.target ?? OURS.name, undefined, {
    profile: flags.profile,
  });
  const given = { ...read, scenario: scenarioFor(target, read) };
  const result = shrink(target, given, { ms: flags.budget * 1000, executions: Number.POSITIVE_INFINITY });
  if (result.verdict === 'unfinished') {
    reportUnfinished(file, target.name, result, flags.json === true);
    return;
  }
  if (result.verdict === 'holds')
    throw new OutdatedTraceError(`${file}: ${target.name} breaks no clause on it`);
  const path = saveTrace(flags.saveTo, result.trace);
  const lines = [
    ...formatCounterexample(result.trace),
    ...notes(result, read.violation?.clause),
    `shrunk    ${summary(result)}`,
    `saved     ${path}`,
  ];
  const text = flags.json === true ? JSON.stringify(shrinkJson(result, path), null, 1) : lines.join('\n');
  process.stdout.write(`${text}\n`);
  process.exitCode = EXIT.broken;
}

/** Prints how far the file was run before the budget ended. Nothing is saved: nothing was found. */
function reportUnfinished(file: string, target: string, result: ShrinkResult, isJson: boolean): void {
  const { trace, operationsBefore, seconds: spent } = result;
  const ran = trace.scenario.operations.length;
  const [done, all] = [ran, operationsBefore].map((n) => n.toLocaleString('en-US'));
  const text = `unfinished: ${file}: ${done} of ${all} operations ran on ${target} in ${spent.toFixed(1)} s and broke no clause; --budget allows for more`;
  const json = { verdict: result.verdict, operationsBefore, operationsRun: ran, seconds: spent };
  process.stdout.write(`${isJson ? JSON.stringify(json, null, 1) : text}\n`);
  process.exitCode = EXIT.partial;
}

/** Returns the command `frameproof shrink`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function shrinkCommand(): Command {
  return new Command('shrink')
    .description('shrink a saved counterexample, or a failing log, to the simplest program that fails')
    .argument('<file>', 'trace file or log')
    .option('--target <module>', 'run it on this target instead of the one it was found on')
    .addOption(profileOption())
    .option('--budget <seconds>', 'seconds at most', seconds('--budget'), DEFAULT_BUDGET_SECONDS)
    .option('--save-to <folder>', 'folder for the result', 'counterexamples')
    .option('--json', 'print the result as JSON')
    .action(run);
}
