/**
 * Writes the pages of the site into `docs/.site/`: the texts of the repository, whose links become those of the site, and the reference
 * that comes from the code: commands with their flags, and clauses. After `npm run build`.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { EXIT_CODES, examplesIn } from '../dist/cli/help.js';
import { COMMANDS } from '../dist/cli/main.js';
import { helpOf, inSynopsis, withDefault } from '../dist/cli/man.js';
import { CLAUSES } from '../dist/spec/index.js';

const ROOT = join(import.meta.dirname, '..');
const SITE = join(import.meta.dirname, '.site');
const SOURCES = 'https://github.com/frameproof/frameproof/blob/main/';
const FILES = 'https://raw.githubusercontent.com/frameproof/frameproof/main/';

/** Folders without texts for readers of the site. */
const OTHERS = /(^|\/)(node_modules|dist|reports|testing|traces|start|\.\w+)$/;

/** Returns the page that a text becomes: `docs/` is the root of the site, and the README of a folder is its index. */
function pageOf(path: string): string {
  return path.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Pictures on the pages. The site has them too. */
const pictures = new Set<string>();

/** Returns where a link of a text leads on the site. A file that is neither a text nor a picture is shown where the repository is. */
function placeOf(href: string, text: string): string {
  const isInRepository = href.startsWith(SOURCES) || href.startsWith(FILES);
  if (!isInRepository && /^([a-z]+:|#)/.test(href)) return href;
  const [path = '', anchor] = href.replace(SOURCES, '').replace(FILES, '').split('#');
  const file = normalize(isInRepository ? path : join(dirname(text), path)).replaceAll('\\', '/');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (/\.(svg|png)$/.test(file)) {
    pictures.add(file);
    return `/${file}`;
  }
  if (!file.endsWith('.md')) return SOURCES + file + hash;
  return `/${pageOf(file).replace(/(^|(?<=\/))index\.md$|\.md$/, '')}${hash}`;
}

/** Returns a text as a page. Code is left as it is. */
function asPage(text: string, path: string): string {
  const parts = text.split(/(^```[\s\S]*?^```$)/m);
  const link = (_: string, before: string, href: string): string => before + placeOf(href, path);
  return parts
    .map((part) => (part.startsWith('```') ? part : part.replaceAll(/(\]\(|^\[[^\]]+\]: )([^)\s]+)/gm, link)))
    .join('');
}

function write(page: string, text: string): void {
  const path = join(SITE, page);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Returns a text as a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

async function commandsPage(): Promise<string> {
  const lines = [
    '# Commands and flags',
    '',
    'Written from the code that parses them: `frameproof help COMMAND` and `frameproof man` say the same.',
    '',
  ];
  for (const load of COMMANDS.values()) {
    const command = await load();
    const words = command.registeredArguments.map(inSynopsis);
    const flags = command.options.map((option) => [`\`${option.flags}\``, cell(withDefault(option))]);
    lines.push(
      `## ${command.name()}`,
      '',
      `\`frameproof ${[command.name(), ...words, '[flags]'].join(' ')}\`: ${cell(command.description())}.`,
      '',
      ...command.registeredArguments.map((each) => `- \`${each.name()}\`: ${cell(each.description)}`),
      '',
      ...(flags.length === 0 ? [] : table(['flag', 'meaning'], flags)),
      '',
      '```sh',
      ...examplesIn(helpOf(command)),
      '```',
      '',
    );
  }
  const codes = EXIT_CODES.map(([code, meaning]) => [String(code), meaning]);
  return [...lines, '## Exit codes', '', ...table(['code', 'meaning'], codes), ''].join('\n');
}

function clausesPage(): string {
  const rows = CLAUSES.map(({ name, sentence, sides }) => [
    `\`${name}\``,
    cell(sentence),
    cell(sides.join('; ')),
  ]);
  return [
    '# Clauses',
    '',
    'Every rule of the specification. A full run meets both sides of each.',
    '',
    ...table(['clause', 'sentence', 'sides'], rows),
    '',
  ].join('\n');
}

rmSync(SITE, { recursive: true, force: true });
const texts = globSync('**/*.md', { cwd: ROOT, exclude: (path) => OTHERS.test(path) });
for (const path of texts.filter((each) => each !== 'README.md'))
  write(pageOf(path), asPage(readFileSync(join(ROOT, path), 'utf8'), path));
for (const path of pictures) {
  mkdirSync(dirname(join(SITE, 'public', path)), { recursive: true });
  copyFileSync(join(ROOT, path), join(SITE, 'public', path));
}
write('reference/commands.md', await commandsPage());
write('reference/clauses.md', clausesPage());
write('public/playground.html', readFileSync(join(ROOT, 'dist/report/playground.html'), 'utf8'));
