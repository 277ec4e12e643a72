/**
 * gcov: the counters of targets that `frameproof build --counters` has made, as the compiler's own tool reads them: `gcov` for gcc,
 * `llvm-cov gcov` for clang. Both print a source line by line.
 *
 * Source: https://gcc.gnu.org/onlinedocs/gcc/Invoking-Gcov.html.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SpecError } from '../../spec/index.ts';
import type { CountedBranch, CountedFunction, SourceCoverage } from './source-coverage.ts';

/** The version in notes that clang writes, backwards; gcc writes its own. */
const OF_CLANG = '*804';
const LONGEST_TEXT = 2 ** 28;

type Writable = {
  readonly file: string;
  readonly lines: Map<number, number>;
  readonly branches: CountedBranch[];
  readonly functions: CountedFunction[];
};

/** Reads what a tool has printed. */
export function readGcov(text: string): readonly SourceCoverage[] {
  const files = new Map<string, Writable>();
  let file: Writable | undefined;
  let called: Omit<CountedFunction, 'line'> | null = null;
  let line = 0;
  for (const row of text.split('\n')) {
    const [, source] = /^ +-: +0:Source:(.*)$/.exec(row) ?? [];
    if (source !== undefined) {
      const path = resolve(source);
      file = files.get(path) ?? { file: path, lines: new Map(), branches: [], functions: [] };
      files.set(path, file);
      continue;
    }
    const [, name, calls] = /^function (.*) called (\d+) /.exec(row) ?? [];
    if (name !== undefined) called = { name, count: Number(calls) };
    const [, counted, number] = /^ *(#####|=====|-|\d+)\*?: *(\d+):/.exec(row) ?? [];
    if (number !== undefined) line = Number(number);
    if (number !== undefined && counted !== '-') {
      // Once for each instance of a template.
      file?.lines.set(line, Math.max(file.lines.get(line) ?? 0, Number(counted) || 0));
      if (called !== null) file?.functions.push({ ...called, line });
      called = null;
    }
    const branch = /^branch +\d+ (?:taken (\d+)|never executed)(?! \(throw\))/.exec(row);
    if (branch !== null) file?.branches.push({ line, count: Number(branch[1] ?? 0) });
  }
  return [...files.values()].filter(isUsers);
}

/** Whether a source is neither of the system nor our harness. */
function isUsers({ file }: SourceCoverage): boolean {
  return !file.startsWith('/usr/') && !/\/frameproof(_wasm)?\.[ch]$/.test(file);
}

/** Returns the notes of the compiler on counters below a folder. */
function notesOf(folder: string, counters: string): string {
  const notes = counters.slice(folder.length).replace(/\.gcda$/, '.gcno');
  if (existsSync(notes)) return notes;
  throw new SpecError(
    `expected the notes on the target that its build has left, and there is no ${notes}: build it again`,
  );
}

function isOfClang(notes: string): boolean {
  return readFileSync(notes).toString('latin1', 4, 8) === OF_CLANG;
}

function printed(tool: string, counters: readonly string[]): string {
  const [command = '', ...args] = tool.split(' ');
  const { error, status, stdout, stderr } = spawnSync(command, [...args, '-t', '-b', '-c', ...counters], {
    encoding: 'utf8',
    maxBuffer: LONGEST_TEXT,
  });
  if (error === undefined && status === 0) return stdout;
  const how = error === undefined ? stderr.trim().split('\n').at(-1) : `there is no ${command} here`;
  throw new SpecError(`expected ${tool} to read the counters of the target: ${how}`);
}

/**
 * Returns the coverage by the counters that processes have left below a folder, and removes them. Throws `SpecError` where the tool or the
 * notes are missing.
 */
export function takeCounters(folder: string): readonly SourceCoverage[] {
  const counters = globSync('**/*.gcda', { cwd: folder }).map((path) => join(folder, path));
  const notes = new Map(counters.map((path) => [path, notesOf(folder, path)]));
  for (const [path, own] of notes) {
    const beside = path.replace(/\.gcda$/, '.gcno');
    if (!existsSync(beside)) symlinkSync(own, beside);
  }
  const byTool = Map.groupBy(counters, (path) =>
    isOfClang(notes.get(path) ?? '') ? 'llvm-cov gcov' : 'gcov',
  );
  const texts = [...byTool].map(([tool, paths]) => printed(tool, paths));
  for (const path of counters) rmSync(path);
  return readGcov(texts.join('\n'));
}
