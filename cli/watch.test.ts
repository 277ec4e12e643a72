/** `check --watch`: the commands of a user who edits a target. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ended, frameproof, start } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const works = new URL('../examples/works.ts', import.meta.url);
const broken = new URL('../examples/broken-limit.ts', import.meta.url);

function module(url: URL): string {
  return `export { default } from ${JSON.stringify(url)};`;
}

it('a check runs again when a module beside the target changes, until it is interrupted', async () => {
  const cwd = temporaryFolder({
    'pmm.ts': `export { default } from './parts/limit.ts';`,
    'parts/limit.ts': module(works),
    'box.txt': 'BIOS-e820: [mem 0x0-0x7fffff] usable\n',
  });
  const args = 'check --watch --target pmm.ts --map box.txt --programs 40 --seed 2 --shrink-time 0';
  const child = start(args.split(' '), { cwd });
  const result = ended(child);
  let printed = '';
  child.stdout?.on('data', (text) => {
    printed += text;
  });
  const until = (pattern: RegExp) =>
    vi.waitFor(() => expect(printed).toMatch(pattern), { timeout: 50_000, interval: 50 });
  await until(/^holds: [\s\S]*^watching pmm\.ts: Ctrl-C ends$/m);
  printed = '';
  writeFileSync(join(cwd, 'parts/limit.ts'), module(broken));
  await until(/^limit\.ts changed at \d\d:\d\d:\d\d$[\s\S]*^violated: [\s\S]*^watching pmm\.ts/m);
  child.kill('SIGINT');
  expect((await result).exitCode).toBe(130);
});

it('prints nothing but results where they are JSON', async () => {
  const cwd = temporaryFolder({ 'pmm.ts': module(works) });
  const child = start('check --watch --json --target pmm.ts --programs 2 --seed 2'.split(' '), { cwd });
  const result = ended(child);
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  await vi.waitFor(() => expect(said).toMatch(/^watching pmm\.ts/m), { timeout: 50_000, interval: 50 });
  child.kill('SIGINT');
  const { stdout } = await result;
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'holds' });
});

it('a configuration cannot ask for it: each of its runs would watch again', async () => {
  const cwd = temporaryFolder({ 'frameproof.config.json': '{ "check": { "watch": true } }' });
  const { stderr, exitCode } = await frameproof(['check'], { cwd });
  expect({ stderr, exitCode }).toEqual({
    stderr: expect.stringMatching(/^frameproof: --watch: expected on the command line: [^\n]*\n$/),
    exitCode: 2,
  });
});
