/** `frameproof replay`: runs a saved trace again, on the target it was found on or on another one. */
import { Command } from 'commander';
import {
  decodeTrace,
  formatCounterexample,
  readTraceText,
  scenarioFor,
} from '../counterexamples/trace/index.ts';
import {
  decodeConcurrentTrace,
  isConcurrentTrace,
  loadConcurrentTarget,
  replayConcurrent,
} from '../properties/concurrent/index.ts';
import { type Execution, execute } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { type Profile, parseJson, type Trace } from '../spec/index.ts';
import { historyLines } from './concurrent-report.ts';
import { EXIT } from './exit-codes.ts';
import { profileOption } from './options.ts';

interface ReplayOptions {
  readonly target?: string;
  readonly profile?: Profile;
  readonly json?: boolean;
}

/** What a replay came to. */
type ReplayVerdict = 'holds' | 'reproduced' | 'another clause' | 'no longer applies';

function verdictOf(execution: Execution, recorded: Trace): ReplayVerdict {
  const { violation, dangling } = execution;
  if (violation !== null)
    return violation.clause === recorded.violation?.clause ? 'reproduced' : 'another clause';
  return dangling.length > 0 ? 'no longer applies' : 'holds';
}

function explain(
  verdict: ReplayVerdict,
  { dangling, operations, violation }: Execution,
  recorded: Trace,
): string {
  const was = recorded.violation?.clause ?? 'nothing';
  const [first] = dangling;
  const passedOver = `operation ${(first?.at ?? 0) + 1} ${first?.beyond ?? `refers to ${first?.reference}, which this target did not hand out`}`;
  switch (verdict) {
    case 'reproduced':
      return `reproduced: ${was} is broken`;
    case 'another clause':
      return `broken otherwise: ${violation?.clause} is broken, the file says ${was}`;
    case 'no longer applies':
      return `no longer applies: ${passedOver}`;
    default:
      return `holds: ${operations.length} operations, no clause is broken`;
  }
}

const EXIT_OF = {
  holds: EXIT.holds,
  reproduced: EXIT.broken,
  'another clause': EXIT.broken,
  'no longer applies': EXIT.outdated,
} as const;

/** Runs a concurrent trace again, and shows it. */
async function replayHistory(path: string, data: unknown, options: ReplayOptions): Promise<void> {
  const trace = decodeConcurrentTrace(data, path);
  const target = await loadConcurrentTarget(options.target ?? trace.target);
  const found = replayConcurrent(target, trace);
  const was = trace.violation.clause;
  const isSame = found?.violation.clause === was;
  const verdict = found === null ? 'holds' : isSame ? 'reproduced' : 'another clause';
  const text =
    found === null
      ? 'holds: some order explains the calls'
      : `${verdict}: ${found.violation.clause} is broken`;
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ verdict, target: target.name, text })}\n`);
  else {
    const shown = found === null ? [] : historyLines(found);
    process.stdout.write(`${[...shown, text].join('\n')}\n`);
  }
  process.exitCode = EXIT_OF[verdict];
}

async function replay(path: string, options: ReplayOptions): Promise<void> {
  const written = readTraceText(path);
  const data = parseJson(written, path);
  if (isConcurrentTrace(data)) return replayHistory(path, data, options);
  const recorded = decodeTrace(written, path);
  const target = await loadTarget(options.target ?? recorded.target, undefined, {
    profile: options.profile,
  });
  const execution = execute(target, scenarioFor(target, recorded));
  const verdict = verdictOf(execution, recorded);
  const text = explain(verdict, execution, recorded);
  if (options.json === true) {
    const { violation } = execution;
    process.stdout.write(`${JSON.stringify({ verdict, target: target.name, text, violation })}\n`);
  } else {
    process.stdout.write(`${formatCounterexample(execution.trace()).join('\n')}\n${text}\n`);
  }
  process.exitCode = EXIT_OF[verdict];
}

/** Returns the command `frameproof replay`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('run a saved counterexample again')
    .argument('<file>', 'trace file')
    .option('--target <module>', 'run it on this target instead of the one it was found on')
    .addOption(profileOption())
    .option('--json', 'print the result as JSON')
    .action(replay);
}
