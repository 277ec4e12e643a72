import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ended, plainEnvironment, start } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = temporaryFolder();
const QUICK =
  `--map generated --seed 1 --programs 40 --operations 40 --small 0 --speed-time 0 --corpus ${folder}/saved`.split(
    ' ',
  );

function verify(...args: readonly string[]) {
  return inProcess(['verify', ...args], ROOT);
}

/** A repository whose build says who it is, and waits. */
const repository = temporaryFolder({
  'package.json': JSON.stringify({ name: 'pmm', scripts: { build: 'node build.mjs' } }),
  'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'pmm' } } }),
  'build.mjs': `import { renameSync, writeFileSync } from 'node:fs';
const root = process.env.FRAMEPROOF_TEST_ROOT;
writeFileSync(root + '/starting', String(process.pid));
renameSync(root + '/starting', root + '/pid');
setTimeout(() => {}, 120_000);
`,
});
const temporary = temporaryFolder();

/** Whether a process is there and has not ended; one that nobody has asked about may still be listed. */
function isRunning(pid: string): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z ');
}

/** Revisions set aside there. npm leaves its own cache. */
function left(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('frameproof-revision-'));
}

beforeAll(() => {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    [...identity, 'commit', '-q', '-m', 'first'],
  ]) {
    const { status, stderr } = spawnSync('git', args, { cwd: repository, encoding: 'utf8' });
    if (status !== 0) throw new Error(`this test needs git: git ${args.join(' ')}: ${stderr}`);
  }
});

describe('frameproof verify', () => {
  it('has a line of evidence for each step, and says that a rewrite refines', async () => {
    const { stdout, stderr, exitCode } = await verify(
      'examples/rewrites/text-bitmap.ts',
      '--against',
      'frameproof',
      '--observable',
      'exact',
      '--junit',
      `${folder}/refines.xml`,
      ...QUICK,
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^held to {3}the specification, lifo, first-fit; the same answers$/m);
    expect(stdout).toMatch(/^corpus {11}holds {7}\d+ traces on both sides: \d+ answers compared/m);
    expect(stdout).toMatch(/^small programs {3}partial {5}the first 40 programs of at most 0 operations /m);
    expect(stdout).toMatch(/^small worlds {5}partial .* baseline all \d+ states.*; candidate not searched/m);
    expect(stdout).toMatch(/^random programs {2}holds {7}40 programs .*, seed 1: [\d,]+ answers compared/m);
    expect(stdout).toMatch(/^speed {12}not done {4}not asked for/m);
    expect(stdout).toMatch(/^refines: no difference found; partial: small programs, small worlds\n$/m);
    const xml = readFileSync(`${folder}/refines.xml`, 'utf8');
    expect(xml).toContain('name="frameproof verify examples/rewrites/text-bitmap.ts against frameproof"');
    expect(xml).toMatch(/tests="6" failures="0" .*skipped="1"/);
  });

  it('shows the shortest program on which two differ, with both answers, and exits with 1', async () => {
    const asked = [
      'examples/broken-limit.ts',
      '--against',
      'examples/works.ts',
      '--shrink-time',
      '60',
      ...QUICK,
    ];
    const { stdout, exitCode } = await verify(...asked, '--junit', `${folder}/differs.xml`);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^differ {4}operation 1, a = allocBitmap\(count 1, maxAddr 0x\d+, alignment 4096\)$/m,
    );
    expect(stdout).toMatch(/^candidate failed, errno ENOMEM; .*; violates allocBitmap\.complete: /m);
    expect(stdout).toMatch(/^baseline {2}0x[0-9a-f]+ \(page frame 0\); .*; the specification admits it$/m);
    expect(stdout).toMatch(
      /^differs: breaks \d+ clauses?, fixes 0 clauses; partial: small programs\nnext: npx frameproof replay /m,
    );
    expect(readFileSync(`${folder}/differs.xml`, 'utf8')).toMatch(/failures="[12]" errors="0" skipped="2"/);
  });

  it('lists each clause that a candidate breaks or fixes: the gravest in full, the others in a line and a file each', async () => {
    const { stdout, exitCode } = await verify(
      'examples/broken-double-free.ts',
      '--against',
      'examples/broken-limit.ts',
      ...QUICK,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^breaks {4}free\.owner\ndiffer {4}operation 1, free\(0x/m);
    expect(stdout).toMatch(
      /^fixes {5}allocBitmap\.complete: 1 operation, \S+\/allocBitmap\.complete-\w+\.json$/m,
    );
    expect(stdout).toMatch(
      /^differs: breaks [1-9] clauses?, fixes 1 clause; .*\nnext: npx frameproof replay /m,
    );
  });

  it('says the spread of the ratio of times in its verdict', async () => {
    const { stdout, exitCode } = await verify(
      'frameproof',
      '--against',
      'frameproof',
      ...QUICK,
      '--speed-time',
      '1',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^refines: no difference found; [\d.]+ times the baseline's time \(quartiles [\d.]+ to [\d.]+\); partial: /m,
    );
  });

  it('prints the same as JSON, and leaves the program as it was found where no time is given', async () => {
    const { stdout, exitCode } = await verify(
      'examples/broken-limit.ts',
      '--against',
      'examples/works.ts',
      '--json',
      '--shrink-time',
      '0',
      ...QUICK,
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      candidate: 'examples/broken-limit.ts',
      baseline: 'examples/works.ts',
      verdict: 'differs',
    });
    const { steps, differences, counterexample } = JSON.parse(stdout);
    expect(steps[0]).toMatchObject({ name: 'corpus', verdict: 'differs' });
    expect(differences[0]).toMatchObject({
      kind: 'breaks',
      clause: 'allocBitmap.complete',
      candidate: { violation: { clause: 'allocBitmap.complete' } },
      baseline: { violation: null },
      counterexample: { file: expect.stringContaining('saved/allocBitmap.complete-') },
    });
    expect(counterexample).toEqual(differences[0].counterexample);
  });

  it.each([
    [
      ['frameproof', '--against', 'git:no-such'],
      /^frameproof: git:no-such: expected a revision of the git repository/,
    ],
    [
      ['no-such.ts', '--against', 'frameproof'],
      /^frameproof: no-such\.ts: expected a module .*the file does not exist\n$/,
    ],
  ])('refuses %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await verify(...args);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(message);
  });

  it('is interrupted while it builds a revision, exits with 130, and leaves no file and no process behind', async () => {
    const child = start(['verify', 'git:HEAD', '--against', 'frameproof'], {
      cwd: repository,
      env: { ...plainEnvironment(), TMPDIR: temporary, FRAMEPROOF_TEST_ROOT: repository },
    });
    const result = ended(child);
    const pidFile = join(repository, 'pid');
    while (!existsSync(pidFile) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(left()).toHaveLength(1);
    child.kill('SIGINT');
    expect(await result).toMatchObject({
      exitCode: 130,
      stderr: 'frameproof: interrupted before anything was compared\n',
    });
    expect(left()).toEqual([]);
    while (isRunning(readFileSync(pidFile, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
