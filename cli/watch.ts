/**
 * `check --watch`: runs a check again whenever the target, or a module or configuration beside it, has changed. Each run is a command
 * as any other, in a process of its own; one that is under way when a file changes is interrupted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Dirent, type FSWatcher, readdirSync, watch } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { EXIT, endWith } from './exit-codes.ts';
import { print, printError } from './print.ts';

/** Editors and linkers write a file in several steps. */
const SETTLED_MS = 200;
/** Folders that hold no sources of the user's. */
const OTHERS = /^(\.|node_modules$|dist$|build$|target$)/;
const SOURCES = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** Returns a folder and the folders in it, at any depth. */
function foldersIn(folder: string): readonly string[] {
  const isSource = (entry: Dirent): boolean => entry.isDirectory() && !OTHERS.test(entry.name);
  const inside = readdirSync(folder, { withFileTypes: true }).filter(isSource);
  return [folder, ...inside.flatMap(({ name }) => foldersIn(join(folder, name)))];
}

/** Files that a target depends on, and the next of them to change. */
class WatchedFiles {
  readonly #watchers: readonly FSWatcher[];
  #tell: (name: string | null) => void = () => {};
  #settling: NodeJS.Timeout | undefined;

  constructor(target: string) {
    const isModule = SOURCES.includes(extname(target));
    const path = resolve(target);
    const folders = [...new Set(['.', dirname(path)].map((folder) => resolve(folder)))];
    const all = isModule ? new Set(folders.flatMap(foldersIn)) : folders;
    this.#watchers = [...all].map((folder) =>
      watch(folder, (_, name) => {
        if (name === null) return;
        const isTarget = join(folder, name) === path || (isModule && SOURCES.includes(extname(name)));
        if (isTarget || name.startsWith('frameproof.config.')) this.#note(name);
      }),
    );
  }

  #note(name: string): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#tell(name), SETTLED_MS);
  }

  /** Resolves with the name of the next file that changes; with null where the command is interrupted first. */
  next(): Promise<string | null> {
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  /** Ends the watch. */
  readonly close = (): void => {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
    this.#tell(null);
  };
}

/** Runs this command line without `--watch`. */
function run(): ChildProcess {
  const [, script = '', ...args] = process.argv;
  const words = args.filter((word) => word !== '--watch');
  return spawn(process.execPath, [...process.execArgv, script, ...words], { stdio: 'inherit' });
}

/** Repeats the check of a target until the command is interrupted. Where results are JSON, what is said between them goes to standard error. */
export async function watchCheck(target: string, isJson: boolean): Promise<void> {
  const tell = isJson ? printError : print;
  const files = new WatchedFiles(target);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, files.close);
  for (let name: string | null = target; name !== null; ) {
    const change = files.next();
    const child = run();
    const exit = once(child, 'exit').then(() => tell(`\nwatching ${target}: Ctrl-C ends\n`));
    await Promise.race([exit, change]);
    if (child.exitCode === null) child.kill('SIGINT');
    await exit;
    name = await change;
    if (name !== null) tell(`\n${name} changed at ${new Date().toLocaleTimeString('en-GB')}\n\n`);
  }
  endWith(EXIT.interrupted);
}
