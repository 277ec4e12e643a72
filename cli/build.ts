/** `frameproof build`: makes WebAssembly of an allocator in C and its target file, by clang. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { SpecError } from '../spec/index.ts';
import { type Bits, clangArguments, refuseMissing } from './clang.ts';
import { examples } from './help.ts';
import { print, printError } from './print.ts';

interface BuildFlags {
  readonly out: string;
  readonly bits?: Bits;
  readonly cc: string;
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

async function run(words: readonly string[], flags: BuildFlags): Promise<void> {
  const { out, cc } = flags;
  const bits = flags.bits ?? (await bestBits());
  const sources = words.filter((word) => !word.startsWith('-'));
  const given = words.filter((word) => word.startsWith('-'));
  refuseMissing(cc);
  const line = clangArguments({ sources, output: out, bits, flags: given });
  if (flags.verbose === true) print(`${[cc, ...line].join(' ')}\n`);
  const { status, stderr } = spawnSync(cc, line, { encoding: 'utf8' });
  if (stderr !== '') printError(stderr);
  if (status !== 0)
    throw new SpecError(`build: expected sources that ${cc} compiles: it ended with ${status}`);
  const { withBuildLine } = await import('../runner/wasm/index.ts');
  const [version = ''] = spawnSync(cc, ['--version'], { encoding: 'utf8' }).stdout.split('\n');
  writeFileSync(out, withBuildLine(readFileSync(out), `${[cc, ...line].join(' ')} (${version})`));
  print(`${out}: ${statSync(out).size} bytes of WebAssembly with pointers of ${bits} bits\n`);
  print(`next: npx frameproof check --target ${out}\n`);
}

/** Returns the command `frameproof build`. Its errors are `SpecError`s, thrown. */
export function buildCommand(): Command {
  return new Command('build')
    .description('compile an allocator in C, with its target file, to WebAssembly')
    .argument('<sources...>', 'C files, objects or libraries; after --, flags for clang too')
    .requiredOption('-o, --out <file>', 'file to write')
    .addOption(
      new Option('--bits <n>', 'bits of a pointer: 64 or 32 (default: 64 if this Node.js runs it)').argParser(
        bitsOf,
      ),
    )
    .option('--cc <command>', 'clang to compile with', 'clang')
    .option('--verbose', 'print the line that it is called with')
    .addHelpText(
      'after',
      examples(
        'npx frameproof build my_target.c pmm.c -o pmm.wasm',
        'npx frameproof build my_target.c pmm.c -o pmm.wasm --bits 32 -- -Iinclude -DDEBUG',
      ),
    )
    .action(run);
}
