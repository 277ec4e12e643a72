/**
 * `frameproof init`: writes a small allocator, its target with a profile, a configuration and a test, in one of four languages, to
 * start from. An allocator that is there is kept, and nothing is overwritten.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command, Option } from 'commander';
import { isCommonJs } from '../runner/load/index.ts';
import { makeFolder, namesIn, writeFile } from '../spec/files/index.ts';
import { SpecError } from '../spec/index.ts';
import { examples } from './help.ts';
import { packageFolder } from './package-folder.ts';
import { print } from './print.ts';

/** The languages, each with the endings of an allocator in it. A folder of `examples/start/` has its name and its files. */
const LANGUAGES = {
  typescript: ['.ts', '.mts'],
  c: ['.c'],
  cpp: ['.cpp', '.cc', '.cxx', '.hpp'],
  rust: ['.rs'],
} as const;
type Language = keyof typeof LANGUAGES;
const NAMES = Object.keys(LANGUAGES).filter(isLanguage);

function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}

function languageNamed(name: string): Language {
  if (isLanguage(name)) return name;
  throw new SpecError(`expected ${NAMES.join(', ')}, found ${JSON.stringify(name)}`);
}

/** Returns the language of the allocator in a folder: that of its pmm.*; null where there is none, or several. */
function languageIn(folder: string): Language | null {
  const there = NAMES.filter((name) =>
    LANGUAGES[name].some((ending) => existsSync(join(folder, `pmm${ending}`))),
  );
  const [found = null, second] = there;
  return second === undefined ? found : null;
}

/** Asks for the language. */
async function asked(byDefault: Language): Promise<Language> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(
      `Language of your allocator (${NAMES.join(', ')}) [${byDefault}]: `,
    );
    return languageNamed(answer.trim() || byDefault);
  } finally {
    terminal.close();
  }
}

/** Returns the language that was passed, or else is asked for at a terminal, or else is that of the allocator that is there. */
async function chosen(given: Language | undefined, folder: string): Promise<Language> {
  if (given !== undefined) return given;
  const guess = languageIn(folder);
  if (process.stdin.isTTY) return asked(guess ?? 'c');
  if (guess !== null) return guess;
  throw new SpecError(
    `--language: expected ${NAMES.join(', ')}: there is no terminal to ask, and no pmm.* to tell`,
  );
}

/** Whether a file of a template is the allocator itself. */
function isAllocator(file: string): boolean {
  return /^pmm\.\w+$/.test(file);
}

/** Files of a template by what becomes of them. */
interface Plan {
  /** Names of files to write, by that of the template. */
  readonly written: ReadonlyMap<string, string>;
  /** Files of the user's allocator. */
  readonly kept: readonly string[];
}

/** Throws `SpecError` where a file would be overwritten. */
async function planFor(template: string, folder: string): Promise<Plan> {
  const there = namesIn(folder, 'a project') ?? [];
  const files = readdirSync(template).toSorted((a, b) => a.localeCompare(b));
  const kept = there.filter((file) => isAllocator(file));
  const ending = (await isCommonJs(resolve(folder))) ? '.mts' : '.ts'; // Node.js runs the tests, which import
  const written = new Map(
    files
      .filter((file) => kept.length === 0 || !isAllocator(file))
      .map((file) => [file, file.replace(/\.ts$/, ending)]),
  );
  const taken = [...written.values()].filter((file) => there.includes(file));
  if (there.some((file) => /^frameproof\.config\.(?!json$)/.test(file))) taken.push('frameproof.config.*');
  if (taken.length > 0)
    throw new SpecError(`${folder}: expected a folder without ${taken.join(', ')}: nothing was written`);
  return { written, kept };
}

/** Returns the text of a template, in which files have the names that they get, and the allocator that of the one that is there. */
function textOf(path: string, { written, kept }: Plan): string {
  const names = new Map([
    ...written,
    ...kept.filter((file) => file === 'pmm.mts').map((file) => ['pmm.ts', file] as const),
  ]);
  return readFileSync(path, 'utf8').replaceAll(/\bpmm(?:\.\w+)?\.ts\b/g, (name) => names.get(name) ?? name);
}

/** Whether modules of a folder can import this package. */
function isInstalledFor(folder: string): boolean {
  try {
    createRequire(resolve(folder, 'pmm.ts')).resolve('frameproof/package.json');
    return true;
  } catch {
    return false;
  }
}

/** Returns the commands to run next. */
function commands(language: Language, folder: string, written: readonly string[]): readonly string[] {
  const enter = folder === '.' ? [] : [`cd ${folder}`];
  if (language !== 'typescript') return [...enter, 'make -f frameproof.mk test'];
  const install = isInstalledFor(folder) ? [] : ['npm install --save-dev frameproof'];
  const tests = written.filter((file) => /\.test\./.test(file));
  return [...enter, ...install, 'npx frameproof check', ...tests.map((file) => `node --test ${file}`)];
}

async function init(folder: string, flags: { readonly language?: Language }): Promise<void> {
  const language = await chosen(flags.language, folder);
  const template = join(packageFolder(), 'examples/start', language);
  const plan = await planFor(template, folder);
  makeFolder(folder);
  for (const [file, name] of plan.written) writeFile(join(folder, name), textOf(join(template, file), plan));
  const { kept } = plan;
  const written = [...plan.written.values()];
  const target = written.find((file) => /target/.test(file));
  const lines = [
    `wrote ${written.join(', ')}`,
    ...(kept.length === 0 ? [] : [`kept  ${kept.join(', ')}: have ${target} call what it offers`]),
    ...commands(language, folder, written).map((line) => `next: ${line}`),
  ];
  print(`${lines.join('\n')}\n`);
}

/** Returns the command `frameproof init`. Its errors are `SpecError`s, thrown. */
export function initCommand(): Command {
  return new Command('init')
    .description(
      'write a target, its profile and a test to start from; an allocator pmm.* that is there is kept',
    )
    .argument('[folder]', 'folder to write to', '.')
    .addOption(
      new Option(
        '--language <name>',
        'language of the allocator (default: asked for at a terminal, else that of pmm.*)',
      ).choices(NAMES),
    )
    .addHelpText('after', examples('npx frameproof init', 'npx frameproof init my-pmm --language rust'))
    .action(init);
}
