/** Source files of TypeScript: their functions and constants, with names followed through imports. Nothing is run. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from '@babel/parser';

type Program = ReturnType<typeof parse>['program'];
export type Statement = Program['body'][number];
export type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression'];
type Declaration = Extract<Statement, { type: 'VariableDeclaration' }>['declarations'][number];
export type Pattern = Extract<Statement, { type: 'FunctionDeclaration' }>['params'][number];
/** A place in a text, as every node of a syntax tree has it. */
export interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } } | null | undefined;
}

/** A function: a declaration, or an arrow. */
export interface FunctionSource {
  readonly name: string;
  readonly file: SourceFile;
  readonly node: Node;
  readonly params: readonly Pattern[];
  /** The statements, or the one expression that an arrow returns. */
  readonly body: readonly Statement[] | Expression;
}

/** The meaning of a name at the top level of a file. */
type Meaning =
  | { readonly kind: 'function'; readonly function: FunctionSource }
  | { readonly kind: 'constant'; readonly file: SourceFile; readonly value: Expression }
  | { readonly kind: 'module'; readonly file: SourceFile };

/** An error in a source, which names file and line. */
export class SourceError extends Error {}

const FILES = new Map<string, SourceFile>();

function declared(statement: Statement): Statement {
  const isExport = statement.type === 'ExportNamedDeclaration' && statement.declaration != null;
  return isExport ? (statement.declaration as Statement) : statement;
}

export class SourceFile {
  readonly path: string;
  /** The name of the file in messages. */
  readonly name: string;
  readonly text: string;
  readonly statements: readonly Statement[];

  private constructor(path: string, name: string, text: string) {
    this.path = path;
    this.name = name;
    this.text = text;
    this.statements = parse(text, { sourceType: 'module', plugins: ['typescript'] }).program.body;
  }

  /** Reads a file, once. */
  static read(path: string, name: string = path): SourceFile {
    const known = FILES.get(resolve(path));
    const file = known ?? new SourceFile(path, name, readFileSync(path, 'utf8'));
    FILES.set(resolve(path), file);
    return file;
  }

  /** Returns an error that says where it is. */
  error(node: Node, message: string): SourceError {
    return new SourceError(`${this.name}:${node.loc?.start.line ?? 0}: ${message}`);
  }

  /** The functions of this file, declared or constant arrows, in their order. */
  get functions(): readonly FunctionSource[] {
    return this.statements.flatMap((statement) => {
      const node = declared(statement);
      if (node.type === 'VariableDeclaration' && node.kind === 'const')
        return node.declarations.flatMap((each) => this.#arrowOf(each));
      if (node.type !== 'FunctionDeclaration' || node.id == null) return [];
      return [{ name: node.id.name, file: this, node, params: node.params, body: node.body.body }];
    });
  }

  /** Returns what a name stands for, or null where nothing here says so. */
  lookUp(name: string): Meaning | null {
    const found = this.functions.find((each) => each.name === name);
    if (found !== undefined) return { kind: 'function', function: found };
    for (const statement of this.statements) {
      const node = declared(statement);
      const meaning =
        node.type === 'ImportDeclaration'
          ? this.#imported(node, name)
          : node.type === 'VariableDeclaration'
            ? this.#constant(node, name)
            : null;
      if (meaning !== null) return meaning;
    }
    return null;
  }

  #imported(node: Extract<Statement, { type: 'ImportDeclaration' }>, name: string): Meaning | null {
    const specifier = node.specifiers.find(({ local }) => local.name === name);
    if (specifier === undefined || !node.source.value.startsWith('.')) return null;
    const file = SourceFile.read(
      resolve(dirname(this.path), node.source.value),
      join(dirname(this.name), node.source.value),
    );
    if (specifier.type === 'ImportNamespaceSpecifier') return { kind: 'module', file };
    const isNamed = specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier';
    return isNamed ? file.lookUp((specifier.imported as { name: string }).name) : null;
  }

  #constant(node: Extract<Statement, { type: 'VariableDeclaration' }>, name: string): Meaning | null {
    if (node.kind !== 'const') return null;
    for (const declaration of node.declarations) {
      const meaning = this.#bound(declaration, name);
      if (meaning !== null) return meaning;
    }
    return null;
  }

  /** `const NAME = value`, or `const { NAME } = module`. */
  #bound({ id, init }: Declaration, name: string): Meaning | null {
    if (init == null) return null;
    if (id.type === 'Identifier')
      return id.name === name ? { kind: 'constant', file: this, value: init } : null;
    if (id.type !== 'ObjectPattern' || init.type !== 'Identifier') return null;
    const binds = id.properties.some(
      (p) => p.type === 'ObjectProperty' && p.shorthand && p.key.type === 'Identifier' && p.key.name === name,
    );
    const module = binds ? this.lookUp(init.name) : null;
    return module?.kind === 'module' ? module.file.lookUp(name) : null;
  }

  #arrowOf({ id, init }: Declaration): readonly FunctionSource[] {
    const isArrow = id.type === 'Identifier' && init?.type === 'ArrowFunctionExpression';
    return isArrow ? [this.arrow(id.name, init)] : [];
  }

  /** Returns the function that an arrow makes. */
  arrow(name: string, node: Extract<Expression, { type: 'ArrowFunctionExpression' }>): FunctionSource {
    const body = node.body.type === 'BlockStatement' ? node.body.body : node.body;
    return { name, file: this, node, params: node.params, body };
  }

  /** Returns the text of a node on one line. */
  textOf(node: { readonly start?: number | null; readonly end?: number | null }): string {
    return this.text.slice(node.start ?? 0, node.end ?? 0).replace(/\s+/g, ' ');
  }
}
