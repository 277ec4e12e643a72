/** The recipes as processes, in runs that must meet everything that their profiles do not take out. */
import { describe, expect, it } from 'vitest';
import { FULL_RUN_PROGRAMS } from '../properties/random/index.ts';
import { nativeBuilder } from '../runner/testing/built-native.ts';
import { RECIPES } from '../runner/testing/recipes.ts';
import { brokenBy } from './testing/recipe.ts';

const build = nativeBuilder();

describe.each(RECIPES)('the recipe $name', ({ name }) => {
  it('holds as a process, and a full run meets all that it can', async () => {
    const target = await build('process', [`examples/${name}.c`, `examples/${name}_target.c`]);
    expect(await brokenBy(target, FULL_RUN_PROGRAMS)).toEqual([]);
    await target.close();
  });
});
