/**
 * Identities of runs: everything that decides which programs a campaign runs and how they are judged. All shards of a run have the same
 * identity.
 */
import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import * as t from 'io-ts';
import { OURS, type Target } from '../../../runner/index.ts';
import { readBytes } from '../../../spec/files/index.ts';
import { Config, closed, MemoryMap, Natural, Policy, Profile } from '../../../spec/index.ts';
import type { CampaignOptions } from '../campaign/campaign.ts';
import { claimsOf } from '../campaign/reach.ts';

/** A file or memory map by name, with its digest. */
const Named = t.readonly(closed(t.type({ name: t.string, digest: t.string })));

export const RunIdentity = t.readonly(
  closed(
    t.type(
      {
        /** Digest of frameproof's code: another version draws other programs. */
        checker: t.string,
        /** The digest covers the target's file, but not the files that it imports. */
        target: Named,
        policies: t.readonlyArray(Policy),
        /** The further claims of the target. */
        claims: t.readonly(
          closed(t.type({ profile: Profile, takesAnyNumber: t.boolean, seesWrites: t.boolean })),
        ),
        seed: Natural,
        programs: Natural,
        operations: Natural,
        generated: t.boolean,
        maps: t.readonlyArray(Named),
      },
      'the identity of a run',
    ),
  ),
);
export type RunIdentity = t.TypeOf<typeof RunIdentity>;

const DIGEST_CHARACTERS = 16;

function digest(hash: Hash): string {
  return hash.digest('hex').slice(0, DIGEST_CHARACTERS);
}

function digestOf(content: string | Uint8Array): string {
  return digest(createHash('sha256').update(content));
}

/** The folders of frameproof that decide what a campaign does. */
const OWN_FOLDERS = ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties'];

function filesIn(folder: string, extension: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => extname(path) === extension)
    .map((path) => path.replaceAll(sep, '/'))
    .sort();
}

/** Returns the digest of frameproof's code, as it is running: compiled or not. */
function checkerDigest(): string {
  const root = join(import.meta.dirname, '../../..');
  const hash = createHash('sha256');
  for (const folder of OWN_FOLDERS)
    for (const path of filesIn(join(root, folder), extname(import.meta.filename)))
      hash.update(`${folder}/${path}\0`).update(readFileSync(join(root, folder, path)));
  return digest(hash);
}

const TARGET = { of: 'target', mostBytes: 2 ** 30 };

function targetDigest(name: string): string {
  if (name === OURS.name) return '';
  return statSync(name, { throwIfNoEntry: false })?.isFile() === true
    ? digestOf(readBytes(name, TARGET))
    : '';
}

/** Returns the identity of a campaign. Reads frameproof's code and the target's file. */
export function runIdentity({
  target,
  seed,
  programs,
  operations,
  generated,
  worlds,
}: Omit<CampaignOptions, 'target'> & { readonly target: Target }): RunIdentity {
  const { name } = target;
  const { policies, ...claims } = claimsOf(target);
  return {
    checker: checkerDigest(),
    target: { name, digest: targetDigest(name) },
    policies,
    claims,
    seed,
    programs,
    operations,
    generated,
    maps: worlds.map(({ name: mapName, map, config }) => ({
      name: mapName,
      digest: digestOf(JSON.stringify([MemoryMap.encode(map), Config.encode(config)])),
    })),
  };
}
