/**
 * Public names: a door lists by hand what it exports. Each name is documented at its definition, with the tag `@public`, or `@internal`
 * for names that only other rooms need. A name without either is exported by mistake, or a change of it would go unnoticed.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A list of exports, or the comment that opens a group of lists: `/** @internal For searches. *\/`. */
const PARTS = /\/\*\* @(public|internal)\b[^\n]*\n|export (?:type )?\{([^}]*)\} from '([^']+)'/g;

interface ExportList {
  readonly tag: string;
  readonly names: readonly string[];
  readonly from: string;
}

/** Returns the docstring before the definition of a name; empty if there is none. */
function docstringOf(text: string, name: string): string {
  const definition = new RegExp(
    `(/\\*\\*(?:[^*]|\\*(?!/))*\\*/\\n)?export (?:declare )?(?:abstract )?(?:async )?(?:const|function\\*?|class|interface|type) ${name}\\b`,
  );
  return definition.exec(text)?.[1] ?? '';
}

function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
}

/** Returns the lists of a door, each with the tag of its group; before the first group, everything is public. */
function listsIn(text: string): readonly ExportList[] {
  let tag = 'public';
  return [...text.matchAll(PARTS)].flatMap(([, group, list, from = '']) => {
    if (list !== undefined) return [{ tag, names: namesIn(list), from }];
    tag = group ?? tag;
    return [];
  });
}

/** Returns a finding for each export of a door that is not listed by name, or not documented and tagged at its definition. */
export function undocumented(door: string): readonly string[] {
  const text = readFileSync(door, 'utf8');
  const stars = [...text.matchAll(/export \* from '([^']+)'/g)].map(([, from]) => `${from}: list the names`);
  const unnamed = listsIn(text).flatMap(({ tag, names, from }) => {
    const source = readFileSync(join(dirname(door), from), 'utf8');
    // A name that is only passed on is documented in the door or package that it comes from.
    const passedOn = listsIn(source).flatMap((list) => list.names);
    return names
      .filter((name) => !passedOn.includes(name))
      .filter((name) => !new RegExp(`\\w[\\s\\S]*@${tag}\\b`).test(docstringOf(source, name)))
      .map((name) => `${from}: ${name} lacks a docstring with @${tag}`);
  });
  return [...stars, ...unnamed];
}
