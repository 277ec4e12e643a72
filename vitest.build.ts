/** Brings `dist/` up to date before any test runs: some tests run the built command line, as users do. */
import { spawnSync } from 'node:child_process';

/** Builds. Type errors are printed and stop nothing: `npm test` has refused them by now. */
export default function build(): void {
  const { error } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
  if (error !== undefined) throw error;
}
