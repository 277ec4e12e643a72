/** A user's project: a folder where this package is installed, and the commands that are pasted there. */
import { exec } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './copy-of-sources.ts';
import { BIN } from './frameproof.ts';
import { nodeEnvironment } from './npm.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Returns the path of a new folder with nothing but the package. */
export function projectFolder(): string {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(ROOT, join(modules, 'frameproof'));
  symlinkSync(BIN, join(modules, '.bin/frameproof'));
  return folder;
}

/** Runs the commands behind `next:` in a text, one after the other, as a shell does; returns what they print. */
export async function follow(text: string, folder: string): Promise<string> {
  const commands = [...text.matchAll(/^next: (.*)$/gm)].map(([, command]) => command);
  const { stdout, stderr } = await promisify(exec)(commands.join(' && '), {
    cwd: folder,
    env: nodeEnvironment(),
  });
  return stdout + stderr;
}
