/** `frameproof init` for the languages whose compilers a machine may lack, and the commands that it names. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { follow, projectFolder } from './testing/project.ts';
import { rustc } from './testing/rustc.ts';

it.each(['cpp', 'rust'])(
  'frameproof init gives %s a target that holds, and a test that says so',
  async (language) => {
    const folder = projectFolder();
    const { stdout } = await inProcess(['init', '--language', language], folder);
    expect(stdout).toMatch(/^next: make -f frameproof\.mk test$/m);
    expect(await follow(stdout, folder)).toMatch(/^holds: no counterexample in 100 programs, seed 1$/m);
  },
);

it.each([
  ['pmm.c', []],
  ['pmm.cpp', ['pmm.h']],
])('make builds %s that init kept, whatever headers it has: %j', async (source, headers) => {
  const folder = projectFolder();
  for (const name of [source, ...headers]) writeFileSync(join(folder, name), '');
  await inProcess(['init'], folder);
  const line = execFileSync('make', ['-n', '-f', 'frameproof.mk', 'pmm-target'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(line).toContain(`${source} -o pmm-target`);
});

it('frameproof init gives rust a target that is WebAssembly too, with the compiler that Debian has', async () => {
  const folder = projectFolder();
  await inProcess(['init', '--language', 'rust'], folder);
  const options = '-O --edition 2021 -C panic=abort --crate-type staticlib --target wasm32-unknown-unknown';
  execFileSync(rustc(), [...options.split(' '), '-o', 'libpmm.a', 'pmm_target.rs'], { cwd: folder });
  await inProcess(['build', '--bits', '32', 'libpmm.a', '-o', 'pmm.wasm'], folder);
  const { stdout } = await inProcess(['check', '--target', 'pmm.wasm', '--programs', '20'], folder);
  expect(stdout).toMatch(/^holds: no counterexample in 20 programs/m);
});
