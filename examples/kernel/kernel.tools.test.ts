/** The example kernel in QEMU: judged while it runs, and with a planted defect. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, frameproof } from '../../cli/testing/frameproof.ts';

const KERNEL = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the command that boots a kernel. */
function boot(name: string, memory = '16M'): string {
  return `qemu-system-riscv64 -machine virt -bios none -nographic -m ${memory} -kernel ${join(folder, name)}`;
}

const DRIVEN = `run:${boot('driven.elf', '64M')}`;
const BROKEN = `run:${boot('broken-driven.elf', '64M')}`;

function run(...args: readonly string[]): Promise<Ended> {
  return frameproof(args, { cwd: folder });
}

beforeAll(() => {
  const kernels = ['kernel.elf', 'broken.elf', 'driven.elf', 'broken-driven.elf'];
  execFileSync('make', ['-s', '-C', KERNEL, `BUILD=${folder}`, ...kernels.map((name) => join(folder, name))]);
});

describe('the example kernel', () => {
  it('is judged while it runs, and admitted to the last call', async () => {
    const { exitCode, stdout, stderr } = await run('judge', '--run', boot('kernel.elf'), '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { verdict, operations, undecided, delivery } = JSON.parse(stdout);
    expect({ verdict, undecided }).toEqual({ verdict: 'admitted', undecided: {} });
    expect(operations).toBeGreaterThan(4000);
    expect(delivery).toMatchObject({ boots: 1, lost: 0, damaged: 0 });
  });

  it('with a planted defect is stopped at the line that shows it, which is shrunk inside the kernel', async () => {
    const { exitCode, stdout } = await run(
      ...[
        'judge',
        '--run',
        boot('broken.elf'),
        '--out',
        'broken.txt',
        '--target',
        BROKEN,
        '--shrink-time',
        '5',
      ],
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^line {6}broken\.txt:16\ncall {6}allocBitmap\(/m);
    expect(stdout).toMatch(/^violation allocBitmap\.was-free: /m);
    expect(stdout).toMatch(/^shrunk {4}10 operations to 2 in /m);
  });

  it('holds where its calls are drawn', async () => {
    const { exitCode, stdout, stderr } = await run(
      'check',
      '--target',
      DRIVEN,
      '--programs',
      '60',
      '--seed',
      '1',
      '--json',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { verdict, operations } = JSON.parse(stdout);
    expect(verdict).toBe('holds');
    expect(operations).toBeGreaterThan(4000);
  });

  it('with the defect is found, shrunk and replayed there, and is started only by name', async () => {
    const { exitCode, stdout } = await run(
      ...['check', '--target', BROKEN, '--programs', '60', '--seed', '1', '--shrink-time', '5', '--json'],
    );
    expect(exitCode).toBe(1);
    const { violation, operations, file } = JSON.parse(stdout).counterexample;
    expect({ clause: violation.clause, operations }).toEqual({
      clause: 'allocBitmap.was-free',
      operations: 2,
    });
    expect(await run('replay', file)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("pass --target 'run:"),
    });
    expect((await run('replay', file, '--target', BROKEN)).stdout).toMatch(/^reproduced: /m);
  });

  it('that does not greet is refused in one line', async () => {
    const { exitCode, stderr } = await run('check', '--target', 'run:echo booted; exit 3');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^frameproof: run:echo booted; exit 3: expected .*: it ended with exit code 3\n$/);
  });
});
