/** `frameproof export`: writes a saved counterexample as a test that runs by itself, or as a report. */
import { dirname, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import {
  EXPORT_FORMS,
  type ExportForm,
  exportTrace,
  heldTo,
  loadTarget,
  OURS,
  readTrace,
} from '../properties/index.ts';
import { writeWhole } from './output-file.ts';

interface ExportFlags {
  readonly as: ExportForm;
  readonly target?: string;
  readonly out: string;
}

/** Returns how a file in `folder` imports the module of a target. */
function importPath(target: string, folder: string): string | null {
  if (target === OURS.name) return null;
  const path = relative(folder, resolve(target)).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

function write(text: string, out: string): void {
  if (out === '-') process.stdout.write(text);
  else writeWhole('--out', out, text);
}

async function run(file: string, flags: ExportFlags): Promise<void> {
  const trace = readTrace(file);
  const target = flags.target ?? trace.target;
  // Another target is held to what it promises, as in a replay.
  const held =
    flags.target === undefined || flags.target === trace.target
      ? trace.scenario
      : heldTo(trace.scenario, (await loadTarget(flags.target)).policies);
  const folder = flags.out === '-' ? process.cwd() : dirname(resolve(flags.out));
  write(exportTrace({ ...trace, scenario: held }, flags.as, importPath(target, folder)), flags.out);
}

/** Returns the command `frameproof export`. Its errors are `SpecError`s and `OutdatedTraceError`s, thrown. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a saved counterexample as a regression test that runs by itself')
    .argument('<file>', 'trace file')
    .addOption(
      new Option('--as <form>', 'a vitest file, a C file or the report')
        .choices(EXPORT_FORMS)
        .default('vitest'),
    )
    .option('--target <module>', 'module that the vitest file tests, instead of the one it was found on')
    .option('--out <file>', 'file to write, or - for standard output', '-')
    .action(run);
}
