/**
 * The size of an installation: the package is packed, installed in an empty folder, and the sizes of all files are added up, Node.js left
 * out. Ends with 1 above the limit. It needs the registry of npm.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIMIT_BYTES = 10e6;

function sizeOf(folder: string): number {
  const files = globSync('**/*', { cwd: folder }).map((path) => statSync(join(folder, path)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2).padStart(6)} MB`;
}

const folder = mkdtempSync(join(tmpdir(), 'frameproof-size-'));
try {
  const npm = (...args: readonly string[]): string =>
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const tarball =
    npm('pack', '--silent', join(import.meta.dirname, '..'))
      .trim()
      .split('\n')
      .at(-1) ?? '';
  npm('install', '--silent', '--no-audit', '--no-fund', `./${tarball}`);
  const modules = join(folder, 'node_modules');
  const sizes = globSync(['[!@]*', '@*/*'], { cwd: modules }).map(
    (name) => [name, sizeOf(join(modules, name))] as const,
  );
  for (const [name, bytes] of sizes.toSorted(([, a], [, b]) => b - a))
    process.stdout.write(`${megabytes(bytes)}  ${name}\n`);
  const total = sizeOf(modules);
  process.stdout.write(
    `${megabytes(total)}  in all, limit ${megabytes(LIMIT_BYTES).trim()}; packed ${megabytes(statSync(join(folder, tarball)).size).trim()}\n`,
  );
  process.exitCode = total > LIMIT_BYTES ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
