/** The modules that a command loads: each takes about a millisecond, whether or not it is used. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({
  'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
  'run.log': `{"format":"frameproof/log","version":1,"map":"map.txt","config":{"bitmapMaxAddr":"0x1000","higherHalf":"0xffff800000000000"}}
{"operation":{"call":"alloc"},"response":{"outcome":{"kind":"address","address":"0xffff800000001000"}}}
`,
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

/** Runs a command line, in its supervisor and the process of the command, and returns the URLs of the modules that it loaded. */
async function modulesOf(args: string): Promise<readonly string[]> {
  const nodeArgs = ['--import', pathToFileURL(join(cwd, 'note-modules.mjs')).href];
  rmSync(join(cwd, 'modules.txt'), { force: true });
  const result = await frameproof(args.split(' '), { cwd, nodeArgs });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const urls = readFileSync(join(cwd, 'modules.txt'), 'utf8').trim().split('\n');
  // It is a hundred files, of which its paths name the few that are used.
  expect(urls.filter((url) => url.endsWith('/fp-ts/lib/index.js'))).toEqual([]);
  return urls;
}

/** Runs a command line, and returns the packages and the folders of ours from which it loaded a module. */
async function loadedBy(args: string): Promise<ReadonlySet<string>> {
  return new Set((await modulesOf(args)).map(origin));
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
      'tinypool',
      'xmlbuilder',
    ])
      expect(loaded).not.toContain(name);
  });

  it('a check in one thread, on no terminal, without a report for build servers, needs nothing for these', async () => {
    const loaded = await loadedBy('check --programs 1 --seed 1 --map map.txt');
    expect([...loaded]).toEqual(expect.arrayContaining(['cli', 'properties', 'fast-check']));
    for (const name of ['tinypool', 'cli-progress', 'xmlbuilder', 'vitest'])
      expect(loaded).not.toContain(name);
  });

  it('what it will use, it does read', async () => {
    const loaded = await loadedBy('check --programs 1 --seed 1 --map map.txt --threads 2 --junit junit.xml');
    expect([...loaded]).toEqual(expect.arrayContaining(['tinypool', 'xmlbuilder']));
  });
});

describe('frameproof loads few modules:', () => {
  it.each([
    ['--version', 15],
    ['map map.txt', 50],
    ['judge run.log', 100],
    ['check --programs 1 --seed 1 --map map.txt', 170],
  ])('%s loads at most %i', async (args, most) => {
    const ours = (await modulesOf(args)).filter(
      (url) => /\/dist\//.test(url) && !url.includes('/node_modules/'),
    );
    expect(ours).not.toEqual([]);
    expect(ours.length).toBeLessThanOrEqual(most);
  });

  it('a check that finds nothing does not load what only a find needs', async () => {
    const urls = await modulesOf('check --programs 1 --seed 1 --map map.txt');
    const late =
      /dist\/(counterexamples\/shrink|properties\/(explore|concurrent)|cli\/(counterexample|junit|statistics)\.js)/;
    expect(urls.filter((url) => late.test(url))).toEqual([]);
  });
});
