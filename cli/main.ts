/** The command line: parse, call, render. What users can get wrong ends in one line on standard error and an exit code. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { OutdatedTraceError } from '../properties/index.ts';
import { isSpecError } from '../spec/index.ts';
import { checkCommand } from './check.ts';
import { EXIT } from './exit-codes.ts';
import { mapCommand } from './map.ts';
import { replayCommand } from './replay.ts';

/** Where package.json lies from here, in a checkout (cli/main.ts) and in the package (dist/cli/main.js). */
const PACKAGE_JSON = ['../package.json', '../../package.json'];

function version(): string {
  for (const path of PACKAGE_JSON) {
    try {
      const found: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof found === 'object' && found !== null && 'version' in found) return String(found.version);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return 'unknown';
}

function program(): Command {
  const command = new Command('frameproof')
    .description('proves page-frame allocators: one specification, one judge, counterexamples worth reading')
    .version(version())
    .showHelpAfterError('(see --help)');
  for (const sub of [checkCommand(), replayCommand(), mapCommand()]) command.addCommand(sub);
  // Sub-commands do not inherit these from their parent.
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({ outputError: () => {} });
  return command;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.holds;
    if (error.code !== 'commander.help')
      process.stderr.write(`frameproof: ${error.message.replace(/^error: /, '')}\n`);
    return EXIT.unusable;
  }
  if (isSpecError(error)) {
    process.stderr.write(`frameproof: ${error.message}\n`);
    return EXIT.unusable;
  }
  if (error instanceof OutdatedTraceError) {
    process.stderr.write(`frameproof: this file no longer applies: ${error.message}\n`);
    return EXIT.outdated;
  }
  throw error;
}

/** Runs a command line, without the first two words of `process.argv`; sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}
