import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { REMEMBERING_MODULE } from '../runner/testing/remembering-module.ts';
import { CLAUSE_NAMES, isOfCalls, isSequential, STANDARD_CALLS } from '../spec/index.ts';
import { type Ended, ended, frameproof, start } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const folder = temporaryFolder({
  'ok.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  // It works, and throws out of turn.
  'after.mjs':
    'import { setTimeout } from "node:timers/promises"; setTimeout(400).then(() => { throw new Error("after the run"); }); export { default } from "./works.mjs";',
  'leaks.mjs': `import Works from './works.mjs';
const kept = [];
export const policies = [];
export default class extends Works { alloc() { kept.push(new Float64Array(2 ** 23).fill(1)); return super.alloc(); } }`,
  'late.mjs': 'setTimeout(() => { throw new Error("too late"); }); export { default } from "./works.mjs";',
  'works.mjs': `export { default } from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};`,
});

/** Runs the command from the project's root, as the manual does. */
function run(args: string) {
  return inProcess(args.split(' '), ROOT);
}

interface Found {
  readonly violation: { readonly clause: string };
  readonly from: string | null;
}

/** A module with three bugs of different gravity: it takes back what is free, miscounts, and refuses runs of 65 page frames. */
function threeBugs(): string {
  const dist = new URL('../dist/', import.meta.url).href;
  return `
    import { createPmm } from '${dist}impl/index.js';
    import { wrapPmm } from '${dist}runner/index.js';
    export default (map, options) => {
      const pmm = createPmm(map, options);
      let off = 0;
      return wrapPmm(pmm, {
        free(address) {
          try { pmm.free(address); } catch (error) { if (error.owner !== 'pmm') throw error; }
        },
        freeRegion(address, count) { pmm.freeRegion(address, count); off = BigInt(count) > 4n ? 1 : 0; },
        reservedAmount: () => pmm.reservedAmount() + off,
        allocBitmap: (count, ...rest) => pmm.allocBitmap(count === 65 ? 0 : count, ...rest),
      });
    };`;
}

/** Programs of a full run: it fails where it does not meet everything that it must. */
const FULL = 1000;

describe('frameproof check --json', () => {
  let full: Ended;
  beforeAll(async () => {
    full = await run(`check --json --programs ${FULL} --seed 1`);
  });

  it('says that our implementation holds, in how much, and how fast', () => {
    const { stdout, stderr, exitCode } = full;
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'holds',
      programs: FULL,
      operations: expect.any(Number),
      operationsPerSecond: expect.any(Number),
      seconds: expect.any(Number),
      seed: 1,
      situations: { 'alloc: out of memory': expect.any(Number) },
      clauses: { 'alloc.zone': expect.any(Object) },
    });
  });

  it('lists every clause but those for concurrent callers and for what ours does not claim, each checked on both sides', () => {
    const { clauses } = JSON.parse(full.stdout);
    // Ours keeps no memory for itself, grants no batch in part, and zeroes nothing.
    const others = ['init.kept', 'allocPages.as-many', 'contents.zeroed'];
    const listed = CLAUSE_NAMES.filter(
      (name) => isSequential(name) && isOfCalls(name, STANDARD_CALLS) && !others.includes(name),
    );
    expect(Object.keys(clauses).toSorted()).toEqual(listed.toSorted());
    for (const [name, sides] of Object.entries<object>(clauses)) {
      expect(Object.keys(sides), name).toHaveLength(2);
      expect(Math.min(...Object.values(sides)), name).toBeGreaterThan(0);
    }
  });

  it('met every situation', () => {
    const { situations, unreached } = JSON.parse(full.stdout);
    expect(Math.min(...Object.values<number>(situations))).toBeGreaterThan(0);
    expect(unreached).toEqual([]);
  });

  it.each(['count', 'maxAddr', 'alignment', 'address'])(
    'drew edge values for one in a hundred arguments of kind %s at least',
    (kind) => {
      const { drawn, edges } = JSON.parse(full.stdout).arguments[kind];
      const onEdge = Object.values<number>(edges).reduce((sum, times) => sum + times, 0);
      expect(onEdge / drawn).toBeGreaterThan(0.01);
    },
  );

  it('counts the same for the same seed, and something else for another', async () => {
    const runs = ['5', '5', '6'].map((seed) => run(`check --json --programs 64 --seed ${seed}`));
    const [once, again, other] = (await Promise.all(runs)).map(({ stdout }) => {
      const { seconds: _, operationsPerSecond: __, seed: ___, ...counts } = JSON.parse(stdout);
      return counts;
    });
    expect(once.operations).toBeGreaterThan(64);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
  });
});

describe('frameproof check', () => {
  it('names the target, the map, its page frames and the seed, and ends with the verdict', async () => {
    const { stdout } = await frameproof([
      'check',
      '--map',
      `${folder}/ok.txt`,
      '--programs',
      '40',
      '--seed',
      '3',
    ]);
    expect(stdout).toMatch(/^target {2}frameproof \(promises lifo, first-fit\)\n/);
    expect(stdout).toMatch(/^map {5}.*ok\.txt, 32,768 page frames of RAM$/m);
    expect(stdout).toMatch(/^seed {4}3$/m);
    expect(stdout).toMatch(
      /^holds: no counterexample in 40 programs, seed 3\nnext: npx frameproof explore\n$/m,
    );
  });

  it('that holds prints a dozen lines of 80 columns, and all that it met with --verbose', async () => {
    const asked = 'check --map generated --programs 100 --seed 3';
    const [summary, verbose] = (await Promise.all([run(asked), run(`${asked} --verbose`)])).map(
      ({ stdout }) => stdout.trimEnd().split('\n'),
    );
    expect(summary?.length).toBeLessThanOrEqual(12);
    expect(summary?.filter((line) => line.length > 80)).toEqual([]);
    for (const line of summary ?? []) if (!line.startsWith('ran ')) expect(verbose).toContain(line);
    for (const met of ['call ', 'alloc ', 'alloc: out of memory ', 'alloc.zone '])
      for (const [lines, times] of [
        [summary, 0],
        [verbose, 1],
      ] as const)
        expect(lines?.filter((line) => line.startsWith(met))).toHaveLength(times);
  });

  it('puts the bitmap limit of a named map where it is told to', async () => {
    const [without, all] = await Promise.all(
      ['0x0', '0x8000000'].map((limit) =>
        run(`check --json --map ${folder}/ok.txt --programs 40 --seed 3 --bitmap-max-addr ${limit}`),
      ),
    );
    const calls = [without, all].map((ended) => JSON.parse(ended?.stdout ?? '').calls);
    expect(calls[0].allocBitmap.address).toBeUndefined();
    expect(calls[1].alloc.address).toBeUndefined();
    expect(calls[1].allocBitmap.address).toBeGreaterThan(0);
  });

  it('ends by itself when its time is up', async () => {
    const { stdout, exitCode } = await run('check --json --time 0.2 --seed 1');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).programs).toBeGreaterThan(0);
  });

  it('says what it did so far when it is interrupted, and exits with 130', async () => {
    const child = start(['check', '--time', '600', '--seed', '1'], { cwd: ROOT });
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { stdout, stderr, exitCode } = await ended(child);
    expect(stdout).toMatch(/^interrupted: no counterexample so far in [\d,]+ programs?, seed 1\n$/m);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 130 });
  });

  it('prints the counterexample also where it cannot be saved, and exits with 2', async () => {
    const saveTo = `${folder}/nowhere`;
    symlinkSync('none', saveTo);
    const result = await run(
      `check --target examples/broken-limit.ts --seed 1 --programs 40 --corpus ${saveTo}`,
    );
    expect(result.stderr).toMatch(
      /^frameproof: --corpus: \S+nowhere: expected a folder that can be written to: a symbolic link on its path leads nowhere\n$/,
    );
    expect(result.stdout).toContain('violation allocBitmap.complete');
    expect(result.stdout).not.toContain('saved ');
    expect(result.exitCode).toBe(2);
  });
});

describe('what frameproof check finds in an allocator that is broken', () => {
  it.each([
    ['limit', 'allocBitmap.complete'],
    ['batch', 'allocPages.all-or-nothing'],
    ['double-free', 'free.owner'],
  ])('by %s is %s, which the printed line replays, and ours does not have', async (name, clause) => {
    const saveTo = `${folder}/${name}`;
    const found = await run(
      `check --target examples/broken-${name}.ts --seed 1 --programs 40 --corpus ${saveTo}`,
    );
    expect(found).toMatchObject({ stderr: '', exitCode: 1 });
    expect(found.stdout).toMatch(new RegExp(`^violation ${clause}: `, 'm'));

    const [file = ''] = readdirSync(saveTo);
    const [, replay = ''] = /^next: npx frameproof (.*)$/m.exec(found.stdout) ?? [];
    expect(replay).toBe(`replay ${saveTo}/${file}`);
    const again = await run(replay);
    expect(again.stdout).toMatch(new RegExp(`^reproduced: ${clause} is violated$`, 'm'));
    expect(again).toMatchObject({ stderr: '', exitCode: 1 });

    expect(await run(`${replay} --target frameproof`)).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await run(`${replay} --target examples/works.ts`)).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('are all in one run, the gravest first and in full, each shrunk in a file that replays', async () => {
    const cwd = temporaryFolder({ 'three.mjs': threeBugs() });
    const asked = [
      'check',
      '--target',
      'three.mjs',
      '--seed',
      '2',
      '--map',
      'generated',
      '--programs',
      '100',
    ];
    const found = await inProcess(asked, cwd);
    expect(found).toMatchObject({ stderr: '', exitCode: 1 });
    const lines = found.stdout
      .slice(found.stdout.indexOf('\nviolated: 3 counterexamples in 100 programs'))
      .split('\n');
    expect(lines.filter((line) => /^(violation|saved|others) |^ +\w+\.[\w-]+( by|,)/.test(line))).toEqual([
      expect.stringMatching(/^violation free\.owner: /),
      expect.stringMatching(/^saved {5}counterexamples\/free\.owner-\w+\.json$/),
      expect.stringMatching(
        /^others {4}amounts\.reserved by freeRegion, 1 operation: counterexamples\/amounts\S+$/,
      ),
      expect.stringMatching(
        /^ {10}allocBitmap\.complete, 1 operation: counterexamples\/allocBitmap\.complete-\S+$/,
      ),
    ]);
    const files = readdirSync(`${cwd}/counterexamples`);
    expect(files).toHaveLength(3);
    const replays = await Promise.all(
      files.map((file) => inProcess(['replay', `counterexamples/${file}`], cwd)),
    );
    for (const { stdout } of replays) expect(stdout).toMatch(/^reproduced: /m);

    // A find of the corpus is part of the result, and hides nothing else.
    rmSync(`${cwd}/counterexamples/${files.find((file) => file.startsWith('amounts'))}`);
    const again = await inProcess([...asked, '--json'], cwd);
    const first = await inProcess([...asked, '--json', '--stop-first', '--shrink-time', '0'], cwd);
    const { counterexample, counterexamples, programs, violations } = JSON.parse(again.stdout);
    expect(programs).toBe(100);
    expect(Object.keys(violations)).toHaveLength(3);
    expect(counterexample).toEqual(counterexamples[0]);
    expect(counterexamples.map(({ violation, from }: Found) => [violation.clause, from])).toEqual([
      ['free.owner', expect.stringMatching(/^counterexamples\/free\.owner/)],
      ['amounts.reserved', expect.stringMatching(/corpus\/last-address\.json$/)],
      ['allocBitmap.complete', expect.stringMatching(/^counterexamples\/allocBitmap/)],
    ]);
    expect(JSON.parse(first.stdout)).toMatchObject({ verdict: 'violated', programs: 0, isCutShort: true });
  });

  it('is shown with both runs where the target answers one program in two ways', async () => {
    const impl = new URL('../dist/impl/index.js', import.meta.url).href;
    const text = `
      import { createPmm } from '${impl}';
      let managers = 0;
      export default (map, options) => {
        managers += 1;
        const pmm = createPmm(map, options);
        if (managers === 30) Object.defineProperty(pmm, 'alloc', { value: () => 5n });
        return pmm;
      };`;
    const cwd = temporaryFolder({ 'flaky.mjs': text });
    const { exitCode, stdout } = await inProcess(
      ['check', '--target', 'flaky.mjs', '--seed', '1', '--programs', '64'],
      cwd,
    );
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/\nflaky +not reproduced: the same program did not violate the clause /);
    expect(stdout).toMatch(/[a-z]+ = alloc\(\) +-> 0x5 {2}<-- here/);
    expect(stdout).toMatch(
      /\n +in the other run, operation \d+ was answered: 0xffff8.*\n +its managers may share state/,
    );
    expect(stdout).not.toMatch(/\nflaky.*\nmap /s);
  });

  it('is one that the module shows when it is loaded anew, where shorter ones depend on the programs before', async () => {
    const cwd = temporaryFolder({ 'remembers.mjs': REMEMBERING_MODULE });
    const { exitCode, stdout } = await inProcess(
      ['check', '--target', 'remembers.mjs', '--seed', '1', '--programs', '64'],
      cwd,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/\n +2 {2}free\(a\) +-> done\n +3 {2}free\(a\) +-> done {2}<-- here\n/);
    expect(stdout).toMatch(/\nflaky +simpler programs did not fail again\n +its managers may share state/);
    expect(stdout).not.toMatch(/^certified/m);
  });

  it('is shrunk and certified within --shrink-time, all of it', async () => {
    const asked = `check --target examples/broken-limit.ts --seed 1 --programs 40 --corpus ${folder}/quick`;
    const [quick, asFound] = await Promise.all([
      run(`${asked} --shrink-time 0.001`),
      run(`${asked} --shrink-time 0`),
    ]);
    expect(quick.stdout).toContain('a simpler program may exist; give it more with --shrink-time\n');
    expect(quick.stdout).toMatch(/^certified no: .*: shrinking took all of --shrink-time$/m);
    expect(asFound.stdout).not.toMatch(/^(shrunk|certified) /m);
  });

  it('is nothing where it works', async () => {
    const result = await run('check --target examples/works.ts --programs 60 --seed 1');
    expect(result).toMatchObject({ stderr: '', exitCode: 0 });
  });
});

describe.concurrent('frameproof', () => {
  it.each(['map', 'check --programs 40 --map'])(
    '%s is content with a reader that reads no further',
    async (args) => {
      const child = start([...args.split(' '), `${folder}/ok.txt`]);
      child.stdout?.destroy();
      expect(await ended(child)).toMatchObject({ stderr: '', exitCode: 0 });
    },
  );

  it('keeps its verdict when nobody reads it', async () => {
    const saveTo = `${folder}/unread`;
    const child = start(
      ['check', '--target', 'examples/broken-limit.ts', '--stop-first', '--corpus', saveTo],
      {
        cwd: ROOT,
      },
    );
    child.stdout?.destroy();
    expect(await ended(child)).toMatchObject({ stderr: '', exitCode: 1 });
    expect(readdirSync(saveTo)).toHaveLength(1);
  });

  it('calls its own defect a bug, shows the stack and exits with 70', async () => {
    const sabotage = 'data:text/javascript,performance.now = () => { throw new TypeError("no clock"); }';
    const result = await frameproof(['check', '--seed', '1'], { nodeArgs: ['--import', sabotage] });
    expect(result.stderr).toMatch(/^frameproof: this is a bug of frameproof.*\nTypeError: no clock\n {4}at /);
    expect(result.exitCode).toBe(70);
  });

  it.each([1, 2])(
    'does not hold where the target throws outside its calls, on %i threads',
    async (threads) => {
      const args = `check --target late.mjs --corpus late --programs 40 --seed 1 --threads ${threads}`;
      const { stdout, stderr, exitCode } = await frameproof(args.split(' '), { cwd: folder });
      const thrown = 'Error: too late (late.mjs:1:26)';
      expect(stdout).toContain(
        `\nviolated: 1 error outside calls in 40 programs, seed 1\nlate.mjs threw outside its calls: ${thrown}\n`,
      );
      expect(stderr).toBe(`frameproof: violated: the target threw outside its calls: ${thrown}\n`);
      expect(exitCode).toBe(1);
    },
  );

  it('says so as JSON, of a promise that the run does not wait for', async () => {
    const args = 'check --target after.mjs --corpus late --programs 1 --seed 1 --json'.split(' ');
    const { stdout, exitCode } = await frameproof(args, { cwd: folder });
    const outsideCalls = [expect.stringMatching(/^Error: after the run \(after\.mjs:1:\d+\)$/)];
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'violated', counterexamples: [], outsideCalls });
    expect(exitCode).toBe(1);
  });

  it.each(['replay', 'explore'])('says so of %s, in place of the verdict that it holds', async (command) => {
    const args =
      {
        replay: [command, `${ROOT}/corpus/double-free.json`],
        explore: [command, '--stack', '1', '--bitmap', '1'],
      }[command] ?? [];
    const { stdout, exitCode } = await frameproof([...args, '--target', 'late.mjs'], { cwd: folder });
    expect(stdout).toMatch(
      /\nviolated: 1 error outside calls\nlate\.mjs threw outside its calls: Error: too late /,
    );
    expect(stdout).not.toMatch(/^(holds|walked)/m);
    expect(exitCode).toBe(1);
  });

  it('ends a target that takes memory outside the heap, and says so', async () => {
    const container = 'data:text/javascript,process.constrainedMemory = () => 5e8';
    const args = 'explore --target leaks.mjs --stack 2 --bitmap 2 --threads 1 --corpus leaks'.split(' ');
    const { stderr, exitCode } = await frameproof(args, { cwd: folder, nodeArgs: ['--import', container] });
    expect(stderr).toMatch(
      /^frameproof: no result: the target ended [^\n]*: it took more than 0\.3 GiB of memory\n$/,
    );
    expect(exitCode).toBe(2);
  });
});
