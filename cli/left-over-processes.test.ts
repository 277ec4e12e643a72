/** Processes that a target has started do not survive the command, although they have left the group and the session of their parent. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frameproof, plainEnvironment } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const WORKS = JSON.stringify(new URL('../examples/works.ts', import.meta.url));

/** A number of seconds that no other process sleeps for. */
let seconds = 200_000 + process.pid;

/** Returns a module that starts a process in a new session: a sleep, with the environment or without. */
function starting(sleep: string, env: string): string {
  return `import { spawn } from 'node:child_process';
import Works from ${WORKS};
spawn('sleep', ['${sleep}'], { detached: true, stdio: 'ignore', ${env} }).unref();
export const policies = [];
export default Works;`;
}

/** Returns an executable that starts one, and answers each program with an end. */
function executable(sleep: string, command: string): string {
  return `#!/bin/sh
${command} sleep ${sleep} </dev/null >/dev/null 2>&1 &
read -r hello; printf 'target 1\\nready\\n'
while read -r line; do case $line in end) exit 3;; esac; done`;
}

/** Returns the numbers of the processes that sleep for so long. */
function sleeping(sleep: string): readonly number[] {
  const line = `sleep\0${sleep}\0`;
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith(line)
        ? [Number(pid)]
        : [];
    } catch {
      return []; // It has ended.
    }
  });
}

/** Runs a command, and returns how many of the processes that its target has started are left; they are ended then. */
async function leftBy(target: string, text: (sleep: string) => string, path?: string): Promise<number> {
  seconds += 1;
  const sleep = String(seconds);
  const cwd = temporaryFolder({ [target]: text(sleep) });
  chmodSync(join(cwd, target), 0o755);
  const env = path === undefined ? plainEnvironment() : { ...plainEnvironment(), PATH: path };
  const args = ['check', '--target', `./${target}`, '--programs', '2', '--seed', '1', '--shrink-time', '0'];
  const { stdout } = await frameproof(args, { cwd, env });
  expect(stdout).toMatch(/^(holds|not shown|violated)/m);
  const left = sleeping(sleep);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return left.length;
}

/** Returns a folder with the few programs that the executables need, and no `unshare`. */
function withoutNamespaces(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  for (const name of ['sh', 'sleep', 'setsid', 'env'])
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(folder, 'bin', name));
  return join(folder, 'bin');
}

describe.concurrent('a process in another session', () => {
  it('that a module has started is found by its environment', async () => {
    expect(await leftBy('starts.mjs', (sleep) => starting(sleep, ''))).toBe(0);
  });

  it('that a module has started without an environment is out of reach', async () => {
    expect(await leftBy('clears.mjs', (sleep) => starting(sleep, 'env: {}'))).toBe(1);
  });

  it('that an executable has started ends with its namespace, whatever its environment is', async () => {
    expect(await leftBy('starts', (sleep) => executable(sleep, 'env -i setsid'))).toBe(0);
  });

  it('that an executable has started is found by its environment where namespaces are not permitted', async () => {
    expect(await leftBy('starts', (sleep) => executable(sleep, 'setsid'), withoutNamespaces())).toBe(0);
  });

  it('that an executable has started without an environment is out of reach there', async () => {
    expect(
      await leftBy('starts', (sleep) => executable(sleep, 'env -i setsid'), withoutNamespaces()),
    ).toBeGreaterThan(0);
  });
});
