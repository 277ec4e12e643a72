import { exec } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { installLine } from './clang.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { rustc } from './testing/rustc.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const guide = readFileSync(join(ROOT, 'native/README.md'), 'utf8');
const folder = temporaryFolder();
const commands = [...guide.matchAll(/^```bash\n(.*?)^```$/gms)].flatMap(([, text = '']) =>
  text.trim().split('\n'),
);
const builds = commands.filter((line) => /^(npx frameproof build|rustc) /.test(line));
const searches = commands.flatMap(
  (line) => /^npx frameproof (explore .*?) +# closes$/.exec(line)?.slice(1) ?? [],
);
const checks = commands.flatMap((line): readonly (readonly [string, string])[] => {
  const [, args = '', outcome = ''] = /^npx frameproof (check .*?) +# (.*)$/.exec(line) ?? [];
  return args === '' ? [] : [[args, outcome]];
});

async function build(line: string): Promise<string> {
  if (line.startsWith('rustc')) {
    const { stderr } = await promisify(exec)(line.replace(/^rustc/, rustc()), { cwd: folder });
    return stderr;
  }
  const { stderr, exitCode } = await frameproof(line.split(' ').slice(2), { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  return stderr;
}

beforeAll(async () => {
  symlinkSync(join(ROOT, 'native'), join(folder, 'native'));
  await promisify(exec)('mkdir -p build', { cwd: folder });
  for (const line of builds) expect(await build(line)).toBe('');
}, 120_000);

describe('the commands of the guide to WebAssembly, and to Rust and Zig', () => {
  it('build and check six allocators that hold and two that are broken', () => {
    expect(builds).toHaveLength(11);
    expect(checks.map(([, outcome]) => outcome).toSorted()).toEqual([
      'breaks allocBitmap.complete',
      'breaks init.withheld',
      ...Array(6).fill('holds'),
    ]);
  });

  it.each(checks)('%s says that it %s', async (args, outcome) => {
    const words = [...args.split(' '), '--seed', '1', '--json'];
    const { stdout, exitCode } = await frameproof(words, { cwd: folder });
    const { verdict, counterexample } = JSON.parse(stdout);
    const clause = /^breaks (.*)$/.exec(outcome)?.[1];
    if (clause === undefined) expect({ verdict, exitCode }).toEqual({ verdict: 'holds', exitCode: 0 });
    else {
      expect({ verdict, exitCode }).toEqual({ verdict: 'violated', exitCode: 1 });
      expect(counterexample.violation.clause).toBe(clause);
      expect(counterexample.operations).toBeLessThanOrEqual(2);
    }
  });

  it.each(searches)('%s closes', async (args) => {
    const { stdout, exitCode } = await frameproof([...args.split(' '), '--json'], { cwd: folder });
    expect(exitCode).toBe(0);
    const { verdict, states, modelStates } = JSON.parse(stdout);
    expect(verdict).toBe('holds');
    expect(states).toBeGreaterThanOrEqual(modelStates);
  });

  it('has two searches', () => expect(searches).toHaveLength(2));

  it('prints the theorem of compiled C, and the line that compiled it', async () => {
    const args = ['explore', '--target', 'build/extents.wasm', '--stack', '1', '--bitmap', '2'];
    const { stdout, exitCode } = await frameproof(args, { cwd: folder });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^compiled {4}clang --target=wasm32-unknown-unknown .* \(.*clang version .*\)$/m);
    expect(stdout).toMatch(/^closed: every sequence of these \d+ operations, of any length, on /m);
    expect(stdout).toMatch(/^left out, by the claims of the target:\n {2}memory from 0xbc000000 up: /m);
  });

  it('name the build of a process for memory that WebAssembly does not reach', async () => {
    const check = [
      'check',
      '--target',
      'build/next-fit.wasm',
      '--programs',
      '1',
      '--map',
      'generated',
      '--json',
    ];
    const { unchecked } = JSON.parse((await frameproof(check, { cwd: folder })).stdout);
    expect(unchecked).toContainEqual({
      what: 'memory from 0x3bc000000 up',
      why: 'WebAssembly reaches none; npx frameproof build native/examples/next_fit.c -o build/next-fit',
    });
  });

  it('show the line of clang that build prints', async () => {
    const args = ['build', 'native/examples/buddy.c', '-o', 'buddy.wasm', '--bits', '64', '--verbose'];
    const { stdout } = await frameproof(args, { cwd: folder });
    const [printed = ''] = stdout.split('\n');
    const [, shown = ''] = /^(clang --target=wasm64.*?)^```$/ms.exec(guide) ?? [];
    const wordsOf = (line: string): readonly string[] =>
      line.split(/[\s\\]+/).filter((word) => word.startsWith('-') && word !== '-o');
    expect(wordsOf(shown)).toEqual(wordsOf(printed.replaceAll(ROOT, '.')));
  });
});

describe('frameproof build', () => {
  it.each([
    ['linux', 'ID=debian\n', 'apt-get install clang lld'],
    ['linux', 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt-get install clang lld'],
    ['linux', 'ID=fedora\n', 'dnf install clang lld'],
    ['linux', '', 'the packages are called clang and lld in most distributions'],
    ['darwin', '', 'brew install llvm lld, and name its clang with --cc'],
  ])('on %s (%j) says how to install what is missing', (platform, release, line) => {
    expect(installLine(platform, release)).toBe(line);
  });

  it.each([
    [
      ['native/examples/buddy.c', '--cc', 'no-such-clang'],
      /: build: expected clang and wasm-ld, and there is no no-such-clang: /,
    ],
    [['none.c'], /: build: expected sources that clang compiles: it ended with 1$/m],
    [['native/examples/buddy.c', '--bits', '16'], /: --bits: expected 32 or 64, found "16"$/m],
  ])('%j ends with exit code 2', async (args, says) => {
    const { stderr, exitCode } = await frameproof(['build', ...args, '-o', 'x.wasm'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(says);
  });
});
