/** The harness for kernels, in a process that stands in for one: the calls that profiles add, and what it says of page frames that stay held. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTarget } from '../runner/load/index.ts';
import { RECIPES } from '../runner/testing/recipes.ts';
import type { Profile } from '../spec/index.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { brokenBy, edited } from './testing/recipe.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const folder = temporaryFolder();
const NATIVE = join(ROOT, 'native');
const HARNESS = [join(NATIVE, 'frameproof_kernel.c'), join(NATIVE, 'testing/hosted.c')];

/** Returns the clauses that an allocator breaks there. */
async function brokenIn(
  name: string,
  sources: readonly string[],
  programs: number,
): Promise<readonly string[]> {
  const path = join(folder, name);
  const flags = ['-O1', '-I', NATIVE, '-Wall', '-Wextra', '-Werror', '-o', path];
  execFileSync('cc', [...flags, ...sources.map((source) => resolve(NATIVE, source)), ...HARNESS]);
  const target = await loadTarget(`run:${path}`);
  expect(target.profile.memoryBelow).toBeLessThanOrEqual(32n << 20n);
  // A panic ends the program there.
  const profile: Profile = { ...target.profile, misuse: 'undefined', uncaught: [] };
  const claimed = target.withClaims({ profile, policies: target.policies });
  return brokenBy(claimed, programs).finally(() => target.close());
}

/** Recipes whose profiles add calls, or take orders. */
const ADDING = RECIPES.filter(({ name }) =>
  ['page_refs', 'zones', 'buddy_orders', 'dma_runs'].includes(name),
);

describe('the harness for kernels', () => {
  it.each(ADDING)('makes the calls of $name', async ({ name }) => {
    const sources = [`examples/${name}.c`, `examples/${name}_target.c`];
    expect(await brokenIn(name, sources, 25)).toEqual([]);
  });

  it('makes every call that a profile may add, and batches in part', async () => {
    expect(await brokenIn('callers', ['testing/callers.c'], 40)).toEqual([]);
  });

  it.each(ADDING)('shows what is broken in $name', async ({ name, broken }) => {
    const [{ edit, clauses } = { edit: ['', ''] as const, clauses: [] }] = Object.values(broken);
    const [clause = 'none'] = await brokenIn(`broken-${name}`, edited(folder, name, edit), 300);
    expect(clauses).toContain(clause);
  });
});
