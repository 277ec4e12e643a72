/**
 * Executables: an allocator with its target file, compiled and linked with the harness that makes it speak the protocol. What is
 * compiled already (objects, libraries, of Rust for instance) is only linked.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { compile } from './compiler.ts';
import { packageFolder } from './package-folder.ts';

/** A build of an executable. */
export interface ExecutableBuild {
  /** Sources, objects, libraries and flags, in the order in which the compiler is to read them. */
  readonly words: readonly string[];
  readonly output: string;
  /** Default: cc; c++ where a source is C++. */
  readonly compiler: string | undefined;
  readonly isVerbose: boolean;
}

/** Flags that the harness must have too, to fit the allocator. One on the dialect of C++ must not reach it. */
const SHARED_FLAG = /^-(m|fsanitize)/;

/** Builds an executable. Throws `SpecError` where that fails. */
export function buildExecutable({ words, output, compiler, isVerbose }: ExecutableBuild): void {
  const isCpp = words.some((word) => /\.(cc|cpp|cxx|C)$/.test(word));
  const native = relative(process.cwd(), join(packageFolder(), 'native'));
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-build-'));
  const harness = join(folder, 'frameproof.o');
  const flags = ['-g', '-O2'];
  const shared = words.filter((word) => SHARED_FLAG.test(word));
  const source = ['-x', 'c', '-c', join(native, 'frameproof.c')];
  try {
    compile([compiler ?? 'cc', ...flags, ...shared, '-o', harness, ...source], isVerbose);
    const linker = compiler ?? (isCpp ? 'c++' : 'cc');
    compile([linker, ...flags, '-I', native, '-o', output, ...words, harness], isVerbose);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
