/** A kernel that stops where memory is used up, and at a double free: its panic leaves the call as one that did nothing. */
import { describe, expect, it } from 'vitest';
import { nativeBuilder } from '../runner/testing/built-native.ts';
import { brokenBy } from './testing/recipe.ts';

const build = nativeBuilder();

describe.each(['process', 64] as const)('a call that is left by fp_refuse, as %s', (as) => {
  it('has failed, or was refused', async () => {
    const target = await build(as, ['testing/refuses.c']);
    expect(await brokenBy(target, 60)).toEqual([]);
    await target.close();
  });

  it('shows that a run past the end of memory was not refused', async () => {
    const beyond = await build(as, ['testing/refuses.c'], '-DDEFECT');
    expect(await brokenBy(beyond, 60)).toEqual(['init.withheld']);
    await beyond.close();
  });
});
