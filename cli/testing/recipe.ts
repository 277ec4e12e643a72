/** The allocators of the recipes, edited, and what is wrong with them then. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCampaign } from '../../properties/random/index.ts';
import type { Target } from '../../runner/index.ts';
import type { Edit } from '../../runner/testing/recipes.ts';
import { ROOT } from './copy-of-sources.ts';

/** Returns the paths of an allocator and its target, copied into a folder with an edit made to one of them. */
export function edited(folder: string, name: string, [from, to]: Edit): readonly string[] {
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
export async function brokenBy(target: Target, programs: number): Promise<readonly string[]> {
  const options = { worlds: [], generated: true, operations: 60, seed: 3, stopFirst: true };
  const { findings, unreached } = await runCampaign({ ...options, target, programs });
  expect(unreached).toEqual([]);
  return findings.map(({ trace }) => trace.violation?.clause ?? 'none');
}
