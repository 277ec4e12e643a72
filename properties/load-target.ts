/**
 * Loading targets: a module on disk whose default export builds a manager; by name, our own implementation, or a mutant of
 * it.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as t from 'io-ts';
import { decode, Policy, SpecError } from '../spec/index.ts';
import { MUTANT_PREFIX, MUTANTS, targetOf } from './mutants/index.ts';
import { OURS, type Target, targetFrom } from './target.ts';

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
function promised(exports: Readonly<Record<string, unknown>>, path: string): readonly Policy[] {
  if (exports.policies === undefined) return [];
  return decode(t.readonlyArray(Policy), exports.policies, `${path}: export policies`);
}

function mutantNamed(name: string): Target {
  const mutant = MUTANTS.find((one) => `${MUTANT_PREFIX}${one.name}` === name);
  if (mutant !== undefined) return targetOf(mutant);
  throw new SpecError(
    `${name}: expected a mutant that \`npm run mutants\` lists: there is none of that name`,
  );
}

async function targetOfModule(path: string, policies?: readonly Policy[]): Promise<Target> {
  const exports = await importModule(path);
  return targetFrom(exports.default, { source: path, policies: policies ?? promised(exports, path) });
}

/**
 * Returns the target of that name: our implementation where it is `frameproof`, a mutant of it where it is `mutant:` and
 * its name, else the module at that path. Its policies are those that it exports as `policies`, unless others are given.
 * Throws `SpecError` where it cannot be used.
 */
export async function loadTarget(name: string, policies?: readonly Policy[]): Promise<Target> {
  if (name !== OURS.name && !name.startsWith(MUTANT_PREFIX)) return targetOfModule(name, policies);
  const target = name === OURS.name ? OURS : mutantNamed(name);
  return policies === undefined ? target : { ...target, policies };
}
