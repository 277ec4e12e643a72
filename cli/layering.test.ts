import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOfSources, ROOT } from './testing/copy-of-sources.ts';
import { plainEnvironment } from './testing/frameproof.ts';

const copy = copyOfSources();

/** Runs a tool on the copy and returns what it prints. */
function run(tool: string, ...args: readonly string[]): string {
  const { error, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', tool), args, {
    cwd: copy,
    env: plainEnvironment(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

/** A file that must not be: its path, and what it imports. */
type Trespass = readonly [path: string, imported: string];

/** What neither the compiler nor the linter lets pass: one for each project, since the compiler blames each file once. */
const ACROSS: readonly Trespass[] = [
  ['spec/to-model.ts', '../model/index.ts'],
  ['model/to-impl.ts', '../impl/index.ts'],
  ['impl/to-model.ts', '../model/index.ts'],
  ['properties/to-cli.ts', '../cli/index.ts'],
  ['cli/to-bench.ts', '../bench/machine.ts'],
];

/** What the linter refuses besides, most of which the compiler cannot tell. */
const AROUND: readonly Trespass[] = [
  ['spec/import/to-impl.ts', '../../impl/index.ts'],
  ['properties/campaign/to-bench.ts', '../../bench/machine.ts'],
  ['model/past-index.ts', '../spec/units.ts'],
  ['impl/past-index.ts', '../spec/units.ts'],
  ['properties/past-index.ts', '../model/state.ts'],
  ['cli/past-index.ts', '../properties/target.ts'],
  ['bench/past-index.ts', '../impl/layout.ts'],
  ['impl/past-index.test.ts', '../spec/units.ts'],
  ['model/by-name.ts', 'frameproof/impl'],
  ['examples/past-name.ts', '../impl/index.ts'],
  ['spec/to-fast-check.ts', 'fast-check'],
  ['properties/to-fast-check.ts', 'fast-check'],
  ['properties/to-vitest.ts', 'vitest'],
  ['cli/to-vitest.ts', 'vitest'],
];

/** What is as it should be. */
const ALLOWED: readonly Trespass[] = [
  ['model/good.ts', '../spec/index.ts'],
  ['properties/campaign/good.ts', '../../model/index.ts'],
  ['cli/good.ts', '../properties/index.ts'],
  ['bench/good.ts', '../cli/index.ts'],
  ['bench/good-edges.ts', 'fast-check'],
  ['impl/good.test.ts', '../properties/index.ts'],
  ['impl/good-edges.test.ts', 'fast-check'],
  ['examples/good.ts', 'frameproof/impl'],
];

let linter = '';
let compiler = '';

beforeAll(() => {
  for (const [path, imported] of [...ACROSS, ...AROUND, ...ALLOWED])
    writeFileSync(join(copy, path), `export * as found from '${imported}';\n`);
  linter = run('biome', 'lint', '--colors=off', '--reporter=github', '--max-diagnostics=none');
  compiler = run('tsc', '-b', '--pretty', 'false');
}, 120_000);

/** Returns the lines in which the compiler says that a file imports what is not of its project. */
function compilerOn(path: string): readonly string[] {
  return compiler.split('\n').filter((line) => line.startsWith(`${path}(1,`) && /TS6059|TS6307/.test(line));
}

/** Returns the lines in which the linter says that some file, or this one, imports what it must not. */
function linterOn(path = ''): readonly string[] {
  return linter
    .split('\n')
    .filter((line) => line.includes('noRestrictedImports') && line.includes(`file=${join(copy, path)}`));
}

describe('a folder that imports', () => {
  it.each(ACROSS)('%s from %s is not built', (path) => {
    expect(compilerOn(path)).not.toEqual([]);
  });

  it.each([...ACROSS, ...AROUND])('%s from %s is refused by the linter', (path) => {
    expect(linterOn(path)).not.toEqual([]);
  });

  it.each(ALLOWED)('%s from %s is content', (path) => {
    expect([...compilerOn(path), ...linterOn(path)]).toEqual([]);
  });
});

describe('the project as it stands', () => {
  it('has no such import', () => {
    expect(linterOn()).toHaveLength(ACROSS.length + AROUND.length);
  });
});
