/**
 * Counter files: how often each arc of the control flow of a target was taken, summed over all programs and written as the runtime library
 * of a native build does, in the format of gcov: below the folder that GCOV_PREFIX names, by the path that the compiler put in.
 *
 * Source: gcc/gcov-io.h, https://gcc.gnu.org/git/?p=gcc.git;a=blob;f=gcc/gcov-io.h.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAGIC = 0x6763_6461;
const FUNCTION_TAG = 0x0100_0000;
const ARCS_TAG = 0x01a1_0000;
/** Two zero words end a file. */
const END = [0, 0];

/** The kinds of records, in the order of native/frameproof_wasm.c. */
export const RECORDS = ['path', 'header', 'function', 'arcs'] as const;

/** A record: words of the format as they are, or counters. */
type Part = { readonly words: readonly number[] } | { readonly counters: readonly number[] };

/** The counters of one source, of one program or summed. */
export interface CountedFile {
  readonly path: string;
  readonly parts: readonly Part[];
}

/** Reads the records of one program in the order in which the target tells them. */
export class CounterReader {
  readonly files: { readonly path: string; readonly parts: Part[] }[] = [];

  path(path: string): void {
    this.files.push({ path, parts: [] });
  }

  words(kind: 'header' | 'function', words: readonly number[]): void {
    const before = kind === 'header' ? [MAGIC] : [FUNCTION_TAG, words.length];
    this.files.at(-1)?.parts.push({ words: [...before, ...words] });
  }

  arcs(counters: readonly number[]): void {
    this.files.at(-1)?.parts.push({ counters });
  }
}

function wordsOf(part: Part): readonly number[] {
  if ('words' in part) return part.words;
  const { counters } = part;
  return [ARCS_TAG, 2 * counters.length, ...counters.flatMap((n) => [n % 2 ** 32, Math.floor(n / 2 ** 32)])];
}

function sum(before: CountedFile, { path, parts }: CountedFile): CountedFile {
  return {
    path,
    parts: parts.map((part, i) => {
      const earlier = before.parts[i];
      if (!('counters' in part) || earlier === undefined || !('counters' in earlier)) return part;
      return { counters: part.counters.map((n, arc) => n + (earlier.counters[arc] ?? 0)) };
    }),
  };
}

const sums = new Map<string, CountedFile>();

/** Adds the counters of a program to the files, where somebody collects them. */
export function addToFiles(files: readonly CountedFile[]): void {
  const { GCOV_PREFIX: folder } = process.env;
  if (folder === undefined) return;
  for (const file of files) {
    const path = join(folder, file.path);
    const before = existsSync(path) ? sums.get(path) : undefined;
    const counted = before === undefined ? file : sum(before, file);
    sums.set(path, counted);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, new Uint32Array([...counted.parts.flatMap(wordsOf), ...END]));
  }
}
