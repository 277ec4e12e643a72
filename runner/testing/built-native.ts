/** Targets that tests build from `native/`, each once a run: as WebAssembly with clang, or as a process with cc. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { type Bits, clangArguments } from '../../cli/clang.ts';
import { loadTarget } from '../load/load-target.ts';
import type { Target } from '../target.ts';

const NATIVE = fileURLToPath(new URL('../../native', import.meta.url));

/** Compiles C++, by clang: cc has none without the package g++. Returns the object. */
function objectOf(path: string, output: string): string {
  compile('clang', ['-O1', '-I', NATIVE, '-Wall', '-Wextra', '-c', '-o', output, path]);
  return output;
}

/** A kind of target: WebAssembly with pointers of 64 or 32 bits, or a process. */
export type BuiltAs = Bits | 'process';

/** Runs a compiler, which must have nothing to say. */
function compile(command: string, line: readonly string[]): void {
  const { error, stderr } = spawnSync(command, line, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`this test needs clang, lld and cc: ${error.message}`);
  expect(stderr).toBe('');
}

/** Returns a builder of targets, whose files are removed after the tests of this file. */
export function nativeBuilder(): (
  as: BuiltAs,
  sources: readonly string[],
  ...flags: readonly string[]
) => Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-native-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (as, sources, ...flags) => {
    const output = join(folder, [as, ...sources, ...flags].join('-').replaceAll(/[^\w-]/g, '_'));
    if (!existsSync(output)) {
      const paths = sources.map((path) => resolve(NATIVE, path));
      const strict = ['-Wall', '-Wextra', '-Werror', ...flags];
      if (as === 'process') {
        const harness = join(NATIVE, 'frameproof.c');
        const inputs = paths.map((path) => (path.endsWith('.cc') ? objectOf(path, `${output}.o`) : path));
        compile('cc', ['-O1', '-I', NATIVE, ...strict, '-o', output, ...inputs, harness]);
      } else compile('clang', clangArguments({ words: [...strict, ...paths], output, bits: as }, NATIVE));
    }
    return loadTarget(output, undefined, { programMs: as === 'process' ? 1000 : 250 });
  };
}
