/**
 * Checkouts: a revision of a git repository, extracted into a temporary folder and built, so that it can run beside the present one.
 * The repository itself is not touched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import * as t from 'io-ts';
import { codeOf, readText, temporaryFolder } from '../../spec/files/index.ts';
import { decode, parseForeignJson, SpecError } from '../../spec/index.ts';

/** The folder of the repository, and a signal that stops the build. */
export interface CheckOutOptions {
  /** Any folder in the repository. Default: the current one. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** A revision in a temporary folder. */
interface Checkout {
  readonly folder: string;
  /** The folder of the repository itself. */
  readonly root: string;
  /** The commit in full. */
  readonly commit: string;
  /** How it was installed and built, in words. */
  readonly built: readonly string[];
  /** Removes the folder. */
  close(): void;
}

const LOCK_FILE = { of: 'lock file', mostBytes: 2 ** 26 };
export const MANIFEST = { of: 'package.json', mostBytes: 2 ** 20 };

const Lock = t.type({ packages: t.record(t.string, t.unknown) }, 'a lock file of npm');
const LockedPackage = t.partial({
  version: t.string,
  dev: t.boolean,
  optional: t.boolean,
  link: t.boolean,
});
const Manifest = t.partial({ scripts: t.record(t.string, t.string) }, 'package.json');

/** Running commands, each the leader of a process group, so that its children can be ended with it. */
const running = new Set<ChildProcess>();

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // The group has already ended.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Returns the output of a command. Rejects with `SpecError` naming the command if it fails or is stopped. */
async function output(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal | undefined },
): Promise<string> {
  // npm must start the Node.js that runs this process.
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => endGroup(child);
  running.add(child);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted === true) stop();
  try {
    return await printed(child, `${command} ${args.join(' ')}`);
  } finally {
    running.delete(child);
    signal?.removeEventListener('abort', stop);
  }
}

/** Number of characters shown of the output of a command that failed. */
const SHOWN_OUTPUT = 300;

function printed(child: ChildProcess, name: string): Promise<string> {
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new SpecError(`${name}: ${cause.message}`, { cause })));
    child.once('close', (code, ended) => {
      if (code === 0) return resolve(out.join(''));
      const said = `${out.join('')}\n${err.join('')}`.trim().replaceAll(/\s+/g, ' ').slice(-SHOWN_OUTPUT);
      return reject(
        new SpecError(`${name}: expected it to succeed, and it ended with ${code ?? ended}: ${said}`),
      );
    });
  });
}

/** Returns the commit of a revision in the repository around `cwd`. Rejects with `SpecError` if the revision does not exist. */
async function commitOf(revision: string, cwd: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const commit = await output(['git', 'rev-parse', '--verify', '--quiet', `${revision}^{commit}`], {
      cwd,
      signal,
    });
    return commit.trim();
  } catch (cause) {
    throw new SpecError(`git:${revision}: expected a revision of the git repository in ${cwd}`, { cause });
  }
}

function installedIn(folder: string): Readonly<Record<string, unknown>> {
  const path = join(folder, 'node_modules/.package-lock.json');
  return existsSync(path)
    ? decode(Lock, parseForeignJson(readText(path, LOCK_FILE), path), path).packages
    : {};
}

/** Whether every package in a lock file is installed in another project, in the same version. */
function isSatisfiedBy(lockPath: string, project: string): boolean {
  const { packages } = decode(Lock, parseForeignJson(readText(lockPath, LOCK_FILE), lockPath), lockPath);
  const installed = installedIn(project);
  return Object.entries(packages).every(([path, asked]) => {
    if (path === '') return true;
    const [wanted, there] = [asked, installed[path]].map((each) =>
      decode(LockedPackage, each ?? {}, lockPath),
    );
    return wanted?.version === there?.version || (wanted?.optional === true && there?.version === undefined);
  });
}

/** Installs the packages of the revision: links the project's if the versions are the same or not told, else runs npm. */
async function install(folder: string, project: string, signal: AbortSignal | undefined): Promise<string> {
  if (!existsSync(join(folder, 'package.json'))) return 'no package.json, so nothing to install';
  const lock = join(folder, 'package-lock.json');
  const isLocked = existsSync(lock);
  if (!isLocked || isSatisfiedBy(lock, project)) {
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
    return `packages of this checkout, ${isLocked ? 'which has the same versions' : 'as the revision has no package-lock.json'}`;
  }
  await output(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, signal });
  return 'npm ci';
}

/** Builds the revision with its script `build`, if it has one. */
async function build(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return 'nothing to build';
  const { scripts } = decode(Manifest, parseForeignJson(readText(path, MANIFEST), path), path);
  if (scripts?.build === undefined) return 'no script build';
  await output(['npm', 'run', 'build'], { cwd: folder, signal });
  return 'npm run build';
}

/** Folders to remove when the process ends. */
const open = new Set<string>();

function removeAll(): void {
  for (const child of running) endGroup(child);
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
  open.clear();
}

function newFolder(): string {
  if (open.size === 0) process.once('exit', removeAll);
  const folder = temporaryFolder('frameproof-revision');
  open.add(folder);
  return folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  open.delete(folder);
  if (open.size === 0) process.off('exit', removeAll);
}

/**
 * Extracts a revision of the repository around the folder `cwd`, and builds it. Rejects with `SpecError` if the revision does not exist
 * or cannot be built, and leaves nothing behind.
 */
export async function checkOut(
  revision: string,
  { cwd = process.cwd(), signal }: CheckOutOptions = {},
): Promise<Checkout> {
  const commit = await commitOf(revision, cwd, signal);
  const project = (await output(['git', 'rev-parse', '--show-toplevel'], { cwd, signal })).trim();
  const folder = newFolder();
  try {
    const archive = join(folder, '.revision.tar');
    await output(['git', 'archive', '--format=tar', '-o', archive, commit], { cwd: project, signal });
    await output(['tar', '-xf', archive, '-C', folder], { cwd: folder, signal });
    rmSync(archive);
    const built = [await install(folder, project, signal), await build(folder, signal)];
    return { folder, root: project, commit, built, close: () => remove(folder) };
  } catch (error) {
    remove(folder);
    throw error;
  }
}
