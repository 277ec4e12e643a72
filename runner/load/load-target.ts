/**
 * Loading targets by name: our own implementation, a mutant of it, a module on disk whose default export builds a manager,
 * WebAssembly, or an executable that speaks the protocol. The code of all but modules is loaded on demand.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { extname, resolve } from 'node:path';
import * as t from 'io-ts';
import {
  decode,
  decodeOwnClauses,
  decodeProfile,
  type OwnClause,
  Policy,
  type Profile,
  SpecError,
} from '../../spec/index.ts';
import { factoryTarget } from '../factory-target.ts';
import { MUTANT_PREFIX, OURS, RUN_PREFIX } from '../ours.ts';
import type { CallersProcess } from '../process/index.ts';
import { refuseChanges } from '../realm.ts';
import type { GivenClaims, Target } from '../target.ts';
import { lookAt } from '../thrown.ts';
import { PROGRAM_MS } from '../time-limit.ts';

/** Imports a user's module, by code that is loaded on demand. Throws `SpecError` where that fails. */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import('./import-module.ts')).importModule(path);
}

/** Whether the package that a folder belongs to says that its modules are CommonJS. */
export async function isCommonJs(folder: string): Promise<boolean> {
  return (await import('./import-module.ts')).isCommonJs(folder);
}

/** Reads an export, which may throw when it is looked at. */
function exported<T>(path: string, name: string, read: (source: string) => T): T {
  const source = `${path}: export ${name}`;
  try {
    return read(source);
  } catch (error) {
    const { text } = lookAt(error);
    throw text.startsWith('SpecError: ')
      ? error
      : new SpecError(`${source}: it threw ${text}`, { cause: error });
  }
}

/** Returns the policies that a module exports, or null. */
export function promisedPolicies(
  exports: Readonly<Record<string, unknown>>,
  path: string,
): readonly Policy[] | null {
  if (exports.policies === undefined) return null;
  return exported(path, 'policies', (source) =>
    decode(t.readonlyArray(Policy), structuredClone(exports.policies), source),
  );
}

/** Returns the profile that a module exports, or undefined. */
export function claimedProfile(
  exports: Readonly<Record<string, unknown>>,
  path: string,
): Profile | undefined {
  return exports.profile === undefined
    ? undefined
    : exported(path, 'profile', (source) => decodeProfile(structuredClone(exports.profile), source));
}

async function mutantNamed(name: string): Promise<Target> {
  const { MUTANTS, targetOf } = await import('../mutants/index.ts');
  const mutant = MUTANTS.find((one) => `${MUTANT_PREFIX}${one.name}` === name);
  if (mutant !== undefined) return targetOf(mutant);
  throw new SpecError(`${name}: expected a mutant that \`npm run mutants\` lists: none has this name`);
}

/** Returns the own clauses that a module exports. */
function ownClauses(exports: Readonly<Record<string, unknown>>, path: string): readonly OwnClause[] {
  return exports.checks === undefined
    ? []
    : exported(path, 'checks', (source) => decodeOwnClauses(exports.checks, source));
}

/** Extensions of the files that are imported. Other files are executed. */
const MODULES = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** Extensions of what is not compiled, or not linked. */
const SOURCES = ['.c', '.cc', '.cpp', '.cxx', '.rs', '.zig', '.o', '.a'];

/** Whether the name of a target is that of a module. */
export function isModule(path: string): boolean {
  return MODULES.includes(extname(path));
}

/** The first bytes of WebAssembly. */
const WASM = Buffer.from('\0asm');

/** Whether the system permits `mode` on a file. */
function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isWasm(path: string): boolean {
  // An executable need not be readable.
  if (!may(path, constants.R_OK)) return false;
  const file = openSync(path, 'r');
  try {
    const found = Buffer.alloc(WASM.length);
    return readSync(file, found) === found.length && found.equals(WASM);
  } finally {
    closeSync(file);
  }
}

function refuseMissing(path: string): void {
  const expected = 'a module, WebAssembly or an executable';
  if (!existsSync(path)) throw new SpecError(`${path}: expected ${expected}: the file does not exist`);
  if (statSync(path).isDirectory()) throw new SpecError(`${path}: expected ${expected}: it is a folder`);
}

function refuseUnrunnable(path: string): void {
  if (may(path, constants.X_OK)) return;
  const expected = `a module (${MODULES.join(', ')}), WebAssembly or an executable`;
  const why = SOURCES.includes(extname(path))
    ? 'it must be compiled, with its target file: npx frameproof build'
    : 'it may not be executed';
  throw new SpecError(`${path}: expected ${expected}: ${why}`);
}

const ONE_CALLER = 'expected a module or an executable, which can have several callers';

async function loadModule(
  path: string,
  { profile: given, programMs = PROGRAM_MS }: GivenClaims,
): Promise<Target> {
  const exports = await importModule(path);
  const profile = given ?? claimedProfile(exports, path);
  const promises = promisedPolicies(exports, path);
  const { factoryFrom } = await import('./factory-from.ts');
  const create = factoryFrom(exports.default, path, profile?.calls);
  refuseChanges(path);
  return factoryTarget({
    create,
    name: path,
    policies: promises ?? profile?.policies ?? [],
    profile,
    programMs,
    checks: ownClauses(exports, path),
  });
}

async function loadNative(path: string, given: GivenClaims): Promise<Target> {
  refuseMissing(path);
  if (statSync(path).isFile() && isWasm(path)) {
    const { wasmTarget } = await import('../wasm/index.ts');
    return wasmTarget(readFileSync(path), path, given);
  }
  refuseUnrunnable(path);
  const { loadExecutable } = await import('../process/index.ts');
  const target = await loadExecutable(resolve(path), given);
  return target.withClaims({ name: path });
}

/** Loads a target held to its own promises, or to those of a given profile. */
async function loadPromising(name: string, given: GivenClaims): Promise<Target> {
  if (name === OURS.name || name.startsWith(MUTANT_PREFIX)) {
    const target = name === OURS.name ? OURS : await mutantNamed(name);
    const { profile } = given;
    return profile === undefined ? target : target.withClaims({ policies: profile.policies, profile });
  }
  if (name.startsWith(RUN_PREFIX)) {
    const { loadConsole } = await import('../process/index.ts');
    return loadConsole(name.slice(RUN_PREFIX.length), name, given);
  }
  if (!isModule(name)) return loadNative(name, given);
  // Set where a module has ended the process that it ran in.
  if (process.env.FRAMEPROOF_APART === undefined) return loadModule(name, given);
  return (await import('../process/index.ts')).loadModuleApart(name, given);
}

/**
 * Loads an executable whose calls several callers make at the same time. Returns null for a module: its callers attach to a shared state.
 *
 * @throws SpecError if it cannot be used so.
 */
export async function loadSeveralCallers(name: string): Promise<CallersProcess | null> {
  if (name === OURS.name || isModule(name)) return null;
  if (name.startsWith(RUN_PREFIX)) throw new SpecError(`${name}: ${ONE_CALLER}: a kernel has one`);
  refuseMissing(name);
  if (isWasm(name)) throw new SpecError(`${name}: ${ONE_CALLER}: WebAssembly has one`);
  refuseUnrunnable(name);
  return (await import('../process/index.ts')).loadCallers(name);
}

/**
 * Loads a target by name: our implementation for `frameproof`, a mutant of it for `mutant:NAME`, for `run:COMMAND` the one that
 * a kernel serves on the console of that shell command, else the module or executable at that path. It is held to its claims, unless policies or a profile are given. Close it at the end.
 *
 * @throws SpecError if it cannot be used.
 * @public
 */
export async function loadTarget(
  name: string,
  policies?: readonly Policy[],
  given: GivenClaims = {},
): Promise<Target> {
  const target = await loadPromising(name, given);
  return policies === undefined ? target : target.withClaims({ policies });
}

/**
 * Loads a target that answers one call at a time.
 *
 * @throws SpecError if it cannot be used, or only takes whole programs.
 */
export async function loadInteractiveTarget(
  name: string,
  policies?: readonly Policy[],
  given?: GivenClaims,
): Promise<Target> {
  const target = await loadTarget(name, policies, given);
  if (target.isInteractive) return target;
  await target.close();
  throw new SpecError(
    `--target: expected a module or WebAssembly (frameproof build -o pmm.wasm), which answer call by call: ${name} takes whole programs only`,
  );
}
