/** A copy of the project's sources, for tests to build, pack or spoil. */
import { cpSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.ts';

/** The project's root. */
export const ROOT = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

function isSource(path: string): boolean {
  return !/\/(node_modules|dist|reports|\.stryker-tmp|\.git|\.site|cache)$/.test(path);
}

/** Returns the path of a copy with everything but what is built; it shares the installed packages. */
export function copyOfSources(): string {
  const folder = realpathSync(temporaryFolder());
  cpSync(ROOT, folder, { recursive: true, filter: isSource });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
