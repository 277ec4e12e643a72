/**
 * TypeScript that compilers take and Node.js does not run by itself: enums, namespaces and parameter properties, where types cannot
 * simply be left out; imports of a module by the name of its JavaScript, or without an ending; imports and exports in a package that
 * is CommonJS. Amaro, the compiler inside Node.js, rewrites such modules.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { transformSync } from 'amaro';
import { isUsersFile } from '../thrown.ts';

/** Tells a rewritten module from the one that could not be loaded: Node.js remembers that. */
const MARK = '?rewritten';

function isRewritable(url: string): boolean {
  return /^file:.*\.[cm]?ts$/.test(url) && isUsersFile(fileURLToPath(url));
}

/** An error of Amaro. */
interface Refusal {
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'startLine' in error && 'startColumn' in error;
}

/** Returns a syntax error whose stack names the place. */
function syntaxError({ message, startLine, startColumn }: Refusal, path: string): SyntaxError {
  const error = new SyntaxError(message);
  error.stack = `SyntaxError: ${message}\n    at ${path}:${startLine}:${startColumn + 1}`;
  return error;
}

/** Returns JavaScript with a map to the source, for the lines in stacks. */
function rewritten(path: string): string {
  try {
    const options = { mode: 'transform', sourceMap: true, filename: path } as const;
    const { code, map = '' } = transformSync(readFileSync(path, 'utf8'), options);
    return `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  } catch (error) {
    if (isRefusal(error)) throw syntaxError(error, path);
    throw error;
  }
}

/** Returns JavaScript with the same lines, or null where there is none. */
export function stripped(path: string): string | null {
  try {
    return transformSync(readFileSync(path, 'utf8'), { mode: 'strip-only' }).code;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

/** Returns the format of a module: where the ending does not say it, CommonJS is what can be the body of a function, whatever package.json says. */
function formatOf(path: string, code: string): 'module' | 'commonjs' {
  if (!path.endsWith('.ts')) return path.endsWith('.cts') ? 'commonjs' : 'module';
  try {
    compileFunction(code);
    return 'commonjs';
  } catch {
    return 'module';
  }
}

/** Returns the names of files that compilers try for a name that no file has: the source of that JavaScript, or with an ending. */
function sourcesOf(specifier: string): readonly string[] {
  if (!/^\.{0,2}\//.test(specifier)) return [];
  const source = specifier.replace(/\.([cm]?)js$/, '.$1ts');
  return source === specifier ? [`${specifier}.ts`, `${specifier}/index.ts`] : [source];
}

/** Returns what the first name that resolves does; throws as the first one does where none does. */
function firstOf<T>(names: readonly string[], resolve: (name: string) => T): T {
  let first: unknown;
  for (const name of names) {
    try {
      return resolve(name);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** Imports a module, and rewrites it and all modules of the user's that it imports. */
export async function importRewritten(url: string): Promise<Readonly<Record<string, unknown>>> {
  process.setSourceMapsEnabled(true);
  const hooks = registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const names = [specifier, ...sourcesOf(specifier)];
      const resolved = firstOf(names, (name) => nextResolve(name, context));
      return isRewritable(resolved.url) ? { ...resolved, url: resolved.url + MARK } : resolved;
    },
    load: (loaded, context, nextLoad) => {
      if (!loaded.endsWith(MARK)) return nextLoad(loaded, context);
      const path = fileURLToPath(loaded);
      const source = rewritten(path);
      return { format: formatOf(path, source), source, shortCircuit: true };
    },
  });
  try {
    return await import(url);
  } finally {
    hooks.deregister();
  }
}
