/** WebAssembly on each version of Node.js, by trying. They come from the package `node`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { clangArguments } from '../../cli/clang.ts';
import { temporaryFolder } from '../../cli/testing/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = temporaryFolder();
const pathOf = (bits: 32 | 64): string => join(folder, `next-fit-${bits}.wasm`);

/** Loads each target, runs a program on it, and prints how that went. The oldest version lacks Map.groupBy. */
const TRY = `
Map.groupBy ??= (all, keyOf) => all.reduce((map, one) => map.set(keyOf(one), [...(map.get(keyOf(one)) ?? []), one]), new Map());
const { loadTarget } = await import('${ROOT}/dist/runner/load/index.js');
const { runCampaign } = await import('${ROOT}/dist/properties/random/index.js');
for (const path of process.argv.slice(1)) {
  try {
    const target = await loadTarget(path);
    const run = { target, worlds: [], generated: true, programs: 3, operations: 20, seed: 1 };
    console.log((await runCampaign(run)).verdict);
  } catch (error) {
    console.log(error.message);
  }
}`;

/** Returns what a version prints of the targets with 64 and 32 bits. */
function tried(version: number): readonly string[] {
  const args = ['exec', '--yes', '--prefer-offline', `--package=node@${version}`, '--', 'node'];
  const script = ['--input-type=module', '--eval', TRY, pathOf(64), pathOf(32)];
  return execFileSync('npm', [...args, ...script], { cwd: folder, encoding: 'utf8' })
    .trim()
    .split('\n');
}

beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{}');
  for (const bits of [32, 64] as const) {
    const words = [join(ROOT, 'native/examples/next_fit.c')];
    execFileSync('clang', clangArguments({ words, output: pathOf(bits), bits }, join(ROOT, 'native')));
  }
});

describe('WebAssembly with pointers of 64 and of 32 bits', () => {
  it.each([22, 24, 26])(
    'runs on Node.js %i',
    (version) => {
      expect(tried(version)).toEqual(['holds', 'holds']);
    },
    300_000,
  );

  it('runs with 32 on an engine that has no 64, which one line says', () => {
    const [refused, held] = tried(20);
    expect(refused).toMatch(
      /^\/.*-64\.wasm: expected .*: Node\.js 20\.\S+ has no pointers of 64 bits; build it with --bits 32$/,
    );
    expect(held).toBe('holds');
  }, 300_000);
});
