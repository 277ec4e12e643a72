/** Completion and the manual page. zsh, fish and groff, which a machine may lack: completion.tools.test.ts. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from './main.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder({ 'pmm.c': '', 'maps/pc.txt': '', 'my boot.log': '' });

describe('bash', () => {
  let script = '';
  beforeAll(async () => {
    script = (await inProcess(['completion', 'bash'], cwd)).stdout;
  });

  it.each([
    ['fr', 'frameproof ex', ['explore', 'export']],
    ['a flag', 'frameproof check --pro', ['--profile', '--programs', '--program-time']],
    ['a value', 'frameproof export --as v', ['vitest']],
    ['a file', 'frameproof build p', ['pmm.c']],
    ['a file with a space', 'frameproof judge my', ['my boot.log']],
    ['a folder', 'frameproof check --corpus ', ['maps']],
    ['a shell', 'frameproof completion ', ['bash', 'fish', 'zsh']],
    ['a command to explain', 'frameproof help ex', ['explore', 'export']],
    ['nothing where a number is meant', 'frameproof check --seed ', []],
  ])('completes %s: %s', (_, line, expected) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const asked = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _frameproof; printf '%s\n' "\${COMPREPLY[@]}"`;
    const printed = execFileSync('bash', ['-c', `${script}\n${asked}`], { cwd, encoding: 'utf8' });
    expect(
      printed
        .split('\n')
        .filter((word) => word !== '')
        .toSorted(),
    ).toEqual(expected.toSorted());
  });
});

it('the manual page shows which arguments may be left out', async () => {
  const { stdout } = await inProcess(['man'], cwd);
  expect(stdout).toContain('.SS frameproof init [folder] [flags]\n');
  expect(stdout).toContain('.SS frameproof map path [other] [flags]\n');
  expect(stdout).toContain('.SS frameproof report files... [flags]\n');
});

describe('all flags of all commands', () => {
  it.each([['completion', 'bash'], ['completion', 'zsh'], ['completion', 'fish'], ['man']])(
    'are in what `%s %s` prints',
    async (...args) => {
      const { stdout, exitCode } = await inProcess(args, cwd);
      expect(exitCode).toBe(0);
      const text = stdout.replaceAll('\\-', '-').replaceAll(' -l ', ' --');
      for (const [name, load] of COMMANDS) {
        expect(text).toContain(name);
        for (const { long } of (await load()).options) expect(text).toContain(long);
      }
    },
  );
});
