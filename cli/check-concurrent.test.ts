import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ended, frameproof, start } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WORKS = join(ROOT, 'examples/works.ts');
const LOCK = JSON.stringify(join(ROOT, 'examples/broken-lock.ts'));
const LOCK_FREE = JSON.stringify(join(ROOT, 'examples/lock-free.ts'));
const STANDARD = 'callers of a module make the standard calls, and those of the profile that it exports';
const folder = temporaryFolder({
  'added.mjs': `import attach from ${LOCK};
export const policies = ['lifo'];
export default (...passed) => Object.assign(attach(...passed), { retain() {}, addRegion() {} });`,
  'keeps.mjs': `export { default } from ${LOCK}; export const profile = { keeps: 'named' };`,
  'waits.mjs': `export { default } from ${LOCK}; export const profile = { outOfMemory: 'undefined' };`,
  'list.mjs': `export { default } from ${LOCK}; export const sharedWords = () => [1, 2];`,
  'three.mjs': `export { default } from ${LOCK}; export const sharedWords = 3;`,
  'view.mjs': `export { profile, sharedWords } from ${LOCK_FREE};
export default (map, { shared }) => ({ view: new Uint32Array(shared.words.buffer) });`,
  // It remembers how often it allocated, and fails where it should not.
  'remembers.mjs': `import attach from ${LOCK_FREE};
export { profile, sharedWords } from ${LOCK_FREE};
export default (...passed) => {
  const caller = attach(...passed);
  const alloc = caller.alloc.bind(caller);
  let calls = 0;
  return Object.assign(caller, { alloc: () => (++calls > 40 ? ((caller.errno = 'ENOMEM'), null) : alloc()) });
};`,
  'nothing.mjs': 'export default 1;',
  'alone.mjs': `import Works from ${JSON.stringify(WORKS)}; export default (map, options) => new Works(map, options);`,
});

function run(args: string) {
  return frameproof(args.split(' '), { cwd: ROOT });
}

describe.concurrent('frameproof check --concurrent', () => {
  it('says what it went through, and that some order explains it', async () => {
    const { stdout, stderr, exitCode } = await run(
      'check --concurrent --threads 2 --calls 2000 --programs 20 --seed 1 --json',
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'holds',
      seed: 1,
      explored: { scenarios: 20, schedules: 400 },
      exhausted: [{ shape: { callers: 2, calls: 1 }, scenarios: 45, schedules: 720, unguarded: 0 }],
      threads: { calls: 2000, violation: null },
      clauses: { 'concurrent.linearizable': {}, 'concurrent.progress': {} },
    });
  });

  it('draws a history that no order explains, and saves a trace that replays', async () => {
    const { stdout, exitCode } = await run(
      `check --concurrent --target examples/broken-lock.ts --seed 3 --corpus ${folder}/found`,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^violation concurrent\.linearizable: no order explains the 5 calls/m);
    expect(stdout).toMatch(/^caller 1 +\d\|-+\|\ncaller 2 +\d\|-+\|\nalone/m);
    expect(stdout).toMatch(/^after 2 cannot come 1: allocPages\.was-free: page frame \d was handed out/m);
    // It was saved as found, too, and the shrunk one has taken its place.
    const [, asFound = ''] =
      /^found: concurrent\.linearizable by \d+ calls, saved to (\S+)$/m.exec(stdout) ?? [];
    const [file = '', ...others] = readdirSync(`${folder}/found/concurrent`);
    expect(others).toEqual([]);
    expect(asFound).not.toMatch(new RegExp(`(^$|${file}$)`));
    const path = `${folder}/found/concurrent/${file}`;
    const [replayed, ours] = await Promise.all([
      run(`replay ${path}`),
      run(`replay ${path} --target frameproof`),
    ]);
    expect(replayed).toMatchObject({ exitCode: 1, stderr: '' });
    expect(replayed.stdout).toMatch(/^reproduced: concurrent\.linearizable is violated$/m);
    expect(ours).toMatchObject({ exitCode: 0, stdout: 'holds: some order explains the calls\n' });
  });
});

it('a module is held to the policies that it exports, and calls beyond the standard ones are named: nobody makes them', async () => {
  const args = `check --concurrent --target ${folder}/added.mjs --programs 1 --calls 2 --corpus ${folder}/added`;
  const { stdout } = await run(`${args} --seed 3`);
  expect(stdout).toContain(`
not checked on this target:
  policy.first-fit: not promised
  retain: callers of a module make the standard calls, and those of the profile
    that it exports
  addRegion: callers of a module make the standard calls, and those of the
    profile that it exports
`);
  const { stdout: json } = await run(`${args} --seed 3 --json`);
  expect(JSON.parse(json).unchecked).toEqual([
    { what: 'policy.first-fit', why: 'not promised' },
    { what: 'retain', why: STANDARD },
    { what: 'addRegion', why: STANDARD },
  ]);
});

describe.concurrent('a module with a state of its own, and claims', () => {
  const few = '--seed 1 --calls 4000 --threads 2';

  it('is held to its claims, under schedules and in threads', async () => {
    const args = `check --concurrent --target examples/lock-free.ts --programs 100 ${few}`;
    const { stdout, exitCode } = await run(args);
    expect(stdout).toMatch(
      /^every {5}2 callers with 1 call: [\d,]+ schedules of 2 choices, [\d,]+ moments \(/m,
    );
    expect(stdout).toMatch(/^threads {3}4,000 calls by 2 threads, [\d,]+ overlapped/m);
    expect(stdout).toContain('\n  the two zones: it has one zone: all page frames are alike\n');
    expect(stdout).toMatch(/^holds: no counterexample in 2,000 random schedules and 4,000 calls of threads/m);
    expect(exitCode).toBe(0);
  });

  it('is found broken by a few calls, which are replayed', async () => {
    const args = `check --concurrent --target examples/broken-lock-free.ts --corpus ${folder}/aba ${few} --json`;
    const { stdout, exitCode } = await run(args);
    expect(exitCode).toBe(1);
    const { file, operations } = JSON.parse(stdout).counterexample;
    expect(operations).toBeLessThanOrEqual(6);
    const [replayed, works] = await Promise.all([
      run(`replay ${file}`),
      run(`replay ${file} --target examples/lock-free.ts`),
    ]);
    expect(replayed.stdout).toMatch(/^reproduced: concurrent\.linearizable is violated$/m);
    expect(works).toMatchObject({ exitCode: 0, stdout: 'holds: some order explains the calls\n' });
  });

  it('is not said to repeat calls that it does not have', async () => {
    const trace = 'cli/testing/version-1/concurrent-trace.json';
    const { stdout, stderr, exitCode } = await run(`replay ${trace} --target examples/lock-free.ts`);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: '',
      stderr:
        'frameproof: examples/lock-free.ts: expected a target whose profile covers the recorded calls: there is no allocPages\n',
      exitCode: 2,
    });
  });

  it('is refused where a run depends on what a caller remembers beside the words', async () => {
    const { stderr, exitCode } = await run(`check --concurrent --target ${folder}/remembers.mjs ${few}`);
    expect(stderr).toMatch(
      /: expected calls that depend only on their arguments and on shared words: a run broke concurrent\.linearizable, and on a fresh state the same schedule breaks nothing; what callers remember must lie in those words, too\n$/,
    );
    expect(exitCode).toBe(2);
  });
});

// A machine with forty busy processes prints nothing in a second and a half.
it('a concurrent check is interrupted with what it has gone through', { retry: 2 }, async () => {
  const child = start('check --concurrent --exhaustive --seed 1 --programs 100000'.split(' '), { cwd: ROOT });
  const result = ended(child);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const sent = performance.now();
  child.kill('SIGINT');
  const { stdout, exitCode } = await result;
  expect(exitCode).toBe(130);
  // All of it takes minutes.
  expect(performance.now() - sent).toBeLessThan(20_000);
  expect(stdout).toMatch(/^interrupted: no counterexample so far in [\d,]+ random schedules /m);
});

describe('frameproof refuses in one line and exits with 2', () => {
  it.each([
    ['check --calls 4', '--calls: goes with --concurrent'],
    ['check --concurrent --stop-first', '--stop-first: does not go with --concurrent'],
    ['check --concurrent --threads 65', '--threads: expected from 2 to 64 with --concurrent, found 65'],
    ['check --concurrent --threads 1', '--threads: expected from 2 to 64 with --concurrent, found 1'],
    ['check --concurrent --map generated', '--map: expected one memory map at most with --concurrent'],
    ['check --concurrent --reference', '--reference: does not go with --concurrent'],
    [
      `check --concurrent --target ${folder}/alone.mjs`,
      `${folder}/alone.mjs: expected a default export that attaches a caller to a shared state: what one caller allocates is still free for another; a manager for one caller is checked without --concurrent`,
    ],
    [
      `check --concurrent --target ${WORKS}`,
      `${WORKS}: expected a default export that attaches a caller to a shared state: it threw TypeError: Class constructor ExtentList cannot be invoked without 'new'; a manager for one caller is checked without --concurrent`,
    ],
    [
      `check --concurrent --target ${folder}/keeps.mjs`,
      `${folder}/keeps.mjs: export profile: keeps: expected "nothing" with --concurrent, found "named": callers attach to a state, and none of them names what it keeps`,
    ],
    [
      `check --concurrent --target ${folder}/waits.mjs`,
      'check --concurrent: expected a target whose allocations may fail: who comes last is not known, and its profile says "outOfMemory": "undefined"',
    ],
    [
      `check --concurrent --target ${folder}/three.mjs`,
      `${folder}/three.mjs: export sharedWords: expected a function that builds the words of a fresh state: (map, options) => Int32Array`,
    ],
    [
      `check --concurrent --target ${folder}/list.mjs`,
      `${folder}/list.mjs: export sharedWords: expected it to return an Int32Array`,
    ],
    [
      `check --concurrent --target ${folder}/view.mjs`,
      `${folder}/view.mjs: expected shared words to be read, written and filled one by one, or by Atomics: words.buffer cannot be watched`,
    ],
    [
      'check --concurrent --target examples/lock-free.ts --map examples/no-such.json',
      'examples/no-such.json: expected a readable memory map: no such file',
    ],
    [
      `check --concurrent --target ${folder}/nothing.mjs`,
      `${folder}/nothing.mjs: expected a default export that attaches a caller: (map, options) => Pmm`,
    ],
  ])('%s', async (args, message) => {
    const refused = { exitCode: 2, stdout: '', stderr: `frameproof: ${message}\n` };
    expect(await inProcess(args.split(' '), ROOT)).toEqual(refused);
  });
});
