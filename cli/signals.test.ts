/** Signals to a command: it ends soon, with the exit code that shells expect, and leaves no process behind. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ended, start } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const folder = temporaryFolder({
  'slow.mjs': `import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
export default class extends Works { alloc() { const end = Date.now() + 50; while (Date.now() < end); return super.alloc(); } }`,
});

const COMMANDS = [
  ['check --programs 1000000 --seed 1', folder],
  ['check --target slow.mjs --programs 1000 --seed 1 --program-time 60000', folder],
  ['explore --stack 5 --bitmap 5 --threads 1', folder],
  ['soak --operations 100000000 --seed 1', folder],
] as const;

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
    // 1.5 s to end by itself; the rest is for a loaded machine.
    expect(performance.now() - sent).toBeLessThan(10_000);
  });
});
