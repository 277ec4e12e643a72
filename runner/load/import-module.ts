/** Importing a user's module: what is wrong with it is said in one line, with the place in the user's code. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BroadcastChannel, getEnvironmentData, isMainThread } from 'node:worker_threads';
import { SpecError } from '../../spec/index.ts';
import { refuseChanges, repairRealm, watchRealm } from '../realm.ts';
import { lookAt } from '../thrown.ts';
import { outsideCalls } from '../time-limit.ts';
import { takeConsole } from './module-console.ts';

type Exports = Readonly<Record<string, unknown>>;

/** Errors of Node.js on TypeScript that compilers take: a syntax that is more than types, and a file named by another ending, or none. */
const COMPILED_ONLY: readonly unknown[] = [
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
];

function isCompiledOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && COMPILED_ONLY.includes(error.code);
}

/** Whether a package.json says that the modules of its package are CommonJS. Node.js then refuses TypeScript that imports and exports, which compilers take. */
function saysCommonJs(manifest: string): boolean {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).type === 'commonjs';
  } catch {
    return false; // Node.js says what is wrong with it.
  }
}

/** Whether the package that a folder belongs to says that its modules are CommonJS, as `npm init` writes it. */
export function isCommonJs(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) return saysCommonJs(manifest);
  return dirname(folder) !== folder && isCommonJs(dirname(folder));
}

async function importedByCompiler(url: string): Promise<Exports> {
  const { importRewritten } = await import('./typescript.ts');
  return importRewritten(url);
}

async function imported(path: string): Promise<Exports> {
  const url = pathToFileURL(path).href;
  if (path.endsWith('.ts') && isCommonJs(dirname(path))) return importedByCompiler(url);
  try {
    return await import(url);
  } catch (error) {
    if (!isCompiledOnly(error)) throw error;
    return importedByCompiler(url);
  }
}

/** Returns what a module exports. Where a compiler made CommonJS of one, its own default export is a property of what Node.js takes for that. */
function exportsOf(namespace: Exports): Exports {
  const { __esModule: isCompiled, default: all } = namespace;
  return isCompiled === true && isObject(all) ? all : namespace;
}

function isObject(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null;
}

/** The channel on which threads tell what a module throws outside its calls. */
const LATE = 'frameproof-late';
let isSupervised = false;

/**
 * In a supervised command, takes what a module prints and, from this thread, the functions that would end it, and throws in the main thread
 * what a module throws outside its calls in another one, which would end that.
 */
async function superviseThread(): Promise<void> {
  if (isSupervised || process.env.FRAMEPROOF_RUN === undefined) return;
  isSupervised = true;
  takeConsole();
  const guard: unknown = getEnvironmentData('frameproof-guard');
  if (!isMainThread && typeof guard === 'string') (await import(guard)).keepProcessAlive();
  const channel = new BroadcastChannel(LATE);
  channel.unref();
  if (isMainThread)
    channel.onmessage = ({ data }: { readonly data: unknown }) => {
      throw data;
    };
  else
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, (error: unknown) => {
        try {
          channel.postMessage(error);
        } catch {
          channel.postMessage(new Error(lookAt(error).text));
        }
      });
}

const CHECK_MS = 10_000;

/** Returns the text of a module as JavaScript with the same lines; null where it has none. */
async function javaScriptOf(path: string): Promise<string | null> {
  if (!path.endsWith('ts')) return readFileSync(path, 'utf8');
  const { stripped } = await import('./typescript.ts');
  return stripped(path);
}

/** Returns the place of an error of syntax in a module, which V8 does not tell but Node.js prints where it checks a text; else null. */
async function syntaxPlace(path: string): Promise<string | null> {
  const input = await javaScriptOf(path);
  if (input === null) return null;
  const flags = ['--check', `--input-type=${/\.c[jt]s$/.test(path) ? 'commonjs' : 'module'}`, '-'];
  const { stderr } = spawnSync(process.execPath, flags, { input, encoding: 'utf8', timeout: CHECK_MS });
  const [, line] = /^\[stdin\]:(\d+)$/m.exec(stderr) ?? [];
  return line === undefined ? null : `${path}:${line}`;
}

/** Returns an error in words, with its place. */
async function reasonOf(error: unknown, path: string): Promise<string> {
  const { text, place } = lookAt(error);
  const found = place === null && text.startsWith('SyntaxError: ') ? await syntaxPlace(path) : null;
  return found === null ? text : `${text} (${found})`;
}

/**
 * Imports the module at a path.
 *
 * @throws SpecError where that fails.
 */
export async function importModule(path: string): Promise<Exports> {
  const expected = `${path}: expected a module that exports a manager`;
  if (!existsSync(path)) throw new SpecError(`${expected}: the file does not exist`);
  // Node.js would read a pipe or a device to its end.
  if (!statSync(path).isFile()) throw new SpecError(`${expected}: this is not a file`);
  watchRealm();
  await superviseThread();
  let exports: Exports;
  try {
    exports = exportsOf(await outsideCalls(() => imported(resolve(path))));
  } catch (error) {
    repairRealm();
    const reason = (await reasonOf(error, path)).replaceAll(/\s+/g, ' ');
    throw new SpecError(`${path}: expected a module that can be imported: ${reason}`, { cause: error });
  }
  refuseChanges(path);
  return exports;
}
