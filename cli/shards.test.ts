import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { shard } from './options.ts';
import { frameproof, plainEnvironment } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const folder = temporaryFolder({
  'refuses-65.mjs': `import { createPmm } from ${JSON.stringify(new URL('../dist/impl/index.js', import.meta.url))};
export const policies = ['lifo', 'first-fit'];
export default (map, options) => {
  const pmm = createPmm(map, options);
  const { allocBitmap } = pmm;
  pmm.allocBitmap = (count, maxAddr, alignment) => allocBitmap.call(pmm, count === 65 ? 0 : count, maxAddr, alignment);
  return pmm;
};
`,
});

/** A run whose 144th program, of 200, is the first that asks for what the module above refuses. */
const RUN = '--map generated --seed 14 --programs 200 --operations 12'.split(' ');
const FAILING = ['--target', 'refuses-65.mjs', ...RUN];

function run(...args: readonly string[]) {
  return frameproof(args, { cwd: folder });
}

/** Returns the JSON that a run prints without times, places, and the certificate, which `merge` does not ask for. */
function counted(stdout: string): object {
  const {
    seconds: _,
    operationsPerSecond: __,
    corpus: ___,
    shards: ____,
    counterexample: _____,
    counterexamples,
    ...counts
  } = JSON.parse(stdout);
  const unplaced = { file: null, next: null, certified: null, shorterPrograms: null };
  return { ...counts, counterexamples: counterexamples.map((one: object) => ({ ...one, ...unplaced })) };
}

describe.concurrent('frameproof check --shard, and merge', () => {
  it('give the result of the undivided check, on one thread and on two, with the same counterexample', async () => {
    const [whole, together, ...shards] = await Promise.all([
      run('check', ...FAILING, '--json', '--corpus', 'whole'),
      run('check', ...FAILING, '--json', '--threads', '2', '--corpus', 'together'),
      ...[0, 1].map((index) => run('check', ...FAILING, '--shard', `${index}/2`, '--results', 'parts')),
    ]);
    expect(shards.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 1]);
    const merged = await run('merge', 'parts', '--json', '--corpus', 'merged');
    expect(merged).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(merged.stdout)).toMatchObject({ verdict: 'violated', programs: 200, shards: 2 });
    expect(counted(merged.stdout)).toEqual(counted(whole.stdout));
    expect(counted(together.stdout)).toEqual(counted(whole.stdout));
    const [file = ''] = readdirSync(`${folder}/whole`);
    for (const corpus of ['merged', 'together'])
      expect(readFileSync(`${folder}/${corpus}/${file}`)).toEqual(readFileSync(`${folder}/whole/${file}`));
  });

  it('say where the shard was written, which Kubernetes numbers, and end with one verdict', async () => {
    const ofPod = (index: string) =>
      frameproof(['check', ...RUN, '--shard', '2', '--results', 'indexed'], {
        cwd: folder,
        env: { ...plainEnvironment(), JOB_COMPLETION_INDEX: index },
      });
    const [first, second] = [await ofPod('0'), await run('merge', 'indexed')];
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^shard 0\/2, written to indexed\/shard-0-of-2\.json\nnext: npx frameproof merge indexed\n$/m,
    );
    expect(second).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'frameproof: indexed: expected all 2 shards, missing 1/2\n',
    });
    await ofPod('1');
    const { stdout, exitCode } = await run('merge', 'indexed');
    expect(stdout).toMatch(
      /^holds: no counterexample in 200 programs, seed 14\nmerged: 2 shards of indexed/m,
    );
    expect(exitCode).toBe(0);
  });
});

describe('frameproof check --shard', () => {
  it.each([
    [['--shard', '0/3'], /^frameproof: --shard: expected --seed too: /],
    [['--shard', '0/3', '--seed', '1', '--time', '5'], /--shard.* cannot be used with .*--time/],
    [['--threads', '2', '--stats', 'stats.jsonl'], /^frameproof: --stats: expected --threads 1: /],
  ])('refuses %j', async (args, message) => {
    const { stdout, stderr, exitCode } = await inProcess(['check', ...args], folder);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(message);
  });
});

describe('the shard that a flag names', () => {
  it('is I of N, or of N alone the one that the environment says', () => {
    expect(shard('2/5', {})).toEqual({ index: 2, of: 5 });
    expect(shard('2/5', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 2, of: 5 });
    expect(shard('5', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 3, of: 5 });
  });

  it.each([
    ['3/3', undefined, 'which is not set, found "3/3"'],
    ['4', undefined, 'which is not set, found "4"'],
    ['4', '4', 'which is "4", found "4"'],
    ['4', 'x', 'which is "x", found "4"'],
    ['1/0', undefined, 'found "1/0"'],
    ['-1/2', undefined, 'found "-1/2"'],
  ])('is none in %j with the index %j', (text, index, message) => {
    const environment = index === undefined ? {} : { JOB_COMPLETION_INDEX: index };
    expect(() => shard(text, environment)).toThrow(message);
  });
});

describe('the manifest of an Indexed Job', () => {
  it('asks for as many pods as it tells each of them that there are', () => {
    const manifest = readFileSync(
      fileURLToPath(new URL('../docs/indexed-job.yaml', import.meta.url)),
      'utf8',
    );
    const completions = /^ {2}completions: (\d+)$/m.exec(manifest)?.[1];
    expect(manifest).toMatch(/^ {2}completionMode: Indexed$/m);
    expect(manifest).toContain(`--shard=${completions}`);
  });
});
