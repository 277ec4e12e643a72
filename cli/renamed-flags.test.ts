import { describe, expect, it } from 'vitest';
import { COMMANDS } from './main.ts';
import { RENAMED } from './renamed-flags.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder();

/** The arguments that a command asks for before it looks at flags. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  verify: ['my-pmm.ts', '--against', 'frameproof'],
  shrink: ['trace.json'],
};

const CASES = Object.entries(RENAMED).flatMap(([command, flags]) =>
  Object.entries(flags).map(([flag, newName]) => ({ command, flag, newName })),
);

describe('a flag that was renamed', () => {
  it.each(CASES)('is refused in one line: $command $flag is $newName', async ({ command, flag, newName }) => {
    for (const value of [[flag, '3'], [`${flag}=3`]]) {
      const result = await inProcess([command, ...(REQUIRED[command] ?? []), ...value], cwd);
      expect(result).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `frameproof: ${flag}: renamed: pass ${newName}\n`,
      });
    }
  });

  it.each(CASES)('has a new name that the command knows: $command $newName', async ({ command, newName }) => {
    const { options = [] } = (await COMMANDS.get(command)?.()) ?? {};
    const known = options.map(({ long }) => long);
    const named = newName.match(/--[\w-]+/g) ?? [];
    expect(named).not.toEqual([]);
    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('is renamed only where the command had it', async () => {
    const { exitCode, stderr } = await inProcess(['replay', 'trace.json', '--jobs', '2'], cwd);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^frameproof: unknown option '--jobs'/),
    });
  });
});

/** Flags that several commands have: one name and one kind of value. */
describe('a flag of several commands', () => {
  it('takes the same value in all of them', async () => {
    const loaded = await Promise.all([...COMMANDS.values()].map((load) => load()));
    const values = new Map<string, Set<string>>();
    for (const { options } of loaded)
      for (const { long, flags } of options)
        if (long != null) values.set(long, (values.get(long) ?? new Set()).add(flags.replace(/^-\w, /, '')));
    const differing = [...values].filter(([, forms]) => forms.size > 1);
    expect(differing).toEqual([]);
  });
});
