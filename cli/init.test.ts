/** `frameproof init`, and the commands that it names, from an empty folder. C++ and Rust: init.tools.test.ts. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN } from './testing/frameproof.ts';
import { inProcess } from './testing/in-process.ts';
import { follow, projectFolder } from './testing/project.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

describe('frameproof init', () => {
  it('gives C a target that holds and a test that says so', async () => {
    const folder = projectFolder();
    const { stdout } = await inProcess(['init', '--language', 'c'], folder);
    expect(stdout).toBe(
      'wrote frameproof.config.json, frameproof.mk, pmm_target.c, pmm.c, pmm.h\nnext: make -f frameproof.mk test\n',
    );
    expect(await follow(stdout, folder)).toMatch(/^holds: no counterexample in 100 programs, seed 1$/m);
  });

  it('gives TypeScript a target that holds and a test that says so', async () => {
    const folder = projectFolder();
    const { stdout } = await inProcess(['init', 'mine', '--language', 'typescript'], folder);
    expect(stdout).toMatch(/^next: cd mine\nnext: npx frameproof check\nnext: node --test pmm\.test\.ts$/m);
    // The test runs the same programs as the check.
    const test = stdout.replace('next: npx frameproof check\n', '');
    expect(await follow(test, folder)).toMatch(/satisfies the specification/);
  });

  it('gives TypeScript modules to a package that is CommonJS', async () => {
    const folder = projectFolder();
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    const { stdout } = await inProcess(['init', '--language', 'typescript'], folder);
    expect(stdout).toMatch(/^wrote frameproof\.config\.json, pmm\.target\.mts, pmm\.test\.mts, pmm\.mts$/m);
    expect(await follow(stdout, folder)).toMatch(/^holds: .*satisfies the specification/ms);
  });

  it('gives Rust every call of the header, in its order', async () => {
    const folder = temporaryFolder();
    await inProcess(['init', '--language', 'rust'], folder);
    const [, fields = ''] =
      /struct Target \{\n(.*?)^\}/ms.exec(readFileSync(join(folder, 'pmm_target.rs'), 'utf8')) ?? [];
    const header = readFileSync(new URL('../native/frameproof.h', import.meta.url), 'utf8');
    const [before = ''] = header.split('} fp_target;');
    const calls = before.slice(before.lastIndexOf('typedef struct'));
    const named = ['profile', ...[...calls.matchAll(/\(\*(\w+)\)\(/g)].map(([, name]) => name)];
    expect([...fields.matchAll(/^ {4}(\w+):/gm)].map(([, name]) => name)).toEqual(named);
    expect(named).toContain('free_order');
  });

  it('imports the allocator that is there by its name', async () => {
    const folder = temporaryFolder({ 'pmm.mts': '' });
    await inProcess(['init'], folder);
    expect(readFileSync(join(folder, 'pmm.target.ts'), 'utf8')).toContain("from './pmm.mts'");
  });

  it('names the package where modules do not find it', async () => {
    const { stdout } = await inProcess(['init', '--language', 'typescript'], temporaryFolder());
    expect(stdout).toContain('next: npm install --save-dev frameproof\n');
  });

  it('keeps an allocator, which tells the language', async () => {
    const folder = temporaryFolder({ 'pmm.cpp': '// mine', 'pmm.h': '' });
    const { stdout } = await inProcess(['init'], folder);
    expect(stdout).toContain('kept  pmm.cpp, pmm.h: have pmm_target.cpp call what it offers\n');
    expect(readFileSync(join(folder, 'pmm.cpp'), 'utf8')).toBe('// mine');
    expect(readdirSync(folder)).not.toContain('pmm.hpp');
  });

  it.each([
    [{ 'pmm_target.c': '', 'frameproof.mk': '' }, 'frameproof.mk, pmm_target.c'],
    [{ 'frameproof.config.ts': '' }, 'frameproof.config.*'],
  ])('overwrites nothing: %j', async (files, named) => {
    const folder = temporaryFolder(files);
    const { stderr, exitCode } = await inProcess(['init', '--language', 'c'], folder);
    const message = `frameproof: .: expected a folder without ${named}: nothing was written\n`;
    expect({ stderr, exitCode }).toEqual({ stderr: message, exitCode: 2 });
    expect(readdirSync(folder)).toEqual(Object.keys(files).toSorted());
  });

  it('asks for the language at a terminal', async () => {
    const folder = temporaryFolder({ 'pmm.rs': '' });
    const command = `${process.execPath} ${BIN} init`;
    const terminal = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder,
      input: '\n',
      encoding: 'utf8',
    });
    expect(terminal.stdout).toContain('Language of your allocator (typescript, c, cpp, rust) [rust]: ');
    expect(readdirSync(folder)).toContain('pmm_target.rs');
  });

  it.each([
    [
      ['--language', 'go'],
      /^frameproof: .*--language.* 'go' is invalid\. Allowed choices are typescript, c, cpp, rust\. \(see --help\)\n$/,
    ],
    [[], /^frameproof: --language: expected .*: there is no terminal to ask, and no pmm\.\* to tell\n$/],
  ])('refuses %j in one line', async (args, message) => {
    const { stderr, exitCode } = await inProcess(['init', ...args], temporaryFolder());
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(message), exitCode: 2 });
  });
});
