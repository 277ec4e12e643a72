/** What the command line reads before it does what it was asked: about a millisecond a file, whether or not it is used. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({
  'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  'note-modules.mjs': `
    import { appendFileSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    registerHooks({
      load: (url, context, nextLoad) => {
        appendFileSync('modules.txt', url + '\\n');
        return nextLoad(url, context);
      },
    });`,
});

/** Returns the package that a module is of, or the folder where it is ours. */
function origin(url: string): string {
  const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? /\/dist\/([^/]+)/.exec(url) ?? [];
  return name ?? url;
}

/** Runs a command line, in its supervisor and the process of the command, and returns the packages and the folders of ours from which it loaded a module. */
async function loadedBy(args: string): Promise<ReadonlySet<string>> {
  const nodeArgs = ['--import', pathToFileURL(join(cwd, 'note-modules.mjs')).href];
  rmSync(join(cwd, 'modules.txt'), { force: true });
  const result = await frameproof(args.split(' '), { cwd, nodeArgs });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const urls = readFileSync(join(cwd, 'modules.txt'), 'utf8').trim().split('\n');
  // It is a hundred files, of which its paths name the few that are used.
  expect(urls.filter((url) => url.endsWith('/fp-ts/lib/index.js'))).toEqual([]);
  return new Set(urls.map(origin));
}

describe('frameproof does not read what it will not use:', () => {
  it.each([
    ['--version', []],
    ['map map.txt', ['spec']],
    ['map map.txt --json', ['spec']],
  ])('%s needs no room but spec/', async (args, rooms) => {
    const loaded = await loadedBy(args);
    expect([...loaded]).toEqual(expect.arrayContaining(['cli', 'commander', ...rooms]));
    for (const name of [
      'model',
      'impl',
      'runner',
      'counterexamples',
      'properties',
      'fast-check',
      'piscina',
      'xmlbuilder',
    ])
      expect(loaded).not.toContain(name);
  });

  it('a check in one thread, on no terminal, without a report for build servers, needs nothing for these', async () => {
    const loaded = await loadedBy('check --programs 1 --seed 1 --map map.txt');
    expect([...loaded]).toEqual(expect.arrayContaining(['cli', 'properties', 'fast-check']));
    for (const name of ['piscina', 'cli-progress', 'xmlbuilder', 'vitest'])
      expect(loaded).not.toContain(name);
  });

  it('what it will use, it does read', async () => {
    const loaded = await loadedBy('check --programs 1 --seed 1 --map map.txt --threads 2 --junit junit.xml');
    expect([...loaded]).toEqual(expect.arrayContaining(['piscina', 'xmlbuilder']));
  });
});
