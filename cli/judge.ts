/** `frameproof judge`: says whether the specification admits a recorded run, or one under way, and otherwise which line it does not admit. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { type JudgedLog, type JudgeOptions, judgeLog, NoLogError } from '../counterexamples/log/index.ts';
import type { LogWindow } from '../counterexamples/log/program/index.ts';
import { temporaryFolder } from '../spec/files/index.ts';
import { type Profile, SpecError } from '../spec/index.ts';
import { EXIT, endWith } from './exit-codes.ts';
import { examples } from './help.ts';
import { type JudgedRun, judgeJson, judgeReport } from './judge-report.ts';
import { htmlOption } from './map-flags.ts';
import {
  corpusOption,
  jsonOption,
  type LogMapFlags,
  logMapOf,
  logMapOptions,
  profileOption,
  shrinkTimeOption,
  timeOption,
  verboseOption,
} from './options.ts';
import { print } from './print.ts';
import { judgeBar } from './progress-bar.ts';
import { interruption } from './supervised.ts';

interface JudgeFlags extends LogMapFlags {
  readonly run?: string;
  readonly format?: 'ftrace';
  readonly time?: number;
  readonly out?: string;
  readonly profile?: Profile;
  readonly target?: string;
  readonly shrinkTime: number;
  readonly corpus: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly html?: string;
}

const EXIT_OF = {
  admitted: EXIT.holds,
  violated: EXIT.violated,
  cut: EXIT.unusable,
  interrupted: EXIT.interrupted,
} as const;

/** Throws `SpecError` where flags do not go together. */
function refuseMixed(log: string | undefined, { run, time, out }: JudgeFlags): void {
  if (log !== undefined && run !== undefined) throw new SpecError(`--run: does not go with a log, ${log}`);
  if (log === undefined && run === undefined)
    throw new SpecError(
      'expected a log file, - for standard input, or --run with a command that prints a log',
    );
  if (run === undefined && time !== undefined) throw new SpecError('--time: goes with --run');
  if (run === undefined && out !== undefined) throw new SpecError('--out: goes with --run');
}

/** Judges what a command prints, until it ends, its time is over, or a clause is violated. Its output is kept in a file. */
async function judgeRun(
  command: string,
  path: string | null,
  { time, options }: { readonly time: number | undefined; readonly options: JudgeOptions },
): Promise<JudgedRun> {
  const [{ ConsoleOutput }, { openedFor }] = await Promise.all([
    import('./console-output.ts'),
    import('./output-file.ts'),
  ]);
  const copy = path === null ? null : openedFor('--out', path);
  const output = new ConsoleOutput(command, copy);
  const timer = time === undefined ? undefined : setTimeout(output.stop, time * 1000);
  options.signal?.addEventListener('abort', output.stop);
  try {
    const log = await judgeLog(path ?? 'console', { ...options, input: output.chunks() });
    const isAll = log.verdict === 'admitted' || log.verdict === 'cut';
    return { ...log, command: isAll ? await output.ending() : null };
  } catch (error) {
    throw error instanceof NoLogError ? await output.withoutLog(error) : error;
  } finally {
    clearTimeout(timer);
    output.stop();
    copy?.close();
  }
}

function judgeFile(path: string, options: JudgeOptions): Promise<JudgedLog> {
  if (path === '-') options.signal?.addEventListener('abort', () => process.stdin.destroy());
  return judgeLog(path, options);
}

async function newWindow(): Promise<LogWindow> {
  const { LogWindow: Window } = await import('../counterexamples/log/program/index.ts');
  return new Window();
}

/** Judges a log and reports; returns the verdict. */
async function judged(
  log: string | undefined,
  kept: string | null,
  flags: JudgeFlags,
  signal: AbortSignal,
): Promise<JudgedLog> {
  const bar = await judgeBar();
  const window = flags.html === undefined ? undefined : await newWindow();
  const options = {
    window,
    ...(await logMapOf(flags)),
    format: flags.format,
    profile: flags.profile,
    signal,
    onProgress: bar.update,
  };
  const result = await (flags.run === undefined
    ? judgeFile(log ?? '-', options)
    : judgeRun(flags.run, kept, { time: flags.time, options })
  ).finally(bar.stop);
  const path = log ?? flags.out ?? '-';
  const text =
    flags.json === true
      ? JSON.stringify(judgeJson(result, path), null, 1)
      : judgeReport(result, path, flags.verbose === true);
  print(`${text}\n`);
  if (flags.html !== undefined && window !== undefined) {
    const { logSections, writeHtml } = await import('./html.ts');
    writeHtml(flags.html, logSections(result, window, path));
  }
  return result;
}

async function judge(log: string | undefined, flags: JudgeFlags): Promise<void> {
  refuseMixed(log, flags);
  const signal = interruption();
  // What is shrunk is read again.
  const folder =
    flags.run !== undefined && flags.target !== undefined && flags.out === undefined
      ? temporaryFolder('frameproof')
      : null;
  try {
    const kept = folder === null ? (flags.out ?? null) : join(folder, 'console.log');
    const { verdict, cut } = await judged(log, kept, flags, signal);
    const file = log ?? kept;
    // Standard input cannot be read twice, and a result in JSON is one value.
    const isShrinkable = file !== null && file !== '-' && flags.target !== undefined && flags.json !== true;
    if (verdict === 'violated' && isShrinkable) {
      const { shrinkFile } = await import('./shrink.ts');
      print('\n');
      await shrinkFile(file, flags, signal);
    }
    if (cut !== null) throw new SpecError(cut);
    endWith(EXIT_OF[verdict]);
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true });
  }
}

/** Returns the command `frameproof judge`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function judgeCommand(): Command {
  const [mapOption, mapFromLogOption] = logMapOptions();
  return new Command('judge')
    .description('say whether the specification admits a recorded run, and which line it does not admit')
    .argument('[log]', "log file or a console's output, or - for standard input")
    .option(
      '--run <command>',
      'judge what this shell command prints while it runs, such as a kernel in QEMU; stop it at the first violation',
    )
    .addOption(
      new Option(
        '--format <format>',
        'ftrace: the events kmem:mm_page_alloc and kmem:mm_page_free of Linux',
      ).choices(['ftrace']),
    )
    .addOption(timeOption('with --run: seconds after which the command is stopped'))
    .option('--out <file>', 'with --run: keep what the command prints')
    .addOption(mapOption)
    .addOption(mapFromLogOption)
    .addOption(profileOption('JSON: what the allocator claims to do (default: what the log says)'))
    .option('--target <path>', 'allocator to shrink a violation on, as frameproof shrink does')
    .addOption(shrinkTimeOption())
    .addOption(corpusOption('with --target: folder to save the shrunk program to'))
    .addOption(htmlOption())
    .addOption(verboseOption('a table of the clauses that were checked'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'npx frameproof judge boot.log',
        'npx frameproof judge serial.txt --map-from-log',
        'npx frameproof judge boot.log --html run.html',
        'npx frameproof judge --run ./boot-in-qemu.sh --target my-pmm.ts',
      ),
    )
    .action(judge);
}
