/** Targets that tests build from `native/` with clang, each once a run. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { type Bits, clangArguments } from '../../cli/clang.ts';
import { loadTarget } from '../load/load-target.ts';
import type { Target } from '../target.ts';

const NATIVE = fileURLToPath(new URL('../../native', import.meta.url));

/** Returns a builder of targets, whose files are removed after the tests of this file. */
export function wasmBuilder(): (
  bits: Bits,
  sources: readonly string[],
  ...flags: readonly string[]
) => Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-wasm-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (bits, sources, ...flags) => {
    const output = join(folder, `${[bits, ...sources, ...flags].join('-').replaceAll(/[^\w-]/g, '_')}.wasm`);
    if (!existsSync(output)) {
      const paths = sources.map((path) => join(NATIVE, path));
      const strict = ['-Wall', '-Wextra', '-Werror', ...flags];
      const line = clangArguments({ sources: paths, output, bits, flags: strict }, NATIVE);
      const { error, stderr } = spawnSync('clang', line, { encoding: 'utf8' });
      if (error !== undefined) throw new Error(`this test needs clang and lld: ${error.message}`);
      expect(stderr).toBe('');
    }
    return loadTarget(output, undefined, { programMs: 250 });
  };
}
