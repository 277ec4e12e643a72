/**
 * Before any test runs, brings `dist/` up to date, since some tests run the built command line, as users do; afterwards removes what tests left
 * in the folder for temporary files.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds. Type errors are printed and stop nothing: `npm test` has refused them by now. */
function build(): void {
  const { error } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
}

/** Has Node.js keep what it compiles, for the hundreds of processes that tests start. The last run's is thrown away. */
function shareCompiledCode(): void {
  const folder = join(import.meta.dirname, 'node_modules/.cache/frameproof-compiled');
  rmSync(folder, { recursive: true, force: true });
  process.env.NODE_COMPILE_CACHE = folder;
}

/** Gives the tests a folder for temporary files, and returns what removes it. */
function shareTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

export default function setup(): () => void {
  build();
  shareCompiledCode();
  return shareTemporaryFolder();
}
