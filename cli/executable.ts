/**
 * Executables: an allocator with its target file, compiled and linked with the harness that makes it speak the protocol. What is
 * compiled already (objects, libraries, of Rust for instance) is only linked.
 */
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { temporaryFolder } from '../spec/files/index.ts';
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
  /** Whether it counts how often each line is entered. */
  readonly counts: boolean;
}

/** Flags that the harness must have too, to fit the allocator. One on the dialect of C++ must not reach it. */
const SHARED_FLAG = /^-(m|fsanitize)/;

/** Returns the words of a build with counters. Nothing is optimized, since that would move branches. */
async function countedWords(compiler: readonly string[], build: ExecutableBuild): Promise<readonly string[]> {
  const { countedObjects } = await import('./coverage-build.ts');
  return ['--coverage', ...countedObjects({ ...build, compiler })];
}

/** Finds what is called in libraries once, when the executable starts. Else each program's process would. */
const BOUND = '-Wl,-z,now';

/** Builds an executable. Throws `SpecError` where that fails. */
export async function buildExecutable(build: ExecutableBuild): Promise<void> {
  const { words, output, compiler, isVerbose, counts } = build;
  const isCpp = words.some((word) => /\.(cc|cpp|cxx|C)$/.test(word));
  const native = relative(process.cwd(), join(packageFolder(), 'native'));
  const folder = temporaryFolder('frameproof-build');
  const harness = join(folder, 'frameproof.o');
  const flags = ['-g', '-O2'];
  const shared = words.filter((word) => SHARED_FLAG.test(word));
  const source = ['-x', 'c', '-c', join(native, 'frameproof.c')];
  const counting = counts ? ['-DFP_COVERAGE'] : [];
  const linker = compiler ?? (isCpp ? 'c++' : 'cc');
  try {
    compile([compiler ?? 'cc', ...flags, ...counting, ...shared, '-o', harness, ...source], isVerbose);
    const linked = counts ? await countedWords([linker, '-g', '-O0', '-I', native], build) : words;
    compile([linker, ...flags, BOUND, '-I', native, '-o', output, ...linked, harness], isVerbose);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
