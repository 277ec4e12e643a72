/**
 * Public names: what a door of the package exports must be listed by hand, and documented where it is defined, with the tag
 * `@public`. A name without both is exported by mistake, or a change of it would go unnoticed.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const EXPORTS = /export (?:type )?\{([^}]*)\} from '([^']+)'/g;

/** Returns the docstring before the definition of a name; empty where there is none. */
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

/** Returns a finding for each export of a door that is not listed by name, or not documented as public. */
export function undocumented(door: string): readonly string[] {
  const text = readFileSync(door, 'utf8');
  const stars = [...text.matchAll(/export \* from '([^']+)'/g)].map(([, from]) => `${from}: list the names`);
  const unnamed = [...text.matchAll(EXPORTS)].flatMap(([, list = '', from = '']) => {
    const source = readFileSync(join(dirname(door), from), 'utf8');
    return namesIn(list)
      .filter((name) => !/\w[\s\S]*@public/.test(docstringOf(source, name)))
      .map((name) => `${from}: ${name} lacks a docstring with @public`);
  });
  return [...stars, ...unnamed];
}
