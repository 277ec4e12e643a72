/** The suite in the tests of users, whatever runs them: as docs/testing.md says. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { frameproof } from './testing/frameproof.ts';
import { nodeEnvironment } from './testing/npm.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const PAGE = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
/** The blocks of the page, by the comment that names their file in the first line. */
const BLOCKS = Object.fromEntries(
  [...PAGE.matchAll(/^```(?:ts|js)\n\/\/ (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);

const user = temporaryFolder({
  ...BLOCKS,
  'package.json': JSON.stringify({ name: 'user', type: 'module' }),
  'my-pmm.ts': `export { default, profile } from ${JSON.stringify(join(ROOT, 'examples/broken-one-zone.ts'))};`,
});
mkdirSync(join(user, 'node_modules'));
symlinkSync(ROOT, join(user, 'node_modules/frameproof'));
symlinkSync(join(ROOT, 'node_modules/vitest'), join(user, 'node_modules/vitest'));

/** Runs Node.js in the folder of the user; returns all that it prints, and how it ends. */
function node(...args: readonly string[]): Promise<{ readonly text: string; readonly isFailed: boolean }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: user, env: nodeEnvironment() }, (error, stdout, stderr) =>
      resolve({ text: stdout + stderr, isFailed: error !== null }),
    );
  });
}

describe('a suite in the tests of a user', () => {
  it('is documented for vitest, for node:test and for Jest', () => {
    expect(Object.keys(BLOCKS)).toEqual(['pmm.test.ts', 'pmm.node.ts', 'pmm.jest.js']);
  });

  it('passes under node:test on an allocator that holds', async () => {
    const { text, isFailed } = await node('--test', join(ROOT, 'examples/node-test.ts'));
    expect({ text, isFailed }).toEqual({ text: expect.stringMatching(/pass 1$/m), isFailed: false });
  });

  it('fails under node:test on one that is broken, and its file replays as it was saved', async () => {
    const { text, isFailed } = await node('--test', 'pmm.node.ts');
    expect(isFailed).toBe(true);
    expect(text).toMatch(/violation alloc\.complete: /);
    const [, file = ''] = /next: npx frameproof replay (\S+)$/m.exec(text) ?? [];
    const { stdout, exitCode } = await frameproof(['replay', file], { cwd: user });
    expect(stdout).toMatch(/^reproduced: alloc\.complete is violated$/m);
    expect(exitCode).toBe(1);
  });

  // Jest gives each file another global object, as this pool of vitest does.
  it.each(['threads', 'vmThreads'])('fails under vitest with the pool %s', async (pool) => {
    const { text, isFailed } = await node(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--pool',
      pool,
      '--dir',
      '.',
    );
    expect(isFailed).toBe(true);
    expect(text).toMatch(/violation alloc\.complete: /);
    expect(text).toMatch(/next: npx frameproof replay counterexamples\/alloc\.complete-/);
  });
});
