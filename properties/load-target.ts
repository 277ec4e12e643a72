/** Loading targets: a module on disk whose default export builds a manager, or our own implementation by name. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as t from 'io-ts';
import { decode, Policy, SpecError } from '../spec/index.ts';
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

/**
 * Returns the target of that name: our implementation where it is `frameproof`, else the module at that path. Its policies
 * are those that it exports as `policies`, unless others are given. Throws `SpecError` where it cannot be used.
 */
export async function loadTarget(name: string, policies?: readonly Policy[]): Promise<Target> {
  if (name === OURS.name) return policies === undefined ? OURS : { ...OURS, policies };
  const exports = await importModule(name);
  return targetFrom(exports.default, { source: name, policies: policies ?? promised(exports, name) });
}
