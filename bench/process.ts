/**
 * Subject processes: a program that answers "ROW SIZE" lines with "NANOSECONDS OPERATIONS". Ours and the naive one are
 * `worker.ts`, the C baseline is compiled into a temporary folder.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The columns of the table. */
export type SubjectName = 'frames' | 'addresses' | 'checked' | 'c' | 'wasm' | 'naive';
export const SUBJECTS: readonly SubjectName[] = ['frames', 'addresses', 'checked', 'c', 'wasm', 'naive'];
/** The columns that are C: one that checks each free, and one that trusts its callers. */
const FLAGS: Partial<Record<SubjectName, readonly string[]>> = { checked: ['-DCHECKED'], c: [] };

/** The compiled module beside this one: what is measured is what users install. */
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));
/** The page stack; npm runs scripts in the folder of the package. */
const EXAMPLES = resolve('native/examples');

/** A running subject. One question at a time. */
export class SubjectProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #complaint = '';

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args);
    this.#child.stderr.on('data', (chunk) => {
      this.#complaint += String(chunk);
    });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Returns the two numbers that a question is answered with; throws where the process ends instead. */
  async ask(question: string): Promise<readonly [number, number]> {
    this.#child.stdin.write(`${question}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`no answer to "${question}": ${this.#complaint.trim()}`);
    const [first = Number.NaN, second = Number.NaN] = answer.value.split(' ').map(Number);
    return [first, second];
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

/** Compiles a C baseline; returns the program's path, or null and says why where there is no `cc`. */
function compile(flags: readonly string[], say: (text: string) => void): string | null {
  const program = join(mkdtempSync(join(tmpdir(), 'frameproof-bench-')), 'page_stack_bench');
  const sources = [resolve('bench/page_stack_bench.c'), join(EXAMPLES, 'page_stack.c')];
  const line = ['-O2', '-std=c11', ...flags, `-I${EXAMPLES}`, '-o', program, ...sources];
  const result = spawnSync('cc', line, { encoding: 'utf8' });
  if (result.error !== undefined) say(`no C baseline: cc cannot be run (${result.error.message})`);
  else if (result.status !== 0) say(`no C baseline: cc failed: ${result.stderr.trim()}`);
  return result.status === 0 ? program : null;
}

/** Memory of WebAssembly: a heap, and 1 GiB of physical memory behind it. */
const WASM_BYTES = 1408 * 2 ** 20;

/** Compiles the checked C to WebAssembly; returns its path, or null and says why without clang. */
function compileWasm(say: (text: string) => void): string | null {
  const output = join(mkdtempSync(join(tmpdir(), 'frameproof-bench-')), 'page_stack.wasm');
  const sources = [resolve('bench/page_stack_wasm.c'), join(EXAMPLES, 'page_stack.c')];
  const target = ['--target=wasm32-unknown-unknown', '-ffreestanding', '-nostdlib', '-mbulk-memory'];
  const folders = ['-isystem', resolve('native/wasm'), `-I${EXAMPLES}`];
  const linker = `-Wl,--no-entry,--initial-memory=${WASM_BYTES}`;
  const line = [...target, '-O2', '-std=c11', '-DCHECKED', ...folders, linker, '-o', output, ...sources];
  const result = spawnSync('clang', line, { encoding: 'utf8' });
  if (result.error !== undefined) say(`no C as WebAssembly: clang cannot be run (${result.error.message})`);
  else if (result.status !== 0) say(`no C as WebAssembly: clang failed: ${result.stderr.trim()}`);
  return result.status === 0 ? output : null;
}

/** Starts those subjects of `names` that can be run. */
export function startSubjects(
  names: readonly SubjectName[],
  say: (text: string) => void,
): ReadonlyMap<SubjectName, SubjectProcess> {
  const worker = (...args: readonly string[]): SubjectProcess =>
    new SubjectProcess(process.execPath, ['--max-old-space-size=4096', WORKER, ...args]);
  return new Map(
    names.flatMap((name): [SubjectName, SubjectProcess][] => {
      if (name === 'wasm') {
        const path = compileWasm(say);
        return path === null ? [] : [[name, worker(name, path)]];
      }
      const flags = FLAGS[name];
      if (flags === undefined) return [[name, worker(name)]];
      const program = compile(flags, say);
      return program === null ? [] : [[name, new SubjectProcess(program, [])]];
    }),
  );
}
