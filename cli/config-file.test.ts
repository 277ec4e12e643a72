/** The configuration file: flags that users do not pass every time, held to what the command line is held to. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isSpecError } from '../spec/index.ts';
import { checkCommand } from './check.ts';
import { wordsFrom } from './config-file.ts';
import { COMMANDS } from './main.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({ 'box.txt': 'BIOS-e820: [mem 0x0000000000100000-0x00000000001fffff] usable\n' });
const works = new URL('../examples/works.ts', import.meta.url).pathname;
let written = '';

function configure(text: unknown, ending = 'json'): void {
  written = join(cwd, `frameproof.config.${ending}`);
  writeFileSync(written, typeof text === 'string' ? text : JSON.stringify(text));
}

async function check(args = ''): Promise<Record<string, unknown>> {
  const { stdout, stderr, exitCode } = await inProcess(`check --json ${args}`.trim().split(' '), cwd);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
}

afterEach(() => rmSync(written));

describe('the configuration file', () => {
  it('gives flags to every command that has them, and to one', async () => {
    configure({
      target: works,
      map: ['box.txt'],
      check: { programs: 7, seed: 3, json: true },
    });
    expect(await check()).toMatchObject({ programs: 7, seed: 3 });
    // `explore` has the target and no programs.
    const { stdout } = await inProcess('explore --stack 1 --bitmap 1'.split(' '), cwd);
    expect(stdout).toMatch(/^target {6}\S*examples\/works\.ts \(promises first-fit\)$/m);
  });

  it('may be a module', async () => {
    configure(
      `const seed: number = 5; export default { map: 'box.txt', check: { programs: 3, seed } };`,
      'ts',
    );
    expect(await check()).toMatchObject({ programs: 3, seed: 5 });
  });

  it('gives way to what is passed, and to flags that exclude its own', async () => {
    configure({ map: 'box.txt', check: { time: 60, seed: 3 } });
    expect(await check('--programs 4 --seed=9')).toMatchObject({ programs: 4, seed: 9 });
  });

  it('does not choose what a saved program runs on', async () => {
    configure({ target: 'missing.ts' });
    const { exitCode } = await inProcess(
      ['replay', new URL('../corpus/double-free.json', import.meta.url).pathname],
      cwd,
    );
    expect(exitCode).toBe(0);
  });

  it.each([
    [{ taget: 'x' }, /config\.json: unknown key "taget", expected a flag \(.*target/],
    [{ check: { out: 'x' } }, /config\.json: check: unknown key "out", expected a flag \(/],
    [
      { check: 3 },
      /config\.json: unknown key "check", expected a flag .*or a command and a record of its flags$/,
    ],
    [{ threads: 'two' }, /config\.json: threads: --threads: expected a whole number/],
    [{ json: 'yes' }, /config\.json: json: expected true or false, found "yes"$/],
    [{ seed: { a: 1 } }, /config\.json: seed: expected text or a number, found /],
    [[], /config\.json: expected a record of flags$/],
    ['{', /config\.json: /],
  ])('refuses %j in one line', async (settings, message) => {
    configure(settings);
    const commands = () => Promise.all([...COMMANDS.values()].map((load) => load()));
    const words = wordsFrom(cwd, { command: checkCommand(), args: [] }, commands);
    await expect(words).rejects.toSatisfy(isSpecError);
    await expect(words).rejects.toThrow(message);
  });

  it('is refused where its module does not load', async () => {
    configure('throw new Error("not today");', 'mjs');
    const { exitCode, stderr } = await inProcess(['check', '--programs', '1'], cwd);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'frameproof: frameproof.config.mjs: expected a module with a default export: not today\n',
    });
  });
});
