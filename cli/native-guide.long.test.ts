import { exec, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { ended, frameproof, start } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const guide = readFileSync(join(ROOT, 'native/README.md'), 'utf8');
const folder = temporaryFolder();

/** The lines of all blocks of the guide in a language. */
function blocks(language: string): readonly string[] {
  return [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text ?? '',
  );
}

const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));
const builds = commands.filter((line) => /^(cc|rustc) /.test(line));
const hasRust = spawnSync('rustc', ['--version']).error === undefined;

/** Name of the target, the command line, and the expected outcome. */
const checks = commands.flatMap((line): readonly (readonly [string, string, string])[] => {
  const [, args = '', target = '', outcome = ''] =
    /^npx frameproof (check --target (\S+).*?) +# (.*)$/.exec(line) ?? [];
  return args === '' ? [] : [[target, args, outcome]];
});

beforeAll(async () => {
  symlinkSync(join(ROOT, 'native'), join(folder, 'native'));
  const run = (line: string) => promisify(exec)(line, { cwd: folder });
  await run('mkdir -p build');
  // A warning would be the first thing that a newcomer sees.
  const runnable = builds.filter((line) => hasRust || !line.startsWith('rustc'));
  const ran = await Promise.all(
    runnable.map((line) => run(line.replace(/^cc /, 'cc -Wall -Wextra -Werror '))),
  );
  expect(ran.map(({ stderr }) => stderr)).toEqual(runnable.map(() => ''));
}, 120_000);

describe.concurrent('the commands of the guide to native targets', () => {
  it('build and check four allocators that hold and two that are broken', () => {
    expect(builds).toHaveLength(6);
    expect(checks.map(([, , outcome]) => outcome)).toEqual([
      ...Array(4).fill('holds'),
      'breaks init.withheld',
      'breaks allocBitmap.complete',
    ]);
  });

  it.each(checks)('say of %s what the guide says', async (target, args, outcome) => {
    if (!hasRust && target.endsWith('extents')) {
      process.stderr.write(`${target} was not checked: rustc is not installed\n`);
      return;
    }
    const { stdout, stderr, exitCode } = await frameproof([...args.split(' '), '--seed', '1', '--json'], {
      cwd: folder,
    });
    expect(stderr).toMatch(/^(found: [^\n]+\n)*$/);
    const { verdict, counterexample, clauses, unchecked } = JSON.parse(stdout);
    const clause = /^breaks (.*)$/.exec(outcome)?.[1];
    if (clause === undefined) {
      expect({ verdict, exitCode }).toEqual({ verdict: 'holds', exitCode: 0 });
      expect(unchecked.length).toBeGreaterThan(0);
      expect(Object.keys(clauses)).toContain('alloc.complete');
      return;
    }
    expect({ verdict, exitCode }).toEqual({ verdict: 'violated', exitCode: 1 });
    expect(counterexample.violation.clause).toBe(clause);
    expect(counterexample.operations).toBeLessThanOrEqual(2);
  });

  it('show a target of one’s own that compiles', async () => {
    const [text = ''] = blocks('c');
    writeFileSync(join(folder, 'my_target.c'), text);
    const line = 'cc -Wall -Wextra -Werror -c -I native -o my_target.o my_target.c';
    await expect(promisify(exec)(line, { cwd: folder })).resolves.toEqual({ stdout: '', stderr: '' });
  });
});

/** Returns the command lines of all processes, in any namespace, that name a path. */
function runningWith(path: string): readonly string[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers.map(commandLineOf).filter((line) => line.includes(path));
}

/** Returns the command line of a process; empty where it has ended. */
function commandLineOf(number: string): string {
  try {
    return readFileSync(`/proc/${number}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe('frameproof check on an executable', () => {
  it('says what it did not check, and the memory that the process took', async () => {
    const { stdout, exitCode } = await frameproof(
      ['check', '--target', 'build/buddy', '--programs', '40', '--seed', '2'],
      { cwd: folder },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^not checked on this target:\n {2}allocPages, freePages: it has no such call$/m);
    expect(stdout).toMatch(/^memory {2}the target's process took at most \d+\.\d MiB$/m);
  });

  it('holds it to another profile where one is given', async () => {
    writeFileSync(
      join(folder, 'strict.json'),
      JSON.stringify({ calls: ['alloc', 'allocBitmap', 'free'], zones: 1 }),
    );
    const args = ['check', '--target', 'build/next-fit', '--profile', 'strict.json', '--seed', '1', '--json'];
    const { stdout, exitCode } = await frameproof([...args, '--corpus', 'other'], { cwd: folder });
    expect(exitCode).toBe(1);
    // It reports nothing when it fails, and does not panic.
    const { violations } = JSON.parse(stdout);
    expect(Object.keys(violations)).toEqual(expect.arrayContaining(['failure.enomem', 'misuse.panics']));
  });

  it('leaves no process of the target behind when it is killed itself', async () => {
    const path = join(folder, 'never-ends');
    writeFileSync(
      path,
      String.raw`#!/bin/sh
read -r hello; printf 'target 1\nready\n'; echo started > "$0.started"
while :; do :; done
`,
    );
    chmodSync(path, 0o755);
    const child = start(['check', '--target', path, '--program-time', '60000'], { cwd: folder });
    const closed = ended(child);
    await vi.waitFor(() => readFileSync(`${path}.started`, 'utf8'), { timeout: 20_000 });
    expect(runningWith(path)).not.toEqual([]);
    child.kill('SIGKILL');
    await closed;
    await vi.waitFor(() => expect(runningWith(path)).toEqual([]), { timeout: 5000 });
  });

  it.each([
    ['{"zone": 1}', /^frameproof: bad\.json: zone: unknown key, expected one of calls, /],
    ['[', /^frameproof: bad\.json: expected JSON: /],
  ])('refuses the profile %s with exit code 2', async (text, message) => {
    writeFileSync(join(folder, 'bad.json'), text);
    const { stderr, exitCode } = await frameproof(
      ['check', '--target', 'build/buddy', '--profile', 'bad.json'],
      { cwd: folder },
    );
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(message), exitCode: 2 });
  });
});
