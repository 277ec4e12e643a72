import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const wide = { maxAddr: '0xffffffffffffffff', alignment: '0x1000' };
const cwd = temporaryFolder({
  // `broken_limit` never finds a run that ends at the limit. Of five page frames the first two are the bitmap zone.
  'found.json': traceText({
    map: {
      format: 'frameproof/memory-map',
      version: 1,
      descriptors: [{ type: 'conventional', start: '0x0', pages: 5 }],
    },
    config: { bitmapMaxAddr: '0x2000', higherHalf: '0xffff800000000000' },
    operations: [
      { call: 'alloc' },
      { call: 'allocPages', count: '0x2' },
      { call: 'allocBitmap', count: '0x1', ...wide },
      { call: 'allocBitmap', count: '0x1', ...wide },
    ],
  }),
});
const native = join(ROOT, 'native');
const sources = ['examples/broken_limit.c', 'examples/page_stack.c', 'frameproof.c'];

function built(name: string, ...flags: readonly string[]): string {
  const paths = sources.map((path) => join(native, path));
  const { stderr } = spawnSync('cc', ['-I', native, ...flags, '-o', name, ...paths], {
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return `./${name}`;
}

function underGdb(target: string, ...commands: readonly string[]) {
  const words = ['-batch', ...commands.flatMap((command) => ['-ex', command])];
  return frameproof(['replay', 'found.json', '--target', target, '--gdb', '--', ...words], { cwd });
}

describe.concurrent('frameproof replay --gdb', () => {
  it('stops at the call that broke the clause, with the program and its results as variables', async () => {
    const print = ['$a', '$b[1]', '$c'].map((page) => `printf "%lx\\n", (unsigned char *)${page} - $base`);
    const { stdout, exitCode } = await underGdb(
      built('with-lines', '-O0', '-g'),
      'print $call2',
      ...print,
      'info args',
      'frame',
    );
    expect(stdout).toContain('operation 4: d = allocBitmap(count 1, ');
    expect(stdout).toContain(
      '$1 = "b = allocPages(count 2)"\n4000\n2000\n0\ncount = 1\nmax_addr = 18446744073709551615\n',
    );
    expect(stdout).toMatch(/^#0 +alloc_below \(count=1, .*broken_limit\.c:13$/m);
    expect(stdout).toMatch(/^another clause: allocBitmap\.complete is violated, /m);
    expect(exitCode).toBe(1);
  });

  it('stops at the function where the lines of the source are not known', async () => {
    const { stdout } = await underGdb(built('without-lines', '-O2'), 'bt 1');
    expect(stdout).toMatch(/^#0 .* in alloc_below \(\)$/m);
  });

  it.each(['frameproof', './stripped'])('refuses %s, in which it cannot stop', async (target) => {
    built('stripped', '-s');
    expect(await underGdb(target, 'bt')).toMatchObject({
      exitCode: 2,
      stderr: `frameproof: --gdb: expected an executable with the harness native/frameproof.c of this version, and with its symbols: ${target} is not one\n`,
    });
  });
});
