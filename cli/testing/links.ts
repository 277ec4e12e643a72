/** Links of Markdown texts: their targets, and the broken ones among them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The places at which the repository's files are shown or served. */
const REPOSITORY =
  /^https:\/\/(?:github\.com\/frameproof\/frameproof\/(?:blob|tree)|raw\.githubusercontent\.com\/frameproof\/frameproof)\/main\//;

/** Returns the targets of the links and images of a text, without the ones in code. An undefined reference is a target too. */
function targetsIn(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
  const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const defined = new Map([...text.matchAll(/^\[([^\]]+)\]: (\S+)$/gm)].map(([, name, to]) => [name, to]));
  const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => defined.get(name) ?? name);
  return [...inline, ...used];
}

/** Returns the anchor of a heading, as the repository's pages have it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function hasAnchor(path: string, anchor: string): boolean {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
}

function leadsTo(path: string, anchor: string | undefined): boolean {
  return existsSync(path) && (anchor === undefined || hasAnchor(path, anchor));
}

/**
 * Returns the links of a Markdown file that lead nowhere. Relative ones must lead to a file beside it; absolute ones into the
 * repository, to a file of the checkout at `root`. Other sites are not asked.
 */
export function brokenLinks(file: string, root: string): readonly string[] {
  return targetsIn(readFileSync(file, 'utf8')).filter((target) => {
    const [path = '', anchor] = target.split('#');
    if (REPOSITORY.test(path)) return !leadsTo(join(root, path.replace(REPOSITORY, '')), anchor);
    if (/^[a-z]+:/.test(path)) return false;
    return !leadsTo(path === '' ? file : join(dirname(file), path), anchor);
  });
}
