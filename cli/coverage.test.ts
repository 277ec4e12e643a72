import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const TARGET = `import Works from ${JSON.stringify(join(ROOT, 'examples/works.ts'))};
/* Needs to be rewritten. */
enum Limit { Rare = 5000 }
let frees: number = 0;
export default class extends Works {
  free(address: bigint): void {
    frees += 1;
    if (frees > Limit.Rare) {
      frees = 0; // rare
    }
    if (this.freeAmount() > this.totalAmount()) throw new Error('unreachable');
    super.free(address);
  }
  nobodyCalls(): number {
    return 7;
  }
}
`;

describe('check --coverage of a module', () => {
  const cwd = temporaryFolder({ 'gaps.ts': TARGET });
  const flags = [
    '--target',
    'gaps.ts',
    '--policy',
    'none',
    '--programs',
    '20',
    '--seed',
    '1',
    '--map',
    'generated',
  ];

  it('names the branches and functions that no program entered, with what leads closest', async () => {
    const { stdout, stderr, exitCode } = await frameproof(['check', ...flags, '--coverage', 'cov'], { cwd });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^entered gaps\.ts: 9 of 12 lines, 0 of 2 branches$/m);
    expect(stdout).toMatch(/^ {2}gaps\.ts:9 {2}frees = 0; \/\/ rare\n {4}nearest: free/m);
    expect(stdout).toMatch(/^ {2}gaps\.ts:11 {2}a branch of if \(this\.freeAmount/m);
    expect(stdout).toMatch(/^ {2}gaps\.ts:14 {2}nobodyCalls\(\)/m);
    expect(stdout).toMatch(/^next: npx frameproof explore/m);
    expect(readFileSync(join(cwd, 'cov/lcov.info'), 'utf8')).toMatch(
      new RegExp(`^SF:${join(cwd, 'gaps.ts')}\\n(.*\\n)*?DA:7,[1-9]\\d*\\nDA:8,[1-9]\\d*\\nDA:9,0\\n`, 'm'),
    );
    const { sources, gaps } = JSON.parse(readFileSync(join(cwd, 'cov/coverage.json'), 'utf8'));
    expect(sources.map(({ file }: { file: string }) => file)).toContain('gaps.ts');
    expect(gaps).toContainEqual({
      file: 'gaps.ts',
      kind: 'lines',
      first: 9,
      last: 9,
      nearest: expect.stringMatching(/^free/),
    });
  });

  it('is refused with several threads', async () => {
    const { stderr, exitCode } = await inProcess(
      ['check', ...flags, '--coverage', 'cov', '--threads', '2'],
      cwd,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^frameproof: --coverage: expected --threads 1: /);
  });

  it('says so where nothing was counted', async () => {
    const none = flags.map((word) => (word === 'gaps.ts' ? 'frameproof' : word));
    const { stdout } = await inProcess(['check', ...none, '--coverage', 'cov'], cwd);
    expect(stdout).toMatch(/^coverage: nothing was counted: expected a module, or what frameproof build/m);
  });
});
