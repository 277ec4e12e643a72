/** The suite in the tests of users, whatever runs them: as docs/testing.md says. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
const WORKS = JSON.stringify(join(ROOT, 'examples/works.ts'));
/** Modules with a correct allocator that would have their test pass, or never end. */
const HOSTILE = {
  exit: `import Works from ${WORKS};
export const policies = [];
export default class extends Works { alloc() { process.exit(0); } }`,
  'late-exit': `setTimeout(() => process.exit(0), 10); export { default, policies } from ${WORKS};`,
  'late-throw': `setTimeout(() => { throw new Error('too late'); }, 10); export { default, policies } from ${WORKS};`,
  endless: `setTimeout(() => { for (;;); }, 10); export { default, policies } from ${WORKS};`,
};
for (const [name, text] of Object.entries(HOSTILE)) {
  writeFileSync(join(user, `${name}.ts`), text);
  writeFileSync(
    join(user, `${name}.node.mjs`),
    `import { test } from 'node:test';
import { checkPmm } from 'frameproof/properties';
test('it', () => checkPmm('it', '${name}.ts', { programs: 20 }));`,
  );
}
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

  it.each([
    ['exit', /it threw Error: the target called process\.exit\(0\)/],
    ['late-exit', /Error: the target called process\.exit\(0\)/],
    ['late-throw', /Error: too late/],
    ['endless', /the target ran for 20 s outside its calls: .* \(endless\.ts:1:\d+\)/],
  ])('fails under node:test on one that tries to end it, or never ends: %s', async (name, says) => {
    const { text, isFailed } = await node('--test', `${name}.node.mjs`);
    expect(text).toMatch(says);
    expect(isFailed).toBe(true);
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
