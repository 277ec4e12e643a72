import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore, smallWorld } from '../properties/explore/index.ts';
import { fitProfile } from '../properties/fit/index.ts';
import { runCampaign } from '../properties/random/index.ts';
import type { Target } from '../runner/index.ts';
import { nativeBuilder } from '../runner/testing/built-native.ts';
import { type Edit, RECIPES } from '../runner/testing/recipes.ts';
import { Profile } from '../spec/index.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const build = nativeBuilder();
const folder = temporaryFolder();

/** Returns the paths of an allocator and its target with an edit made to one of them. */
function edited(name: string, [from, to]: Edit): readonly string[] {
  let times = 0;
  const own = mkdtempSync(join(folder, 'edited-'));
  const paths = [`${name}.c`, `${name}_target.c`].map((file) => {
    const text = readFileSync(join(ROOT, 'native/examples', file), 'utf8');
    times += text.split(from).length - 1;
    const path = join(own, file);
    writeFileSync(path, text.replaceAll(from, to));
    return path;
  });
  expect(times, `${from} is in one of the files, once`).toBe(1);
  return paths;
}

/** Returns the clauses that a target breaks first in a call or another. */
async function brokenBy(target: Target, programs: number): Promise<readonly string[]> {
  const options = { worlds: [], generated: true, operations: 60, seed: 3, stopFirst: true };
  const { findings, unreached } = await runCampaign({ ...options, target, programs });
  expect(unreached).toEqual([]);
  return findings.map(({ trace }) => trace.violation?.clause ?? 'none');
}

describe.each(RECIPES)('the recipe $name', ({ name, broken, small = [], searched }) => {
  const sources = [`examples/${name}.c`, `examples/${name}_target.c`];

  it('holds as a process and as WebAssembly', async () => {
    for (const as of ['process', 64] as const) {
      const target = await build(as, sources);
      expect(await brokenBy(target, 100)).toEqual([]);
      await target.close();
    }
  });

  it('has a target file of at most 40 lines', () => {
    const text = readFileSync(join(ROOT, `native/examples/${name}_target.c`), 'utf8');
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(40);
  });

  it.each(Object.entries(broken))('is caught where %s', async (_, { edit, clauses }) => {
    const target = await build(64, edited(name, edit));
    const [clause = 'none'] = await brokenBy(target, 1000);
    expect(clauses).toContain(clause);
    await target.close();
  });

  it.each(Object.entries(broken))(
    'is proposed no profile that hides that %s',
    async (_, { edit, trusts }) => {
      const target = await build('process', edited(name, edit));
      const { profile, unexplained } = await fitProfile(target, { seed: 1, programs: 100 });
      if (trusts !== undefined) {
        expect(Profile.encode(profile)).toMatchObject(trusts);
        expect(profile).not.toEqual(target.profile);
      } else if (unexplained === null)
        expect(await brokenBy(target.withClaims({ profile }), 1000)).not.toEqual([]);
      await target.close();
    },
  );

  it('is proposed its own profile', async () => {
    const target = await build('process', sources);
    // Its zones are found too.
    const unzoned = target.withClaims({ profile: { ...target.profile, zones: 2 } });
    const { profile, unexplained } = await fitProfile(unzoned, { seed: 1, programs: 100 });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toEqual(Profile.encode(target.profile));
    await target.close();
  });

  it.runIf(searched !== null)('closes in a search of all states', async () => {
    const target = await build(64, sources, ...small);
    const { end } = await explore({ target, world: smallWorld(searched ?? { stack: 0, bitmap: 0 }) });
    expect(end).toBe('closed');
    await target.close();
  });
});
