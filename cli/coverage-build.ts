/**
 * Builds that count how often each line and branch is entered, in the format of gcov: sources become objects with counters, whose notes
 * (`.gcno`) lie in a folder beside the output. The harness has none.
 */
import { basename, join, resolve } from 'node:path';
import { makeFolder } from '../spec/files/index.ts';
import { compile } from './compiler.ts';

const SOURCE = /\.(c|cc|cpp|cxx|C)$/;
/** Words that only the linker reads. */
const LINKED = /\.(o|a|so)$|^-(l|L|Wl,)/;

/** A build with counters. */
export interface CountedBuild {
  /** Sources, flags, objects and libraries. */
  readonly words: readonly string[];
  readonly output: string;
  /** The command that makes an object of a source, but for both. */
  readonly compiler: readonly string[];
  readonly isVerbose: boolean;
}

/** Compiles the sources, and returns the words with their objects in place of them. Throws `SpecError` where that fails. */
export function countedObjects({ words, output, compiler, isVerbose }: CountedBuild): readonly string[] {
  const folder = `${output}.coverage`;
  makeFolder(folder);
  const flags = words.filter((word) => !SOURCE.test(word) && !LINKED.test(word));
  return words.map((word, i) => {
    if (!SOURCE.test(word)) return word;
    // Sources of one name may lie in different folders.
    const object = join(folder, `${i}-${basename(word)}.o`);
    compile([...compiler, '--coverage', ...flags, '-c', '-o', object, resolve(word)], isVerbose);
    return object;
  });
}
