/**
 * Recorded targets: the target that a file names. To run a target is to run code, and the file may be a stranger's. So a file decides
 * what runs only among targets that are built in and the current project's; `--target` decides among all.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { profileFor, type RecordedScenario } from '../counterexamples/trace/index.ts';
import { OURS, RUN_PREFIX, type Target } from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import { type Profile, SpecError } from '../spec/index.ts';
import { commandLine } from './next-step.ts';

/** Returns the project: the nearest folder with a package.json, from the current folder up; else the current folder. */
function projectFolder(): string {
  const current = realpathSync('.');
  for (let folder = current; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return folder;
  return current;
}

/** Whether a file may decide that this target runs. A name without a file is built in, or refused where it is loaded. */
function isTrusted(target: string): boolean {
  if (target.startsWith(RUN_PREFIX)) return false;
  const path = resolve(target);
  return target === OURS.name || !existsSync(path) || realpathSync(path).startsWith(projectFolder() + sep);
}

/** Returns the target that a command runs: the one that `--target` names, else the one that its file names. */
export function targetFor(file: string, recorded: string, given: string | undefined): string {
  if (given !== undefined || isTrusted(recorded)) return given ?? recorded;
  if (recorded.startsWith(RUN_PREFIX))
    throw new SpecError(
      `${file}: the file names a command, and a command runs only if you name it: pass --target '${recorded}'`,
    );
  throw new SpecError(
    `${file}: expected a target in this project, ${projectFolder()}: to run code from elsewhere, pass --target ${recorded}`,
  );
}

/** The flags that come before what a file says. */
interface Given {
  readonly target?: string;
  readonly profile?: Profile;
  readonly programTime?: number;
}

/** Loads the target that a command runs a recorded scenario on, held to the profile that it is judged by there. */
export function loadRecorded(file: string, recorded: RecordedScenario, given: Given): Promise<Target> {
  const name = targetFor(file, recorded.target ?? OURS.name, given.target);
  const profile = given.profile ?? profileFor(name, recorded);
  return loadTarget(name, undefined, { profile, programMs: given.programTime });
}

/** Returns the command line that runs a saved file on the target that it names. */
export function commandOnFile(
  command: string,
  file: string,
  target: string,
  ...flags: readonly string[]
): string {
  return commandLine(command, file, ...(isTrusted(target) ? [] : ['--target', target]), ...flags);
}
