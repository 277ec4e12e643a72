/** The site, made of the pages in `docs/.site/`, which `docs/pages.ts` writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';

const SITE = join(import.meta.dirname, '../.site');

/** Returns the first heading of a page. */
function titleOf(path: string): string {
  return /^# (?:\d+[.:] *)?(.*)$/m.exec(readFileSync(join(SITE, path), 'utf8'))?.[1] ?? path;
}

interface Item {
  readonly text: string;
  readonly link: string;
}

function decisions(): Item[] {
  const names = readdirSync(join(SITE, 'decisions')).toSorted();
  return names.map((name) => ({
    text: `${Number(name.slice(0, 4))}. ${titleOf(`decisions/${name}`)}`,
    link: `/decisions/${name.replace('.md', '')}`,
  }));
}

/** The doors of the package, by the folders that the generator of the API gives them. */
function api(): Item[] {
  const pages = readdirSync(join(SITE, 'reference/api'), { recursive: true, encoding: 'utf8' });
  const doors = pages
    .filter((path) => path.endsWith('.md') && path !== 'index.md')
    .map((path) => path.replace(/(\/index)?\.md$/, ''));
  return doors.toSorted().map((door) => ({ text: door, link: `/reference/api/${door}` }));
}

/** Returns the anchor of a heading as GitHub makes it: texts link to it there too. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** Returns how much a page that was found counts: what most readers look for is in the guides, and not why it is so. */
function weightOf(path: string): number {
  return /^\/(decisions|reference\/api|CHANGELOG)/.test(path) ? 0.2 : 1;
}

const page = (text: string, link: string): Item => ({ text, link });

export default defineConfig({
  title: 'frameproof',
  description: 'Checks page-frame allocators against a formal specification',
  srcDir: '.site',
  cleanUrls: true,
  markdown: { anchor: { slugify: anchorOf } },
  themeConfig: {
    search: { provider: 'local', options: { miniSearch: { searchOptions: { boostDocument: weightOf } } } },
    outline: 'deep',
    nav: [
      page('Start', '/start'),
      page('Guides', '/testing'),
      page('Reference', '/reference/commands'),
      { text: 'Playground', link: '/playground.html', target: '_self' },
    ],
    socialLinks: [{ icon: 'github', link: 'https://github.com/frameproof/frameproof' }],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Ten minutes', '/start'),
          page('Concepts', '/concepts'),
          page('All that it does', '/tour'),
        ],
      },
      {
        text: 'Tutorials',
        items: [
          page('Your TypeScript allocator', '/tutorials/typescript'),
          page('Your C, C++ or Rust allocator', '/native/'),
          page('A log of your kernel', '/tutorials/kernel'),
          page('Your kernel while it runs', '/running-kernel'),
          page('A change of your allocator', '/verify'),
          page('On a build server', '/scale'),
        ],
      },
      {
        text: 'Guides',
        items: [
          page('The suite in your tests', '/testing'),
          page('Own generators and clauses', '/extending'),
          page('Memory maps', '/spec/maps/'),
          page('Recipes', '/recipes'),
          page('Kinds of allocators', '/recipes/'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Commands and flags', '/reference/commands'),
          page('Clauses', '/reference/clauses'),
          page('The specification', '/spec/'),
          page('Formats of files', '/formats'),
          page('Logs', '/log-format'),
          page('JSON output', '/json'),
          page('The protocol of targets', '/native/PROTOCOL'),
          { text: 'API', collapsed: true, items: api() },
        ],
      },
      {
        text: 'Inside',
        collapsed: true,
        items: [
          ...['model', 'impl', 'runner', 'counterexamples', 'properties', 'report', 'cli', 'bench'].map(
            (room) => page(room, `/${room}/`),
          ),
          page('Contributing', '/CONTRIBUTING'),
          page('Hacking', '/HACKING'),
          page('Changes', '/CHANGELOG'),
        ],
      },
      { text: 'Decisions', collapsed: true, items: decisions() },
    ],
  },
});
