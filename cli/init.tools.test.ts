/** `frameproof init` for the languages whose compilers a machine may lack, and the commands that it names. */
import { expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { follow, projectFolder } from './testing/project.ts';

it.each(['cpp', 'rust'])(
  'frameproof init gives %s a target that holds, and a test that says so',
  async (language) => {
    const folder = projectFolder();
    const { stdout } = await inProcess(['init', '--language', language], folder);
    expect(stdout).toMatch(/^next: make -f frameproof\.mk test$/m);
    expect(await follow(stdout, folder)).toMatch(/^holds: no counterexample in 100 programs, seed 1$/m);
  },
);
