/** Brings `dist/` up to date before any test runs: some tests run the built command line, as users do. */
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

/** Has Node.js keep what it compiles, for the hundreds of processes that tests start; returns what throws it away. */
function shareCompiledCode(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-compiled-'));
  process.env.NODE_COMPILE_CACHE = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

export default function setup(): () => void {
  build();
  return shareCompiledCode();
}
