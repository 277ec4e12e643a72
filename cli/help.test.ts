import { describe, expect, it } from 'vitest';
import { examplesIn } from './help.ts';
import { COMMANDS } from './main.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const cwd = temporaryFolder();

describe.each([...COMMANDS.keys()])('frameproof %s --help', (name) => {
  it('has an example of the command, and every example parses', async () => {
    const { stdout, exitCode } = await inProcess([name, '--help'], cwd);
    expect(exitCode).toBe(0);
    const examples = examplesIn(stdout);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const [, , command, ...words] = example.replace(/ [>|].*$/, '').split(' ');
      expect(command).toBe(name);
      const parser = await COMMANDS.get(name)?.();
      let isReached = false;
      parser?.exitOverride().action(() => {
        isReached = true;
      });
      await parser?.parseAsync(words, { from: 'user' });
      expect(isReached, example).toBe(true);
    }
  });

  it('describes every option and argument', async () => {
    const command = await COMMANDS.get(name)?.();
    const undescribed = [...(command?.options ?? []), ...(command?.registeredArguments ?? [])].filter(
      ({ description }) => description === '',
    );
    expect(undescribed).toEqual([]);
  });
});

describe('frameproof --help', () => {
  it('has examples of commands that there are, and the exit codes', async () => {
    const { stdout } = await inProcess(['--help'], cwd);
    const examples = examplesIn(stdout);
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect(['help', ...COMMANDS.keys()]).toContain(example.split(' ')[2]);
    expect(stdout).toMatch(/^Exit codes: 0 holds, 1 violated, 2 unusable input, /m);
  });
});
