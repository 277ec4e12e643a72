import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { TRACE } from './testing/trace.ts';

const { map, config } = TRACE.scenario;
/** A refused allocation, with its answer: `export` needs it. */
const REFUSED = {
  ...TRACE,
  scenario: { ...TRACE.scenario, operations: [{ call: 'alloc' }] },
  responses: [...TRACE.responses, { outcome: { kind: 'failed' } }],
};

/** A run of two callers, whose schedule lets each end before the next begins. */
const CONCURRENT_TRACE = {
  format: 'frameproof/concurrent-trace',
  version: 1,
  scenario: { map, config, policies: [], before: [], callers: [[{ call: 'alloc' }], [{ call: 'alloc' }]] },
  points: 'accesses',
  schedule: [[0, 1000]],
  violation: { clause: 'concurrent.linearizable', explanation: 'no order explains the calls' },
};

const WORKS = `export { default } from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};`;

const folder = temporaryFolder({
  'project/package.json': '{}',
  'project/src/pmm.mjs': WORKS,
  'project-2/stranger.mjs': WORKS,
  'outside/stranger.mjs': "throw new Error('the code runs');",
  'outside/stranger': '#!/bin/sh\ntouch ran\n',
});
const cwd = join(folder, 'project');
mkdirSync(join(cwd, 'traces'));
chmodSync(join(folder, 'outside/stranger'), 0o755);
symlinkSync('../outside/stranger.mjs', join(cwd, 'link.mjs'));
symlinkSync('../outside', join(cwd, 'folder'));

/** Runs a command on a trace that names a target, in a folder of the project. */
async function run(
  command: string,
  target: string,
  {
    from = cwd,
    trace = REFUSED,
    flags = [],
  }: { readonly from?: string; readonly trace?: object; readonly flags?: readonly string[] } = {},
) {
  writeFileSync(join(folder, 'trace.json'), JSON.stringify({ ...trace, target }));
  return inProcess([command, join(folder, 'trace.json'), ...flags], from);
}

const OUTSIDE = [
  '../outside/stranger.mjs',
  join(folder, 'outside/stranger.mjs'),
  '../outside/stranger',
  '../project-2/stranger.mjs',
  'link.mjs',
  'folder/stranger.mjs',
  'mutant:a/../../outside/stranger.mjs',
];

describe.each(['replay', 'shrink', 'export'])('a trace that %s reads', (command) => {
  it.each(OUTSIDE)('does not make it run %s, which lies outside the project', async (target) => {
    expect(await run(command, target)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `frameproof: ${folder}/trace.json: expected a target in this project, ${cwd}: to run code from elsewhere, pass --target ${target}\n`,
    });
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  it('does not make it run a command', async () => {
    const { exitCode, stderr } = await run(command, 'run:touch ran');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/the file names a command, .*: pass --target 'run:touch ran'\n$/);
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });

  it.each([
    ['src/pmm.mjs', cwd],
    ['../src/pmm.mjs', join(cwd, 'traces')],
    ['frameproof', folder],
    ['stranger.mjs', join(folder, 'project-2')],
  ])('makes it run %s', async (target, from) => {
    expect((await run(command, target, { from })).exitCode).toBe(command === 'shrink' ? 3 : 0);
  });
});

describe('a trace of several callers', () => {
  const trace = CONCURRENT_TRACE;

  it.each(OUTSIDE)('does not make replay run %s', async (target) => {
    const result = await run('replay', target, { trace });
    expect(result.stderr).toMatch(/expected a target in this project/);
    expect(result.exitCode).toBe(2);
  });

  it('makes it run our own', async () => {
    expect(await run('replay', 'frameproof', { trace })).toMatchObject({ stderr: '', exitCode: 0 });
  });
});

it('a target outside the project runs where --target names it', async () => {
  const target = join(folder, 'project-2/stranger.mjs');
  expect(await run('replay', target, { flags: ['--target', target] })).toMatchObject({
    stderr: '',
    exitCode: 0,
  });
});

it('the next step names a target that the file may not decide on', async () => {
  const target = new URL('../examples/broken-batch.ts', import.meta.url).pathname;
  const { stdout } = await inProcess(['check', '--target', target, '--seed', '1', '--programs', '50'], cwd);
  expect(stdout).toMatch(
    new RegExp(`^next: npx frameproof replay counterexamples/\\S+ --target ${target}$`, 'm'),
  );
});
