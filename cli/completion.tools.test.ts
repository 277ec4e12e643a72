/** Completion and the manual page in the programs that read them: zsh, fish, groff. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const folder = temporaryFolder({ 'pmm.c': '' });

/** Writes what a command line prints, and returns its path. */
async function printed(...args: readonly string[]): Promise<string> {
  const path = join(folder, args.join('-'));
  writeFileSync(path, (await inProcess(args, folder)).stdout);
  return path;
}

function run(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

it.each([
  ['frameproof expl', /^explore\tjudge every call sequence/],
  ['frameproof check --pol', /^--policy\tpolicies the target promises/],
  ['frameproof export --as v', /^vitest\t/],
  ['frameproof verify --corpus ', /^$/],
  ['frameproof completion ', /^bash\nfish\nzsh\n$/],
  ['frameproof help expl', /^explore\n$/],
])('fish completes: %s', async (line, expected) => {
  const script = await printed('completion', 'fish');
  expect(run('fish', '--no-config', '-c', `source ${script}; complete -C '${line}'`)).toMatch(expected);
});

it.each([
  ['frameproof', 'describe', 'explore:judge every call sequence'],
  ['frameproof verify', 'arguments', '--observable[spec\\: any answer'],
  ['frameproof completion', 'arguments', ':word:(bash zsh fish)'],
  ['frameproof help', 'describe', 'explore:judge every call sequence'],
])('zsh is told what completes: %s', async (line, asked, expected) => {
  const script = await printed('completion', 'zsh');
  const stubs =
    '_arguments() { print -rl arguments "$@" }; _describe() { print -rl describe $commands }; compdef() { }';
  const words = line.split(' ');
  const text = run(
    'zsh',
    '-f',
    '-c',
    `${stubs}; source ${script}; words=(${line} ''); CURRENT=${words.length + 1}; _frameproof`,
  );
  expect(text).toMatch(new RegExp(`^${asked}\n`));
  expect(text).toContain(expected);
});

it('the manual page has no error that groff knows', async () => {
  const page = await printed('man');
  expect(run('groff', '-man', '-Tutf8', '-ww', '-z', page)).toBe('');
});
