/**
 * clang: the compiler that makes WebAssembly of an allocator in C, the line that it is called with, and how to install it where it is
 * missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SpecError } from '../spec/index.ts';
import { packageFolder } from './package-folder.ts';

/** A pointer's bits, and the most linear memory that an engine gives these. */
const MOST_BYTES = { 32: 2 ** 32, 64: 2 ** 34 } as const;
export type Bits = keyof typeof MOST_BYTES;

/** A build: its output, and what it is made of. */
export interface Build {
  /** Sources, flags, objects and libraries, in the order in which clang is to read them. */
  readonly words: readonly string[];
  readonly output: string;
  readonly bits: Bits;
}

function nativeFolder(): string {
  return relative(process.cwd(), join(packageFolder(), 'native'));
}

/** Returns the arguments of clang that all sources are compiled with. */
export function sourceArguments(bits: Bits, native = nativeFolder()): readonly string[] {
  return [
    `--target=wasm${bits}-unknown-unknown`,
    ...['-O2', '-ffreestanding', '-nostdlib'],
    ...['-isystem', join(native, 'wasm'), '-I', native],
  ];
}

/** Returns the arguments of clang. */
export function clangArguments({ words, output, bits }: Build, native = nativeFolder()): readonly string[] {
  const linker = ['--import-memory', '--stack-first', '--entry=main', `--max-memory=${MOST_BYTES[bits]}`];
  return [
    ...sourceArguments(bits, native),
    `-Wl,${linker.join(',')}`,
    ...['-o', output],
    ...words,
    join(native, 'frameproof_wasm.c'),
  ];
}

/** A word of a line of clang's that is compiled or linked. */
const INPUT = /\.(c|cc|cpp|cxx|C|o|a)$/;

/** Returns the words from which to build an executable of what a line made WebAssembly of, and its name. */
export function executableWords(compiled: string): readonly string[] {
  const words = compiled.split(' ');
  const output = words[words.indexOf('-o') + 1] ?? '';
  const inputs = words.filter((word) => INPUT.test(word) && !word.endsWith('frameproof_wasm.c'));
  return [...inputs, '-o', output.replace(/\.wasm$/, '')];
}

/** The command that installs both, by the `ID` of a distribution in /etc/os-release. */
const INSTALL: Readonly<Record<string, string>> = {
  debian: 'apt-get install clang lld',
  ubuntu: 'apt-get install clang lld',
  fedora: 'dnf install clang lld',
  arch: 'pacman -S clang lld',
  alpine: 'apk add clang lld',
  'opensuse-tumbleweed': 'zypper install clang lld',
};

/** Returns how to install clang and lld here; `release` is the text of /etc/os-release. */
export function installLine(platform: string, release: string): string {
  if (platform === 'darwin') return 'brew install llvm lld, and name its clang with --cc';
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, text = '']) =>
    text.split(' '),
  );
  const known = ids.map((id) => INSTALL[id]).find((line) => line !== undefined);
  return known ?? 'the packages are called clang and lld in most distributions';
}

function release(): string {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}

/** Returns what is missing to build with a compiler, or null. */
function missing(clang: string): string | null {
  const { error, stdout = '' } = spawnSync(clang, ['--print-prog-name=wasm-ld'], { encoding: 'utf8' });
  if (error !== undefined) return clang;
  // clang prints a path where there is one.
  const linker = stdout.trim();
  const isThere = linker.includes('/') || spawnSync(linker, ['--version']).error === undefined;
  return isThere ? null : 'wasm-ld';
}

/** Throws `SpecError` if clang or its linker for WebAssembly is missing, with the way to install them. */
export function refuseMissing(clang: string): void {
  const what = missing(clang);
  if (what === null) return;
  throw new SpecError(
    `build: expected clang and wasm-ld, and there is no ${what}: ${installLine(process.platform, release())}`,
  );
}
