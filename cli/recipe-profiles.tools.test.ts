/** The profiles that are proposed for the recipes. */
import { describe, expect, it } from 'vitest';
import { fitProfile } from '../properties/fit/index.ts';
import { nativeBuilder } from '../runner/testing/built-native.ts';
import { RECIPES } from '../runner/testing/recipes.ts';
import { hasOrders, Profile } from '../spec/index.ts';
import { brokenBy, edited } from './testing/recipe.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const build = nativeBuilder();
const folder = temporaryFolder();

describe.each(RECIPES)('the recipe $name', ({ name, broken }) => {
  it.each(Object.entries(broken))(
    'is proposed no profile that hides that %s',
    async (_, { edit, trusts }) => {
      const target = await build('process', edited(folder, name, edit));
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
    const target = await build('process', [`examples/${name}.c`, `examples/${name}_target.c`]);
    // Its zones are found too, but not lists of who serves for them: a defect looks the same.
    const zones = hasOrders(target.profile) ? target.profile.zones : 2;
    const unzoned = target.withClaims({ profile: { ...target.profile, zones } });
    const { profile, unexplained } = await fitProfile(unzoned, { seed: 1, programs: 100 });
    expect(unexplained).toBeNull();
    expect(Profile.encode(profile)).toEqual(Profile.encode(target.profile));
    await target.close();
  });
});
