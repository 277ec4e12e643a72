/** `frameproof export`: writes a saved counterexample as a test that runs by itself, or as a report. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { EXPORT_FORMS, type ExportForm, exportTrace } from '../counterexamples/export/index.ts';
import { readTrace, scenarioFor } from '../counterexamples/trace/index.ts';
import { OURS } from '../runner/index.ts';
import { isSpecError, type Profile, SpecError, type Trace } from '../spec/index.ts';
import { examples } from './help.ts';
import { otherProfileOption } from './options.ts';
import { writeWhole } from './output-file.ts';
import { print } from './print.ts';
import { loadRecorded, targetFor } from './recorded-target.ts';

interface ExportFlags {
  readonly as: ExportForm;
  readonly target?: string;
  readonly profile?: Profile;
  readonly out: string;
}

/** Returns how a file in `folder` imports the module of a target. */
function importPath(target: string, folder: string): string | null {
  if (target === OURS.name) return null;
  if (!existsSync(target))
    throw new SpecError(
      `${target}: expected a module for the test to import: no such file; name one with --target`,
    );
  const path = relative(folder, resolve(target)).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

function write(text: string, out: string): void {
  if (out === '-') print(text);
  else writeWhole('--out', out, text);
}

/** Exports a trace. An error of the trace names its file. */
function exported(
  file: string,
  trace: Trace,
  { as, module }: { readonly as: ExportForm; readonly module: string | null },
): string {
  try {
    return exportTrace(trace, as, module);
  } catch (error) {
    if (isSpecError(error)) throw new SpecError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Returns a trace as it is judged on another target. */
async function judgedOn(file: string, trace: Trace, flags: ExportFlags): Promise<Trace> {
  const target = await loadRecorded(file, trace, flags);
  const { profile } = target;
  const scenario = scenarioFor(target, trace);
  await target.close();
  return { ...trace, scenario, profile };
}

async function run(file: string, flags: ExportFlags): Promise<void> {
  const trace = readTrace(file);
  const target = targetFor(file, trace.target, flags.target);
  const judged = target === trace.target ? trace : await judgedOn(file, trace, flags);
  const profile = flags.profile ?? judged.profile;
  const folder = flags.out === '-' ? process.cwd() : dirname(resolve(flags.out));
  const module = flags.as === 'vitest' ? importPath(target, folder) : null;
  write(
    exported(file, { ...judged, ...(profile === undefined ? {} : { profile }) }, { as: flags.as, module }),
    flags.out,
  );
}

/** Returns the command `frameproof export`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a saved counterexample as a test that runs by itself, or as states')
    .argument('<file>', 'trace file')
    .addOption(
      new Option(
        '--as <form>',
        'a vitest file, a C file, the report, or the states: ITF for TLA+ and Quint, or as TLC prints them',
      )
        .choices(EXPORT_FORMS)
        .default('vitest'),
    )
    .option('--target <path>', 'module that the vitest file tests (default: the one it was found on)')
    .addOption(otherProfileOption())
    .option('--out <file>', 'file to write, or - for standard output', '-')
    .addHelpText(
      'after',
      examples(
        'npx frameproof export corpus/double-free.json --target my-pmm.ts --out double-free.test.ts',
        'npx frameproof export corpus/double-free.json --as c',
        'npx frameproof export corpus/double-free.json --as itf --out double-free.itf.json',
      ),
    )
    .action(run);
}
