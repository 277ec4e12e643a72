/** The doors of this room: lists by hand, each name marked at its definition as the door says, and loaded by `require()`. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parse } from '@babel/parser';
import { describe, expect, it } from 'vitest';

const FOLDERS = ['.', 'random', 'explore', 'concurrent', 'verify', 'log'];

type Statement = ReturnType<typeof parse>['program']['body'][number];

const parsed = new Map<string, readonly Statement[]>();

function statementsOf(path: string): readonly Statement[] {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const statements = parse(text, { sourceType: 'module', plugins: ['typescript'] }).program.body;
  parsed.set(path, statements);
  return statements;
}

function commentsOn(statement: Statement): string {
  return (statement.leadingComments ?? []).map(({ value }) => value).join('\n');
}

function tagIn(text: string): string {
  return /@(public|internal)\b/.exec(text)?.[1] ?? 'untagged';
}

function declaredNames(statement: Statement): readonly string[] {
  if (statement.type !== 'ExportNamedDeclaration' || statement.declaration == null) return [];
  const { declaration } = statement;
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : [];
}

/** Returns the tag of a name at its definition; of a type and a value of one name, that of either. */
function tagOf(name: string, path: string): string {
  const found = statementsOf(path).filter((statement) => declaredNames(statement).includes(name));
  return tagIn(found.map(commentsOn).join('\n'));
}

/** Returns the groups of names that a door lists, with their files and tags. */
function reexports(
  path: string,
): readonly { readonly tag: string; readonly from: string; names: string[] }[] {
  let tag = 'untagged';
  return statementsOf(path).map((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.source == null)
      throw new TypeError(`${path}: expected lists of exports only, found ${statement.type}`);
    const own = tagIn(commentsOn(statement));
    if (own !== 'untagged') tag = own;
    const names = statement.specifiers.flatMap((specifier) =>
      specifier.type === 'ExportSpecifier' && specifier.exported.type === 'Identifier'
        ? [specifier.exported.name]
        : [],
    );
    return { tag, from: statement.source.value, names };
  });
}

/** Whether a file only passes a name on, from a package or another room. */
function passesOn(name: string, path: string): boolean {
  return statementsOf(path).some(
    (statement) =>
      statement.type === 'ExportNamedDeclaration' &&
      statement.source != null &&
      statement.specifiers.some(({ exported }) => exported.type === 'Identifier' && exported.name === name),
  );
}

describe.each(FOLDERS)('the door of %s', (folder) => {
  const door = join(import.meta.dirname, folder, 'index.ts');

  it('lists names that are marked at their definition as it says', () => {
    const wrong = reexports(door).flatMap(({ tag, from, names }) => {
      const path = join(dirname(door), from);
      if (tag === 'untagged') return [`${folder}/index.ts: ${names.join(', ')} are in no group`];
      return names
        .filter((name) => !passesOn(name, path) && tagOf(name, path) !== tag)
        .map((name) => `${relative(import.meta.dirname, path)}: ${name} is ${tagOf(name, path)}, not ${tag}`);
    });
    expect(wrong).toEqual([]);
  });
});

it.each(['properties', 'explore', 'concurrent', 'verify', 'log'])(
  'frameproof/%s can be loaded by require()',
  (name) => {
    const loaded: unknown = createRequire(import.meta.url)(`frameproof/${name}`);
    expect(Object.keys(Object(loaded)).length).toBeGreaterThan(0);
  },
);
