/** `frameproof build`: makes an executable of an allocator and its target file, or WebAssembly where the output is named so. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { SpecError } from '../spec/index.ts';
import { type Bits, clangArguments, refuseMissing, sourceArguments } from './clang.ts';
import { compile } from './compiler.ts';
import { examples } from './help.ts';
import { commandLine, nextLine } from './next-step.ts';
import { openedFor } from './output-file.ts';
import { print } from './print.ts';

interface BuildFlags {
  readonly out: string;
  readonly bits?: Bits;
  readonly cc?: string;
  readonly counters?: boolean;
  readonly verbose?: boolean;
}

function bitsOf(text: string): Bits {
  if (text === '32') return 32;
  if (text === '64') return 64;
  throw new SpecError(`--bits: expected 32 or 64, found ${JSON.stringify(text)}`);
}

/** Returns the kind of pointers that this engine can run: 64 bits, as on most machines, if it has them. */
async function bestBits(): Promise<Bits> {
  const { hasSixtyFour } = await import('../runner/wasm/index.ts');
  return hasSixtyFour() ? 64 : 32;
}

/** Returns the words of a build with counters, in the version of gcov's format that every `llvm-cov` reads. */
async function countedWords(
  words: readonly string[],
  { out, cc, bits, verbose }: BuildFlags & { readonly cc: string; readonly bits: Bits },
): Promise<readonly string[]> {
  const { countedObjects } = await import('./coverage-build.ts');
  const compiler = [
    cc,
    ...sourceArguments(bits),
    '-g',
    '-Xclang',
    '-coverage-version=408*',
    '-fdebug-compilation-dir=.',
  ];
  return countedObjects({ words, output: out, compiler, isVerbose: verbose === true });
}

/** Returns a line about WebAssembly that was built. */
async function buildWasm(words: readonly string[], flags: BuildFlags): Promise<string> {
  const { out, cc = 'clang' } = flags;
  const bits = flags.bits ?? (await bestBits());
  refuseMissing(cc);
  const linked = flags.counters === true ? await countedWords(words, { ...flags, cc, bits }) : words;
  const line = clangArguments({ words: linked, output: out, bits });
  compile([cc, ...line], flags.verbose === true);
  const { withBuildLine } = await import('../runner/wasm/index.ts');
  const [version = ''] = spawnSync(cc, ['--version'], { encoding: 'utf8' }).stdout.split('\n');
  writeFileSync(out, withBuildLine(readFileSync(out), `${[cc, ...line].join(' ')} (${version})`));
  return `${out}: ${statSync(out).size} bytes of WebAssembly with pointers of ${bits} bits\n`;
}

/** Returns a line about an executable that was built. */
async function buildNative(words: readonly string[], flags: BuildFlags): Promise<string> {
  const { out, cc, bits, verbose, counters } = flags;
  if (bits !== undefined)
    throw new SpecError('--bits: expected with WebAssembly: an --out that ends with .wasm');
  const { buildExecutable } = await import('./executable.ts');
  await buildExecutable({
    words,
    output: out,
    compiler: cc,
    isVerbose: verbose === true,
    counts: counters === true,
  });
  return `${out}: ${statSync(out).size} bytes, an executable that speaks the protocol\n`;
}

async function run(words: readonly string[], flags: BuildFlags): Promise<void> {
  const { out } = flags;
  // Of a file that cannot be written, compilers say much.
  openedFor('--out', out).abandon();
  print(await (out.endsWith('.wasm') ? buildWasm(words, flags) : buildNative(words, flags)));
  print(`${nextLine(commandLine('check', '--target', /[/\\]/.test(out) ? out : `./${out}`))}\n`);
}

/** Returns the command `frameproof build`. Its errors are `SpecError`s, thrown. */
export function buildCommand(): Command {
  return new Command('build')
    .description('compile an allocator, with its target file, to an executable or to WebAssembly')
    .argument('<sources...>', 'C or C++ files, objects or libraries; after --, flags of the compiler too')
    .requiredOption('-o, --out <file>', 'file to write: WebAssembly if it ends with .wasm')
    .addOption(
      new Option(
        '--bits <n>',
        'bits of a pointer of WebAssembly: 64 or 32 (default: 64 if this Node.js runs it)',
      ).argParser(bitsOf),
    )
    .option('--cc <command>', 'compiler (default: clang for WebAssembly, else cc, or c++ if a source is C++)')
    .option('--counters', 'count which lines and branches are entered, for check --coverage')
    .option('--verbose', 'print the lines that it is called with')
    .addHelpText(
      'after',
      examples(
        'npx frameproof build my_target.c pmm.c -o my-pmm',
        'npx frameproof build my_target.c pmm.c -o pmm.wasm',
        'npx frameproof build my_target.c pmm.c -o pmm.wasm --bits 32 -- -Iinclude -DDEBUG',
      ),
    )
    .action(run);
}
