/**
 * The import graph of the sources: which file imports which, type imports and dynamic ones included, read from the syntax tree.
 * Tests, their fixtures and helpers are left out. O(source text).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type ParseResult, type ParserPlugin, parse } from '@babel/parser';

/** A source file: its number of lines, the project's files that it imports, and the packages. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

export type ImportGraph = ReadonlyMap<string, SourceFile>;

function isSource(path: string): boolean {
  return (
    /^[^/]+\/.*\.tsx?$/.test(path) && !/\.test\.ts$|\/(testing|fixtures)\/|^(examples|docs)\//.test(path)
  );
}

/** Returns what a module imports, as it is written. */
function specifiersOf(path: string, text: string): readonly string[] {
  const plugins: ParserPlugin[] = path.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'];
  const { program }: ParseResult = parse(text, { sourceType: 'module', plugins });
  const found: string[] = [];
  for (const node of program.body)
    if ('source' in node && node.source?.type === 'StringLiteral') found.push(node.source.value);
  for (const [, dynamic = ''] of text.matchAll(/\bimport\('([^']+)'\)/g)) found.push(dynamic);
  return found;
}

/** Reads a source file. Imports of files outside the sources, such as a test's fixture, are kept as they are. */
export function sourceFile(path: string, text: string): SourceFile {
  const specifiers = specifiersOf(path, text);
  const imports = specifiers
    .filter((one) => one.startsWith('.'))
    .map((one) => normalize(join(dirname(path), one)));
  const packages = specifiers.filter((one) => !one.startsWith('.'));
  return { path, lines: text.split('\n').length, imports, packages };
}

/** Returns the graph of the files that git tracks or would track below `root`. */
export function importGraph(root: string): ImportGraph {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = listed.split('\n').filter((path) => isSource(path) && existsSync(join(root, path)));
  return new Map(paths.map((path) => [path, sourceFile(path, readFileSync(join(root, path), 'utf8'))]));
}

/** Returns the strongly connected components of more than one node (Tarjan, SIAM J. Comput. 1972): the circles of a graph. */
export function circlesOf(
  nodes: Iterable<string>,
  next: (node: string) => Iterable<string>,
): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): number => {
    const own = order.size;
    let least = own;
    order.set(node, own);
    path.push(node);
    for (const other of next(node)) {
      if (!order.has(other)) least = Math.min(least, visit(other));
      else if (path.includes(other)) least = Math.min(least, low.get(other) ?? order.get(other) ?? own);
    }
    low.set(node, least);
    if (least === own) {
      const circle = path.splice(path.indexOf(node));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return least;
  };
  for (const node of nodes) if (!order.has(node)) visit(node);
  return circles;
}
