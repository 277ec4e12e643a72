/** Sides: what a verification compares, from what somebody names: a target as everywhere, or a revision of a repository. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as t from 'io-ts';
import { decode, POLICIES, parseJson, SpecError } from '../../spec/index.ts';
import { loadLocalTarget } from '../load-target.ts';
import type { LocalTarget } from '../target.ts';
import { type CheckOutOptions, checkOut } from './checkout.ts';

/** A side that is ready to run. */
export interface Side {
  readonly target: LocalTarget;
  /** How it came to be, in words; empty where there is nothing to say. */
  readonly remarks: readonly string[];
  /** Lets go of what it takes up. */
  close(): void;
}

const PREFIX = 'git:';
const COMMIT_CHARACTERS = 10;

/** A package with its implementation as an export of its own. */
const WithImplementation = t.type(
  { exports: t.type({ './impl': t.type({ default: t.string }) }) },
  'a package.json with exports["./impl"].default',
);

/** Writes a module that exports the implementation of a revision of this project, with its promises, as targets are exported. */
function implementationModule(folder: string, source: string): string {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest))
    throw new SpecError(
      `${source}: expected a path after the revision, as in ${source}:pmm.ts: it has no package.json`,
    );
  const found = decode(WithImplementation, parseJson(readFileSync(manifest, 'utf8'), source), source);
  const path = join(folder, found.exports['./impl'].default);
  const text = `export { createPmm as default } from ${JSON.stringify(pathToFileURL(path).href)};
export const policies = ${JSON.stringify(POLICIES)};
`;
  const written = join(folder, '.frameproof-implementation.mjs');
  writeFileSync(written, text);
  return written;
}

async function openRevision(name: string, options: CheckOutOptions): Promise<Side> {
  const [, revision = '', path] = /^git:([^:]*)(?::(.+))?$/.exec(name) ?? [];
  if (revision === '') throw new SpecError(`${name}: expected git:REVISION or git:REVISION:PATH`);
  const { folder, commit, built, close } = await checkOut(revision, options);
  try {
    const file = path === undefined ? implementationModule(folder, name) : join(folder, path);
    const target = { ...(await loadLocalTarget(file)), name };
    return { target, remarks: [`commit ${commit.slice(0, COMMIT_CHARACTERS)}`, ...built], close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Opens a side: `git:REV` for the implementation of a revision of this project, `git:REV:PATH` for a target that is a file
 * of a revision, anything else as `loadTarget` takes it. Throws `SpecError` where it cannot be used.
 */
export async function openSide(name: string, options: CheckOutOptions = {}): Promise<Side> {
  if (name.startsWith(PREFIX)) return openRevision(name, options);
  return { target: await loadLocalTarget(name), remarks: [], close: () => {} };
}
