/** Sides: the two targets of a verification, each given by name: a target as everywhere, or a revision of a repository. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import * as t from 'io-ts';
import { type GivenClaims, OURS, type Target } from '../../runner/index.ts';
import { loadTarget } from '../../runner/load/index.ts';
import { readText, writeFile } from '../../spec/files/index.ts';
import { POLICIES, type Policy, type Profile, parseForeignJson, SpecError, WHOLE } from '../../spec/index.ts';
import { type CheckOutOptions, checkOut, MANIFEST } from './checkout.ts';
import type { Observable, Sides } from './compare.ts';

/**
 * A side that is ready to run.
 * @public
 */
export interface Side {
  readonly target: Target;
  /** The commit and how it was built, in words; empty if the side is not a revision. */
  readonly remarks: readonly string[];
  /** Ends its process, and removes its folder. */
  close(): Promise<void>;
}

/**
 * The options of a side: the claims to hold it to, and the repository of a revision.
 * @public
 */
export interface SideOptions extends CheckOutOptions, GivenClaims {
  /** The name of the other side: where that is a file, a revision without a path means the same file. */
  readonly other?: string;
}

const PREFIX = 'git:';
const REVISION = /^git:([^:]*)(?::(.+))?$/;
const COMMIT_CHARACTERS = 10;

/** A package that exports its implementation as `./impl`. */
const WithImplementation = t.type({ exports: t.type({ './impl': t.type({ default: t.string }) }) });

/** Writes a module that exports the implementation of a revision of this project as a target, and returns its path. */
function implementationModule(folder: string, source: string): string {
  const manifest = join(folder, 'package.json');
  const found = existsSync(manifest) ? parseForeignJson(readText(manifest, MANIFEST), source) : null;
  if (!WithImplementation.is(found))
    throw new SpecError(`${source}: expected a path after the revision, as in ${source}:pmm.ts`);
  const path = join(folder, found.exports['./impl'].default);
  const text = `export { createPmm as default } from ${JSON.stringify(pathToFileURL(path).href)};
export const policies = ${JSON.stringify(POLICIES)};
`;
  const written = join(folder, '.frameproof-implementation.mjs');
  writeFile(written, text);
  return written;
}

/** Returns the path in a repository of the file that a side names; null where it names none. */
function fileOf(name: string, root: string, cwd: string): string | null {
  const [, , path = null] = REVISION.exec(name) ?? [];
  const file = resolve(cwd, name);
  const isFile = name !== OURS.name && statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? relative(root, realpathSync(file)) : path;
}

async function openRevision(name: string, options: SideOptions): Promise<Side> {
  const [, revision = '', given] = REVISION.exec(name) ?? [];
  if (revision === '') throw new SpecError(`${name}: expected git:REVISION or git:REVISION:PATH`);
  const { folder, root, commit, built, close } = await checkOut(revision, options);
  try {
    const path = given ?? fileOf(options.other ?? '', root, options.cwd ?? '.');
    const file = path === null ? implementationModule(folder, name) : join(folder, path);
    const loaded = await loadTarget(file, undefined, options);
    const target = loaded.withClaims({ name: path === null ? name : `${PREFIX}${revision}:${path}` });
    const remarks = [`commit ${commit.slice(0, COMMIT_CHARACTERS)}`, ...built];
    return { target, remarks, close: () => target.close().finally(close) };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Opens a side: `git:REV:PATH` for a target that is a file of a revision, `git:REV` for the file that the other side is, or else the
 * implementation of a revision of this project, anything else as `loadTarget` takes it. Rejects with `SpecError` if it cannot be used.
 * @public
 */
export async function openSide(name: string, options: SideOptions = {}): Promise<Side> {
  if (name.startsWith(PREFIX)) return openRevision(name, options);
  const target = await loadTarget(name, undefined, options);
  return { target, remarks: [], close: () => target.close() };
}

/** Returns the profile that both sides are held to: a side that claims everything can be held to the other's. */
function commonProfile(candidate: Target, baseline: Target): Profile {
  const [one, other] = [candidate.profile, baseline.profile];
  if (one === WHOLE || isDeepStrictEqual({ ...one, policies: [] }, { ...other, policies: [] })) return other;
  if (other === WHOLE) return one;
  throw new SpecError(
    `${candidate.name}: expected to claim what ${baseline.name} does; where they are to be compared all the same, say with --profile what both are held to`,
  );
}

/**
 * Returns two targets as the sides of a comparison, held to the baseline's policies unless others are given. Throws `SpecError` if
 * their profiles differ and neither claims the whole specification.
 * @public
 */
export function sidesOf(
  candidate: Target,
  baseline: Target,
  {
    observable,
    policies = baseline.policies,
  }: { readonly observable: Observable; readonly policies?: readonly Policy[] },
): Sides {
  const held = { policies, profile: commonProfile(candidate, baseline) };
  return { candidate: candidate.withClaims(held), baseline: baseline.withClaims(held), observable };
}
