/**
 * Loading targets: a module on disk whose default export builds a manager, an executable that speaks the protocol; by name, our own
 * implementation, or a mutant of it.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as t from 'io-ts';
import { decode, decodeProfile, Policy, type Profile, SpecError } from '../../spec/index.ts';
import { MUTANT_PREFIX, MUTANTS, targetOf } from '../mutants/index.ts';
import { loadExecutable } from '../process/load-executable.ts';
import { isRemote, type LocalTarget, OURS, release, type Target, targetFrom } from '../target.ts';

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(path))
    throw new SpecError(`${path}: expected a module that exports a manager: there is no such file`);
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new SpecError(
      `${path}: expected a module that can be imported: ${reason.replaceAll(/\s+/g, ' ')}`,
      {
        cause: error,
      },
    );
  }
}

/** What a module promises: its export `policies`, or nothing. */
function promised(exports: Readonly<Record<string, unknown>>, path: string): readonly Policy[] | null {
  if (exports.policies === undefined) return null;
  return decode(t.readonlyArray(Policy), exports.policies, `${path}: export policies`);
}

function mutantNamed(name: string): LocalTarget {
  const mutant = MUTANTS.find((one) => `${MUTANT_PREFIX}${one.name}` === name);
  if (mutant !== undefined) return targetOf(mutant);
  throw new SpecError(
    `${name}: expected a mutant that \`npm run mutants\` lists: there is none of that name`,
  );
}

/** What a module claims: its export `profile`, or the whole of the specification. */
function claimed(exports: Readonly<Record<string, unknown>>, path: string): Profile | undefined {
  return exports.profile === undefined
    ? undefined
    : decodeProfile(exports.profile, `${path}: export profile`);
}

/** What Node.js imports. Other files are run. */
const MODULES = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

function isModule(path: string): boolean {
  return MODULES.includes(extname(path));
}

function refuseUnrunnable(path: string): void {
  if (!existsSync(path))
    throw new SpecError(`${path}: expected a module or an executable: there is no such file`);
  if (statSync(path).isDirectory())
    throw new SpecError(`${path}: expected a module or an executable: it is a folder`);
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    const expected = `a module (${MODULES.join(', ')}) or an executable`;
    throw new SpecError(`${path}: expected ${expected}: it may not be executed`, { cause: error });
  }
}

/** What a target is held to instead of what it claims itself. */
export interface GivenClaims {
  readonly profile?: Profile | undefined;
  /** Milliseconds that a program may take in a process. Default: 1000, and more for large memory maps. */
  readonly programMs?: number | undefined;
}

async function loadModule(
  path: string,
  policies: readonly Policy[] | undefined,
  { profile }: GivenClaims,
): Promise<Target> {
  const exports = await importModule(path);
  const held = profile ?? claimed(exports, path);
  const promises = policies ?? promised(exports, path) ?? held?.policies ?? [];
  return targetFrom(exports.default, {
    source: path,
    policies: promises,
    ...(held === undefined ? {} : { profile: held }),
  });
}

/**
 * Returns the target of that name: our implementation where it is `frameproof`, a mutant of it where it is `mutant:` and
 * its name, else the module or the executable at that path. It is held to what it claims, unless other policies or another
 * profile are given. Throws `SpecError` where it cannot be used. {@link release} it in the end.
 */
export async function loadTarget(
  name: string,
  policies?: readonly Policy[],
  given: GivenClaims = {},
): Promise<Target> {
  const { profile } = given;
  if (name === OURS.name || name.startsWith(MUTANT_PREFIX)) {
    const target = name === OURS.name ? OURS : mutantNamed(name);
    const promises = policies ?? (profile === undefined ? target.policies : profile.policies);
    return { ...target, policies: promises, ...(profile === undefined ? {} : { profile }) };
  }
  if (isModule(name)) return loadModule(name, policies, given);
  refuseUnrunnable(name);
  const target = await loadExecutable(resolve(name), profile, given.programMs);
  return { ...target, name, policies: policies ?? target.policies };
}

/** The same of what runs in this process alone: an executable is refused. */
export async function loadLocalTarget(name: string, policies?: readonly Policy[]): Promise<LocalTarget> {
  const target = await loadTarget(name, policies);
  if (!isRemote(target)) return target;
  await release(target);
  throw new SpecError(
    `--target: expected a module, found the executable ${name}: it is asked whole programs alone`,
  );
}
