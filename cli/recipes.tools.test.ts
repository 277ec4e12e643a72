import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explore, smallWorld } from '../properties/explore/index.ts';
import { nativeBuilder } from '../runner/testing/built-native.ts';
import { RECIPES } from '../runner/testing/recipes.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { brokenBy, edited } from './testing/recipe.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const build = nativeBuilder();
const folder = temporaryFolder();

describe.each(RECIPES)('the recipe $name', ({ name, broken, small = [], searched }) => {
  const sources = [`examples/${name}.c`, `examples/${name}_target.c`];

  it('holds as WebAssembly', async () => {
    const target = await build(64, sources);
    expect(await brokenBy(target, 100)).toEqual([]);
    await target.close();
  });

  it('has a target file of at most 40 lines', () => {
    const text = readFileSync(join(ROOT, `native/examples/${name}_target.c`), 'utf8');
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(40);
  });

  it.each(Object.entries(broken))('is caught where %s', async (_, { edit, clauses }) => {
    const target = await build(64, edited(folder, name, edit));
    const [clause = 'none'] = await brokenBy(target, 1000);
    expect(clauses).toContain(clause);
    await target.close();
  });

  it.runIf(searched !== null)('closes in a search of all states', async () => {
    const target = await build(64, sources, ...small);
    const { end } = await explore({ target, world: smallWorld(searched ?? { stack: 0, bitmap: 0 }) });
    expect(end).toBe('closed');
    await target.close();
  });
});
