/** `frameproof replay`: runs a saved trace again, on the target it was found on or on another one. */

import { Command, Option } from 'commander';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import { decodeTrace, readTraceText, scenarioFor } from '../counterexamples/trace/index.ts';
import { type Execution, execute, OURS, type Target } from '../runner/index.ts';
import { showOutput } from '../runner/load/index.ts';
import { counted, isOwnClause, type Profile, parseJson, SpecError, type Trace } from '../spec/index.ts';
import { conclude } from './command-result.ts';
import { type CounterexampleJson, counterexampleJson, factsOf } from './counterexample-json.ts';
import { stackLines } from './counterexample-report.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help.ts';
import { htmlOption } from './map-flags.ts';
import { nextLine } from './next-step.ts';
import { jsonOption, otherProfileOption, verboseOption } from './options.ts';
import { workBar } from './progress-bar.ts';
import { commandOnFile, loadRecorded, targetFor } from './recorded-target.ts';
import { otherTargetOption, programTimeOption } from './target-options.ts';

interface ReplayOptions {
  readonly target?: string;
  readonly profile?: Profile;
  readonly programTime?: number;
  readonly json?: boolean;
  readonly html?: string;
  readonly verbose?: boolean;
  /** Whether gdb is started, and the arguments that it gets. */
  readonly gdb?: boolean;
  readonly gdbArguments: readonly string[];
}

type ReplayVerdict = 'holds' | 'reproduced' | 'another clause' | 'no longer applies';

const EXIT_OF = {
  holds: EXIT.holds,
  reproduced: EXIT.violated,
  'another clause': EXIT.violated,
  'no longer applies': EXIT.outdated,
} as const;

/** A replay that has ended, as it is shown. */
interface Replayed {
  readonly verdict: ReplayVerdict;
  readonly target: string;
  /** The lines that show the run. */
  readonly run: readonly string[];
  /** The verdict in one line. */
  readonly text: string;
  readonly counterexample: CounterexampleJson | null;
}

async function show({ run, counterexample, ...result }: Replayed, isJson: boolean): Promise<void> {
  const next = counterexample?.next ?? null;
  const verdict = [result.text, ...(next === null ? [] : [nextLine(next)])];
  const exitCode = EXIT_OF[result.verdict];
  await conclude(
    { lines: run, verdict, json: { ...result, counterexample }, exitCode },
    { target: result.target, isJson },
  );
}

function violationText(verdict: ReplayVerdict, now: string, recorded: string | undefined): string {
  return verdict === 'reproduced'
    ? `reproduced: ${now} is violated`
    : `another clause: ${now} is violated, the file says ${recorded ?? 'that none is'}`;
}

/** Runs a concurrent trace again. */
async function replayHistory(path: string, data: unknown, options: ReplayOptions): Promise<Replayed> {
  const { decodeConcurrentTrace, loadConcurrentTarget, loadNativeTarget, replayConcurrent, replayNative } =
    await import('../properties/concurrent/index.ts');
  const { concurrentCounterexample, historyLines } = await import('./concurrent-report.ts');
  const trace = decodeConcurrentTrace(data, path);
  if (options.gdb === true)
    throw new SpecError('--gdb: expected the trace of one caller: no schedule can be repeated under gdb');
  const name = targetFor(path, trace.target, options.target);
  const native = await loadNativeTarget(name);
  const found =
    native === null ? replayConcurrent(await loadConcurrentTarget(name), trace) : replayNative(native, trace);
  await native?.process.close();
  if (found === null) {
    if (options.html !== undefined) (await import('./html.ts')).writeHtml(options.html, []);
    const text =
      native === null ? 'holds: some order explains the calls' : 'holds: no counterexample in 2,000 runs';
    return { verdict: 'holds', target: name, run: [], text, counterexample: null };
  }
  const { violation, scenario } = found;
  const { clause } = violation;
  if (options.html !== undefined) {
    const { historySection, writeHtml } = await import('./html.ts');
    const about = { violation, found, config: scenario.config, target: name, path };
    writeHtml(options.html, [await historySection(about)]);
  }
  const verdict = clause === trace.violation.clause ? 'reproduced' : 'another clause';
  return {
    verdict,
    target: name,
    run: historyLines(found),
    text: violationText(verdict, clause, trace.violation.clause),
    counterexample: concurrentCounterexample(found.violation, { target: name, found, from: path }),
  };
}

/** Whether a trace breaks an own clause that the target does not have. */
function isUnjudged({ violation }: Trace, { checks }: Target): boolean {
  return isOwnClause(violation?.clause) && !checks.some(({ name }) => name === violation.clause);
}

function verdictOf({ violation, dangling }: Execution, recorded: Trace, target: Target): ReplayVerdict {
  if (violation !== null)
    return violation.clause === recorded.violation?.clause ? 'reproduced' : 'another clause';
  return dangling.length > 0 || isUnjudged(recorded, target) ? 'no longer applies' : 'holds';
}

function textOf(verdict: ReplayVerdict, execution: Execution, recorded: Trace): string {
  const { dangling, operations, violation } = execution;
  if (violation !== null) return violationText(verdict, violation.clause, recorded.violation?.clause);
  if (verdict === 'holds') return `holds: ${counted(operations.length, 'operation')}, no clause is violated`;
  const [first] = dangling;
  if (first === undefined)
    return `does not apply: the file says that ${recorded.violation?.clause} is violated, an own clause that the target does not have; no clause of the specification is violated`;
  const why = first.beyond ?? `refers to ${first.reference}, which this target did not hand out`;
  return `no longer applies: operation ${first.at + 1} ${why}`;
}

/** The next step after a violation: a regression test in the language of the target; none for an own clause. */
function exportOf(path: string, target: string, { violation }: Trace): string | null {
  if (isOwnClause(violation?.clause)) return null;
  const isModule = target === OURS.name || /\.[cm]?[jt]s$/.test(target);
  return commandOnFile('export', path, target, '--as', isModule ? 'vitest' : 'c');
}

async function replayTrace(path: string, recorded: Trace, options: ReplayOptions): Promise<Replayed> {
  const gdb = options.gdb === true ? await import('./gdb.ts') : null;
  // Nothing supervises the command then: no code of a module may run in it.
  gdb?.refuseUnstoppable(targetFor(path, recorded.target ?? OURS.name, options.target));
  const target = await loadRecorded(path, recorded, options);
  const scenario = scenarioFor(target, recorded);
  const bar = await workBar(scenario.operations.length, 'judged');
  let judged = 0;
  const execution = execute(target, scenario, { tally: () => {}, onStep: () => bar.update(++judged) });
  bar.stop();
  const verdict = verdictOf(execution, recorded, target);
  const trace = execution.trace();
  if (options.html !== undefined) {
    const { traceSection, writeHtml } = await import('./html.ts');
    writeHtml(options.html, [traceSection({ title: path, trace, path })]);
  }
  if (gdb !== null && execution.violation !== null)
    gdb.debugUnderGdb(execution, target, options.gdbArguments);
  return {
    verdict,
    target: target.name,
    run: [...formatCounterexample(trace), ...(options.verbose === true ? stackLines(execution.stack) : [])],
    text: textOf(verdict, execution, recorded),
    counterexample:
      execution.violation === null
        ? null
        : counterexampleJson({ ...factsOf(trace), from: path, next: exportOf(path, target.name, trace) }),
  };
}

const FORMAT: Trace['format'] = 'frameproof/trace';

async function replay(
  path: string,
  gdbArguments: readonly string[],
  flags: Omit<ReplayOptions, 'gdbArguments'>,
): Promise<void> {
  if (gdbArguments.length > 0 && flags.gdb !== true)
    throw new SpecError(`replay: expected one file, found ${gdbArguments.join(' ')} too`);
  const options = { ...flags, gdbArguments };
  await showOutput();
  const written = readTraceText(path);
  const data = parseJson(written, path);
  const isPlain = typeof data === 'object' && data !== null && 'format' in data && data.format === FORMAT;
  const concurrent = isPlain ? null : await import('../properties/concurrent/index.ts');
  const replayed =
    concurrent?.isConcurrentTrace(data) === true
      ? await replayHistory(path, data, options)
      : await replayTrace(path, decodeTrace(written, path), options);
  await show(replayed, options.json === true);
}

/** Returns the command `frameproof replay`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('run a saved counterexample again')
    .argument('<file>', 'trace file')
    .argument('[arguments...]', 'after --, arguments of gdb')
    .addOption(otherTargetOption())
    .addOption(otherProfileOption())
    .addOption(htmlOption())
    .addOption(verboseOption())
    .addOption(programTimeOption())
    .addOption(jsonOption())
    .addOption(
      new Option(
        '--gdb',
        'run it under gdb, up to the call that broke the clause (executables in C)',
      ).conflicts('json'),
    )
    .addHelpText(
      'after',
      examples(
        'npx frameproof replay counterexamples/free.owner-0123456789.json',
        'npx frameproof replay counterexamples/free.owner-0123456789.json --target frameproof',
        'npx frameproof replay counterexamples/free.owner-0123456789.json --html found.html',
        'npx frameproof replay counterexamples/free.owner-0123456789.json --gdb',
        "npx frameproof replay counterexamples/free.owner-0123456789.json --gdb -- -batch -ex bt -ex 'print $b[3]'",
      ),
    )
    .action(replay);
}
