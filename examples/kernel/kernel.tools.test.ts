/** The example kernel in QEMU: judged while it runs, and with a planted defect. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, frameproof } from '../../cli/testing/frameproof.ts';
import { blocksOf, expectLines } from '../../docs/testing/blocks.ts';

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

/** Stands in for the kernel of the page: a serial line, a lock, one page frame, and a boot loader's map. */
const AROUND = `#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define HIGHER_HALF 0
struct boot_info { size_t regions; struct { int efi_type; uint64_t start, pages; } region[1]; };
static int lock;
static void spin_lock(int *l) { (void)l; }
static void spin_unlock(int *l) { (void)l; }
static void serial_put(char c) { putchar(c); }
static void *free_page = (void *)0x3000;
static void *take_page(void) { void *page = free_page; free_page = NULL; return page; }
static void put_page(void *page) { free_page = page; }
`;
const MAIN = `
int main(void) {
    pmm_init(&(struct boot_info){1, {{7, 0x3000, 1}}});
    void *page = pmm_alloc();
    pmm_alloc();
    pmm_free(page);
    return 0;
}
`;
const SERVED = `#include "frameproof.h"
extern fp_target target;
int serial_get(void);
void serial_put(char byte);
FP_NORETURN void power_off(void);
static unsigned char memory[32 << 20];
`;

describe('docs/running-kernel.md', () => {
  const blocks = blocksOf('docs/running-kernel.md');
  const [logged = '', served = ''] = blocks.flatMap(({ kind, text }) => (kind === 'c' ? [text] : []));
  const [judge = '', ...drive] = blocks.flatMap(({ kind, text }) =>
    kind === 'sh' ? text.replaceAll('\\\n', '').trim().split('\n') : [],
  );
  const [admitted = '', violated = '', shrunk = ''] = blocks.flatMap(({ kind, text }) =>
    kind === 'text' ? [text] : [],
  );

  /** Runs a line of the page on the kernels of this folder. */
  async function runLine(line: string, kernel: string, ...more: readonly string[]): Promise<string> {
    const words = [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const args = words
      .slice(2)
      .map((word) =>
        word
          .replace(/qemu-system-x86_64 .*driven\.elf/, boot('broken-driven.elf', '64M'))
          .replace(/qemu-system-x86_64 .*kernel\.elf/, boot(kernel)),
      );
    return (await run(...args, ...more)).stdout;
  }

  it('has code that compiles, and logs a run that is admitted', async () => {
    const gcc = (name: string, text: string, ...flags: readonly string[]): void => {
      writeFileSync(join(folder, name), text);
      execFileSync('gcc', ['-Wall', '-Werror', '-I', join(KERNEL, '../../native'), ...flags, name], {
        cwd: folder,
      });
    };
    gcc('logged.c', `${AROUND}${logged.replace(/^ *\.\.\.\n/m, '')}${MAIN}`, '-o', 'logged');
    writeFileSync(join(folder, 'host.txt'), execFileSync(join(folder, 'logged')));
    expect((await run('judge', 'host.txt')).stdout).toMatch(/^admitted: .* 3 operations/m);
    gcc('served.c', `${SERVED}void serve(void) { ${served} }`, '-fsyntax-only');
  });

  it('says what judging a kernel prints, as it runs and with a defect', async () => {
    expectLines(await runLine(judge, 'kernel.elf'), admitted);
    expectLines(
      await runLine(judge, 'broken.elf', '--out', 'broken.txt'),
      violated.replace(/^line .*\n/, ''),
    );
  });

  it('says what is left where it is shrunk inside the kernel', async () => {
    const [check = '', again = ''] = drive;
    const printed = await runLine(again, 'broken.elf', '--out', 'again.txt', '--shrink-time', '5');
    expect(printed).toMatch(/^line {6}again\.txt:16\ncall {6}allocBitmap\(/m);
    expect(printed).toMatch(/^shrunk {4}10 operations to 2 in /m);
    expectLines(printed, shrunk);
    expect(
      await runLine(check, '', '--programs', '60', '--seed', '1', '--shrink-time', '5', '--json'),
    ).toMatch(/"verdict": "violated"/);
  });
});
