/** npm as a child process. A failure is an error that says what was run and what npm answered: no test goes on without it. */
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { plainEnvironment } from './frameproof.ts';

/** Returns the environment in which `node`, `npm` and what they start are those that run the tests. */
export function nodeEnvironment(): NodeJS.ProcessEnv {
  return { ...plainEnvironment(), PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
}

/** Runs npm in a folder and returns what it prints. */
export function npm(args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync('npm', [...args, '--prefix', cwd], {
    cwd,
    env: nodeEnvironment(),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error === undefined && status === 0) return stdout;
  const reason = error?.message ?? `exit code ${status}\n${stderr}${stdout}`;
  throw new Error(`this test needs npm and its registry: npm ${args.join(' ')}: ${reason}`);
}
