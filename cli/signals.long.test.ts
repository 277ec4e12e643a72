/** Signals to a command: it ends soon, with the exit code that shells expect, and leaves no process behind. */
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ended, start } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

/** Each program takes a while, and the one that is found is long: shrinking takes longer than anybody waits. */
function slowBroken(ms: number): string {
  return `import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
export default class extends Works {
  #calls = 0;
  free(address) { this.#calls += 1; return super.free(address); }
  freeAmount() {
    const end = Date.now() + ${ms}; while (Date.now() < end);
    return super.freeAmount() + (this.#calls > 20 ? 1 : 0);
  }
}`;
}

const folder = temporaryFolder({
  'slow.mjs': `import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
export default class extends Works { alloc() { const end = Date.now() + 50; while (Date.now() < end); return super.alloc(); } }`,
  'stuck.mjs': `import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
export default class extends Works { alloc() { const end = Date.now() + 40_000; while (Date.now() < end); return super.alloc(); } }`,
  // `verify` interrupts the programs of others than the one that it shrinks: these must end sooner.
  'slow-broken.mjs': slowBroken(8),
  'less-slow-broken.mjs': slowBroken(2),
});

const COMMANDS = [
  ['check --programs 1000000 --seed 1', folder],
  ['check --target slow.mjs --programs 1000 --seed 1 --program-time 60000', folder],
  ['explore --stack 5 --bitmap 5 --threads 1', folder],
  ['soak --operations 100000000 --seed 1', folder],
] as const;

it('a call that does not return ends by Ctrl-C, and the lack of a summary is said', async () => {
  const child = start('check --target stuck.mjs --seed 1 --program-time 60000'.split(' '), { cwd: folder });
  const result = ended(child);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  child.kill('SIGINT');
  const { exitCode, stderr } = await result;
  expect(stderr).toMatch(/^frameproof: check: interrupted, without a summary: it did not stop within 1.3 s/m);
  expect(exitCode).toBe(130);
});

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

describe.concurrent.each(COMMANDS)('%s', (command, cwd) => {
  it.each(SIGNALS)('ends by %s with exit code %i, within seconds', async (signal, exitCode) => {
    const child = start(command.split(' '), { cwd });
    const result = ended(child);
    // It runs when it has said on what; then it is in the middle of its work.
    if (child.stdout !== null) await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sent = performance.now();
    child.kill(signal);
    expect((await result).exitCode).toBe(exitCode);
    // 1.3 s to end by itself; the rest is for a loaded machine.
    expect(performance.now() - sent).toBeLessThan(10_000);
  });
});

it.each([
  'check --target slow-broken.mjs --programs 60 --seed 1 --stop-first --program-time 60000 --shrink-time 300',
  'verify less-slow-broken.mjs --against frameproof --small 0 --programs 8 --seed 1 --program-time 60000 --shrink-time 300',
])(
  'what was found is saved and said before it is shrunk, and shrinking ends by Ctrl-C with what it has reached: %s',
  {
    retry: 2,
    timeout: 60_000,
  },
  async (asked) => {
    rmSync(join(folder, 'found'), { recursive: true, force: true });
    const child = start([...asked.split(' '), '--corpus', 'found'], { cwd: folder });
    const result = ended(child);
    let said = '';
    child.stdout?.on('data', (text: string) => {
      said += text;
    });
    const [, file = ''] = await vi.waitFor(
      () => /^found: \S+ by \d+ operations, saved to (\S+)$/m.exec(said) ?? expect.fail(said),
      {
        timeout: 40_000,
      },
    );
    expect(existsSync(join(folder, file))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const sent = performance.now();
    child.kill('SIGINT');
    const { stdout, exitCode } = await result;
    // It was to shrink for 300 s.
    expect(performance.now() - sent).toBeLessThan(20_000);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('the time ended first: a simpler program may exist');
    const [, saved = ''] = /^saved +(\S+)$/m.exec(stdout) ?? [];
    expect(readdirSync(join(folder, 'found'))).toEqual([saved.replace('found/', '')]);
  },
);
