/** Targets that take longer than a program may: only what reproduces is a violation. */
import { describe, expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const WORKS = JSON.stringify(new URL('../examples/works.ts', import.meta.url));
const folder = temporaryFolder({
  'trace.json': traceText(),
  'slow.mjs': `import Works from ${WORKS};
export default class extends Works { alloc() { const end = Date.now() + 400; while (Date.now() < end); return super.alloc(); } }`,
});

describe('--program-time', () => {
  const replay = (ms: number) =>
    inProcess(`replay trace.json --target slow.mjs --program-time ${ms}`.split(' '), folder);

  it('is a flag of replay, which names it where a program takes longer', async () => {
    const { stdout, exitCode } = await replay(10);
    expect(stdout).toMatch(/still running after \d+ ms: if it is slow, pass --program-time/);
    expect(exitCode).toBe(1);
  });

  it('gives a slow allocator the time that it needs', async () => {
    expect(await replay(2000)).toMatchObject({ exitCode: 0 });
  });
});
