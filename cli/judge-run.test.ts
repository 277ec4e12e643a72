import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { compactText } from '../counterexamples/log/console/index.ts';
import { ROOT } from './testing/copy-of-sources.ts';
import type { Ended } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const at = (frame: number): string => `ffff8000000${frame.toString(16)}000`;
const BOOT = [
  'h 1 ffff800000000000 10000 {"policies": []}',
  'm 7 0 40',
  `a ${at(32)}`,
  `f ${at(32)}`,
  `f ${at(32)}`,
].map((body, number) => compactText(number, body));

const cwd = temporaryFolder({
  'boot.txt': `hello\n${BOOT.join('\n')}\n`,
  'sound.txt': `hello\n${BOOT.slice(0, -1).join('\n')}\n`,
});

function run(...args: readonly string[]): Promise<Ended> {
  return inProcess(['judge', ...args], cwd);
}

describe('frameproof judge --run', () => {
  it('stops the command at the first violation, keeps what it printed, and shrinks it', async () => {
    const target = join(ROOT, 'examples/broken-double-free.ts');
    const started = performance.now();
    const { exitCode, stdout } = await run(
      ...[
        '--run',
        'echo $$ >pid; cat boot.txt; sleep 100',
        '--out',
        'kept.txt',
        '--target',
        target,
        '--shrink-time',
        '1',
      ],
    );
    expect(performance.now() - started).toBeLessThan(50_000);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^line {6}kept\.txt:6\ncall {6}free\(0xffff800000020000\)/m);
    expect(stdout).toMatch(/^shrunk {4}3 operations to 1 in /m);
    expect(readFileSync(join(cwd, 'kept.txt'), 'utf8')).toBe(readFileSync(join(cwd, 'boot.txt'), 'utf8'));
    const shell = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    // Until it is waited for, a process that was ended has its number.
    await vi.waitFor(() => expect(() => process.kill(shell, 0)).toThrow('ESRCH'), { timeout: 5000 });
  });

  it('judges until the command ends, or its time is over', async () => {
    for (const [ended, ...args] of [
      ['ended with exit code 0', '--run', 'cat sound.txt'],
      ['ended with exit code 3', '--run', 'cat sound.txt; exit 3'],
      ['was stopped, as its time was over', '--run', 'cat sound.txt; sleep 100', '--time', '1'],
    ] as const) {
      const { exitCode, stdout } = await run(...args);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^admitted: the specification admits every answer in 2 operations/m);
      expect(stdout).toContain(`\ncommand   ${ended}\n`);
      expect(JSON.parse((await run(...args, '--json')).stdout)).toMatchObject({ command: ended });
    }
  });

  it.each([
    [
      ['--run', 'echo booted; ls nowhere; exit 3'],
      /^frameproof: console: expected a log, found no line of one: .*; .*ended with exit code 3: ls: .*nowhere.*\n$/,
    ],
    [[], /^frameproof: expected a log file, - for standard input, or --run .*\n$/],
    [['boot.txt', '--time', '3'], /^frameproof: --time: goes with --run\n$/],
  ])('refuses %j in one line', async (args, message) => {
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

it('frameproof shrink takes the output of a console', async () => {
  const target = join(ROOT, 'examples/broken-double-free.ts');
  const { stdout } = await inProcess(['shrink', 'boot.txt', '--target', target, '--shrink-time', '1'], cwd);
  expect(stdout).toMatch(/^violation free\.owner: /m);
});

it('frameproof shrink holds a target to its own claims, of which a log says little', async () => {
  const claims = { calls: ['alloc', 'free'], zones: 1, misuse: 'undefined', failures: [] };
  const page = at(16);
  const calls = [`a ${page}`, `f ${page}`, `a ${page}`, `a ${page}`];
  const lines = [`h 1 ffff800000000000 0 ${JSON.stringify(claims)}`, 'm 7 0 11', ...calls];
  const folder = temporaryFolder({
    'boot.txt': `${lines.map((body, number) => compactText(number, body)).join('\n')}\n`,
    // Whatever is freed is free twice, which boot memory would show too.
    'twice.mjs': `export const profile = ${JSON.stringify({ ...claims, bootMemory: 'kept' })};
export default ({ descriptors }) => {
  const left = descriptors.filter(({ type }) => type === 'conventional')
    .flatMap(({ start, pages }) => Array.from({ length: pages }, (_, i) => 0xffff800000000000n + start + 4096n * BigInt(i)));
  return { errno: null, alloc: () => left.pop() ?? null, free: (address) => left.push(address & ~4095n, address & ~4095n) };
};
`,
  });
  const { stdout } = await inProcess(
    ['shrink', 'boot.txt', '--target', 'twice.mjs', '--shrink-time', '5'],
    folder,
  );
  expect(stdout).toMatch(/^violation alloc\.was-free: /m);
  expect(stdout).toMatch(/^shrunk {4}4 operations to 4 in /m);
});
