/** The example kernel in QEMU: judged while it runs, and with a planted defect. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameproof } from '../../cli/testing/frameproof.ts';

const KERNEL = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameproof-kernel-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the command that boots a kernel. */
function boot(name: string): string {
  return `qemu-system-riscv64 -machine virt -m 16M -bios none -nographic -kernel ${join(folder, name)}`;
}

const built = (name: string): string => join(folder, name);

beforeAll(() => {
  execFileSync('make', ['-s', '-C', KERNEL, `BUILD=${folder}`, built('kernel.elf'), built('broken.elf')]);
});

describe('the example kernel', () => {
  it('is judged while it runs, and admitted to the last call', async () => {
    const { exitCode, stdout, stderr } = await frameproof(['judge', '--run', boot('kernel.elf'), '--json'], {
      cwd: folder,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { verdict, operations, undecided, delivery } = JSON.parse(stdout);
    expect({ verdict, undecided }).toEqual({ verdict: 'admitted', undecided: {} });
    expect(operations).toBeGreaterThan(4000);
    expect(delivery).toMatchObject({ boots: 1, lost: 0, damaged: 0 });
  });

  it('with a planted defect is stopped at the line that shows it', async () => {
    const { exitCode, stdout } = await frameproof(
      ['judge', '--run', boot('broken.elf'), '--out', 'broken.txt'],
      { cwd: folder },
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^line {6}broken\.txt:16\ncall {6}allocBitmap\(/m);
    expect(stdout).toMatch(/^violation allocBitmap\.was-free: /m);
  });
});
