import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const SOURCES = ['testing/gaps.c', 'examples/page_stack.c'].map((file) => join(ROOT, 'native', file));
const [GAPS = ''] = SOURCES;

/** Returns the number of the line that holds a text. */
function lineOf(text: string): number {
  return (
    readFileSync(GAPS, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

describe.each(['pmm', 'pmm.wasm'])('check --coverage of C, built as %s', (out) => {
  it('names the line that nothing reaches, the rare one and the function that nobody calls', async () => {
    const cwd = temporaryFolder();
    const built = await frameproof(
      ['build', ...SOURCES, '-o', out, '--coverage', '--', '-I', join(ROOT, 'native/examples')],
      { cwd },
    );
    expect(built).toMatchObject({ exitCode: 0, stderr: '' });
    const check = ['check', '--target', `./${out}`, '--programs', '20', '--seed', '1', '--coverage', 'cov'];
    const { stdout, stderr, exitCode } = await frameproof([...check, '--json'], { cwd });
    expect(stderr.replaceAll(/^frameproof: check: .*\n/gm, '')).toBe('');
    expect(exitCode).toBe(0);
    const { coverage } = JSON.parse(stdout);
    const inGaps = coverage.gaps.filter(({ file }: { file: string }) => file.endsWith('gaps.c'));
    expect(inGaps).toEqual([
      expect.objectContaining({ kind: 'function', first: lineOf('nobody_calls(void) {'), nearest: null }),
      expect.objectContaining({
        kind: 'lines',
        first: lineOf('/* rare */'),
        nearest: expect.stringMatching(/^free/),
      }),
      expect.objectContaining({
        kind: 'lines',
        first: lineOf('/* unreachable */'),
        nearest: expect.stringMatching(/^free/),
      }),
    ]);
    const lcov = readFileSync(join(cwd, 'cov/lcov.info'), 'utf8');
    expect(lcov).toContain(`SF:${GAPS}\n`);
    for (const text of ['/* rare */', '/* unreachable */'])
      expect(lcov).toContain(`\nDA:${lineOf(text)},0\n`);
    expect(lcov).toMatch(/^BRDA:\d+,0,\d+,[1-9]\d*$/m);
  });
});

describe('the notes that a build with counters leaves', () => {
  it('are needed: a check without them says so, and holds all the same', async () => {
    const cwd = temporaryFolder();
    const build = ['build', join(ROOT, 'native/examples/next_fit.c'), '-o', 'pmm.wasm', '--coverage'];
    expect(await frameproof(build, { cwd })).toMatchObject({ exitCode: 0, stderr: '' });
    rmSync(join(cwd, 'pmm.wasm.coverage'), { recursive: true });
    const check = [
      'check',
      '--target',
      'pmm.wasm',
      '--programs',
      '2',
      '--coverage',
      'cov',
      '--map',
      'generated',
    ];
    const { stdout, stderr, exitCode } = await frameproof(check, { cwd });
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^holds: /m);
    expect(stderr).toMatch(
      /--coverage: expected the notes .* there is no .*next_fit\.c\.gcno: build it again$/m,
    );
  });
});
