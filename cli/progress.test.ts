/** Progress in a pipe: a line every ten seconds on standard error, whatever the command does meanwhile. */
import { describe, expect, it, vi } from 'vitest';
import { ended, start } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({
  'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  // One call takes longer than it takes to wait for a line.
  'busy.mjs': `import Works from ${JSON.stringify(new URL('../examples/works.ts', import.meta.url))};
export default class extends Works { freeAmount() { const end = Date.now() + 100_000; while (Date.now() < end); return super.freeAmount(); } }`,
});

const COMMANDS: readonly (readonly [string, RegExp])[] = [
  [
    'check --seed 1 --time 100',
    /^frameproof: check: \d+% {2}\d+ programs, [\d,]+ operations\/s(, \d+ (s|min) left)? \(\d+0 s\)$/m,
  ],
  ['check --target busy.mjs --program-time 100000', /^frameproof: check: running \(\d+0 s\)$/m],
  [
    'record --map map.txt --operations 100000000 --out run.log',
    /^frameproof: record: \d+ of 100000000 operations recorded, [\d,]+\/s(, .* left)? \(\d+0 s\)$/m,
  ],
];

/** Has what happens every ten seconds happen every half second. */
const HASTE = `data:text/javascript,${encodeURIComponent(
  'const { setInterval } = globalThis; globalThis.setInterval = (call, ms) => setInterval(call, ms === 10_000 ? 500 : ms);',
)}`;

describe.concurrent('in a pipe there is a line on the progress every ten seconds:', () => {
  it.each(COMMANDS)('%s', async (command, line) => {
    const child = start(command.split(' '), { cwd, nodeArgs: ['--import', HASTE] });
    const result = ended(child);
    let said = '';
    child.stderr?.on('data', (text: string) => {
      said += text;
    });
    await vi.waitFor(() => expect(said).toMatch(line), { timeout: 50_000 });
    child.kill('SIGINT');
    expect((await result).exitCode).toBe(130);
  });
});
