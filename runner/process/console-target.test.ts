/** A target on a console, played by a script: what a kernel does there that an executable does not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { config, decodeProfile, memoryMap, type Scenario } from '../../spec/index.ts';
import { execute } from '../limited-execution.ts';
import { loadTarget } from '../load/load-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'frameproof-console-target-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Boots for a while, answers one program, and ends; what is sent before it has booted is an answer that nobody accepts. */
const KERNEL = `
let early = '';
let isReady = false;
process.stdin.on('data', (bytes) => {
  if (!isReady) return void (early += bytes);
  if (!String(bytes).startsWith('w ffff800000000000 0 7,0,2\\na f0 ')) return console.log('malformed it read ' + bytes + '\\nend');
  process.stdout.write('d 2 2 0\\r\\n[ 1.0] a line of the kernel\\r\\na1000 = 1 1\\r\\nd = 2 0\\r\\n');
  if (early !== '') console.log('malformed it was sent ' + JSON.stringify(early) + ' too early');
  process.stdout.write('a1000 = 1 1\\r\\n' + process.env.LAST + '\\r\\n');
  process.exit(process.env.LAST === 'end' ? 0 : 3);
});
console.log('booting\\r\\ntarget 0\\r');
setTimeout(() => { isReady = true; console.log('target 1\\r\\nshort\\r\\nprofile {"failures": []}\\r\\nready\\r'); }, 200);
`;
const path = join(folder, 'kernel.mjs');
writeFileSync(path, KERNEL);

const SCENARIO: Scenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 2 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: [],
  operations: [
    { call: 'alloc' },
    { call: 'free', address: { result: 0, page: 0, offset: 0n } },
    { call: 'alloc' },
  ],
};

/** Runs the scenario on the kernel, whose answer has this last line. */
async function run(last: string): Promise<object> {
  const name = `run:LAST='${last}' '${process.execPath}' '${path}'`;
  const target = await loadTarget(name);
  try {
    // The second one needs another boot.
    execute(target, SCENARIO);
    const { violation, responses } = execute(target, SCENARIO).trace();
    return { name: target.name === name, outcomes: responses.map(({ outcome }) => outcome.kind), violation };
  } finally {
    await target.close();
  }
}

it('sends nothing before the kernel greets, and reads past what else it prints', async () => {
  expect(await run('end')).toEqual({
    name: true,
    outcomes: ['done', 'address', 'done', 'address'],
    violation: undefined,
  });
});

it('is not taken where it claims zeroed pages: nobody looks at them there', async () => {
  const zeroed = decodeProfile({ contents: 'zeroed' }, 'p.json');
  const name = `run:LAST=end '${process.execPath}' '${path}'`;
  await expect(loadTarget(name, undefined, { profile: zeroed })).rejects.toThrow(
    /: contents "zeroed" is not looked at over a serial line/,
  );
});

it('quotes the last line of a kernel that dies', async () => {
  expect(await run('panic: out of pages')).toMatchObject({
    violation: { explanation: expect.stringContaining('it printed "panic: out of pages", and ended') },
  });
});
