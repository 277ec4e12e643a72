/** Compilers as child processes: what they say is printed, and a line that fails ends the command. */
import { spawnSync } from 'node:child_process';
import { SpecError } from '../spec/index.ts';
import { print, printError } from './print.ts';

/** Runs a line. Throws `SpecError` where the compiler is missing, or fails. */
export function compile(line: readonly string[], isVerbose: boolean): void {
  const [command = '', ...args] = line;
  if (isVerbose) print(`${line.join(' ')}\n`);
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined)
    throw new SpecError(
      `build: expected a compiler, and there is no ${command}: install it, or name another one with --cc`,
    );
  if (stderr !== '') printError(stderr);
  if (status !== 0)
    throw new SpecError(`build: expected sources that ${command} compiles: it ended with ${status}`);
}
