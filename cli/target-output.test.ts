/** The output of targets does not mix with what a command says; `replay` shows it on standard error. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const WORKS = JSON.stringify(new URL('../examples/works.ts', import.meta.url));

const MODULE = `import Works from ${WORKS};
console.log('loaded');
export const policies = [];
export default class extends Works {
  alloc() { console.log('allocates %d', 1); process.stdout.write('written\\n'); return super.alloc(); }
  free(address) { console.error('frees \\x1b[2J'); return super.free(address); }
}`;

/** Allocations of the C example print, and the second one of a program dies. */
const PRINTING = `#include <stdio.h>
static void *printing_alloc(void) {
    static int calls;
    printf("allocation %d\\n", ++calls);
    fputs("complaint\\n", stderr);
    if (calls == 2) abort();
    return pmm_alloc();
}
`;

function buildPrinting(folder: string): void {
  const native = join(ROOT, 'native');
  const target = readFileSync(join(native, 'examples/free_list_target.c'), 'utf8')
    .replace('int main(void)', `${PRINTING}int main(void)`)
    .replace('.alloc = pmm_alloc', '.alloc = printing_alloc');
  writeFileSync(join(folder, 'printing.c'), target);
  const files = ['printing.c', join(native, 'examples/free_list.c'), join(native, 'frameproof.c')];
  execFileSync('cc', ['-I', native, '-o', 'printing', ...files], { cwd: folder });
}

const cwd = temporaryFolder({ 'prints.mjs': MODULE, 'found.json': traceText() });

describe('what a module prints', () => {
  it('leaves the JSON of check as it is, in other threads too', async () => {
    for (const threads of ['1', '2']) {
      const args = [
        'check',
        '--target',
        './prints.mjs',
        '--programs',
        '8',
        '--seed',
        '1',
        '--threads',
        threads,
      ];
      const { stdout, stderr } = await frameproof([...args, '--json'], { cwd });
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'holds' });
      expect(stderr).not.toMatch(/allocates|written|frees/);
    }
  });

  it('is shown by replay on standard error, in order, and steers no terminal', async () => {
    const { stdout, stderr } = await frameproof(
      ['replay', 'found.json', '--target', './prints.mjs', '--json'],
      { cwd },
    );
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'holds' });
    expect(stderr).toBe('loaded\nallocates 1\nwritten\nfrees \\u001b[2J\n');
  });
});

describe('what an executable prints', () => {
  it('is shown by replay once, up to the call that it dies of', async () => {
    buildPrinting(cwd);
    const allocs = join(cwd, 'allocs.json');
    writeFileSync(
      allocs,
      traceText({ operations: [{ call: 'alloc' }, { call: 'alloc' }, { call: 'alloc' }] }),
    );
    const { stdout, stderr } = await frameproof(['replay', allocs, '--target', './printing'], { cwd });
    expect(stdout).toMatch(/2 {2}b = alloc\(\).*<-- here/);
    expect(stderr).toBe('allocation 1\ncomplaint\nallocation 2\ncomplaint\n');
  });

  it('is shown once where it runs again to find the call that it dies of', async () => {
    const script =
      '#!/bin/sh\nwhile read -r line; do case $line in frameproof*) printf "target 1\\nready\\n";; init) echo "done - 4 4 0";; end) echo ends >&2; exit 3;; esac; done';
    writeFileSync(join(cwd, 'dies'), script, { mode: 0o755 });
    const { stderr } = await frameproof(['replay', 'found.json', '--target', './dies'], { cwd });
    expect(stderr).toBe('ends\n');
  });

  it('is left out of what check prints', async () => {
    buildPrinting(cwd);
    const args = ['check', '--target', './printing', '--programs', '4', '--seed', '1', '--shrink-time', '0'];
    const { stdout, stderr, exitCode } = await frameproof(args, { cwd });
    expect(`${stdout}${stderr}`).not.toMatch(/allocation \d|complaint/);
    expect(exitCode).toBe(1);
  });
});
