/**
 * Makes the package small, when it is packed: what it uses of io-ts and fp-ts goes into `dist/vendor/`, types included, and amaro,
 * compressed. The compiled modules import them from there, and get maps that hold their sources. Installed as packages they take 9 MB, of
 * which this is a ninth. In a checkout they are packages.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const ROOT = import.meta.dirname;
const VENDOR = join(ROOT, 'dist/vendor');
const MODULES = join(ROOT, 'node_modules');

/** The types of fp-ts that the types of io-ts name. */
const EITHER_TYPES = `/** The part of fp-ts that frameproof uses: a value or an error. */
export interface Left<E> { readonly _tag: 'Left'; readonly left: E }
export interface Right<A> { readonly _tag: 'Right'; readonly right: A }
export type Either<E, A> = Left<E> | Right<A>;
export type Predicate<A> = (a: A) => boolean;
export type Refinement<A, B extends A> = (a: A) => a is B;
`;

/** The WebAssembly of amaro, as its code holds it. */
const WASM = /\w+\.from\("([A-Za-z0-9+/=]{100000,})", ?"base64"\)/;

/** Unpacks the compiler of TypeScript when it is first imported: few targets need it, and as text its WebAssembly takes 4 MB. */
const AMARO = `import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliDecompressSync } from 'node:zlib';
const unpacked = (name) => brotliDecompressSync(readFileSync(new URL(name, import.meta.url)));
const compiled = { exports: {} };
const parameters = ['module', 'exports', 'require', 'WASM_BYTES', unpacked('amaro.cjs.br').toString()];
new Function(...parameters)(compiled, compiled.exports, createRequire(import.meta.url), unpacked('amaro.wasm.br'));
export const { transformSync } = compiled.exports;
`;

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** Begins the line that names the map of a module. */
const LINK = '//# sourceMappingURL=';

/** Packages by the name they are imported by, with their file in `dist/vendor/`. */
const FILES: Readonly<Record<string, string>> = {
  'io-ts': 'io-ts.js',
  'fp-ts/lib/Either.js': 'either.js',
  amaro: 'amaro.js',
};

const LICENCES = {
  'io-ts': 'io-ts/LICENSE',
  'fp-ts': 'fp-ts/LICENSE',
  amaro: 'amaro/LICENSE.md',
  swc: 'amaro/dist/LICENSE',
};

/**
 * Compiles again with maps that hold the sources, which are not in the package otherwise. The comments are in the sources and in the declarations,
 * so the modules go without. The command line, which nobody imports, has no maps.
 */
async function mapSources(): Promise<void> {
  const tsc = join(MODULES, 'typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--build', '--sourceMap'], { cwd: ROOT, stdio: 'inherit' });
  for (const path of globSync('dist/**/*.js.map', { cwd: ROOT })) {
    const file = join(ROOT, path);
    const module = file.slice(0, -'.map'.length);
    const compiled: SourceMap = JSON.parse(readFileSync(file, 'utf8'));
    const sourcesContent = compiled.sources.map((source) =>
      readFileSync(join(dirname(file), source), 'utf8'),
    );
    const withSources = JSON.stringify({ ...compiled, sourcesContent });
    const name = basename(file);
    const text = readFileSync(module, 'utf8').replace(LINK + name, '');
    const inlined = `data:application/json;base64,${Buffer.from(withSources).toString('base64')}`;
    const options = { sourcemap: 'external', charset: 'utf8' } as const;
    const { code, map } = await transform(text + LINK + inlined, options);
    if (path.split(/[/\\]/)[1] === 'cli') {
      writeFileSync(module, code);
      rmSync(file);
      continue;
    }
    writeFileSync(module, `${code}${LINK}${name}\n`);
    // Of a module of types only, there is no code to map, or a comment that goes.
    const isOfTypes = compiled.mappings === '' || JSON.parse(map).sources.length === 0;
    writeFileSync(file, isOfTypes ? withSources : map);
  }
}

/** Returns one module with all that it imports. */
async function bundle(contents: string, format: 'esm' | 'cjs'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format,
    platform: 'node',
    // Names are exported one by one only from modules, not from CommonJS.
    mainFields: ['module', 'main'],
    // Without comments, which name folders of this machine. The licences are beside it.
    minifyWhitespace: true,
    write: false,
  });
  const [{ text = '' } = {}] = outputFiles;
  return text;
}

async function writePackages(): Promise<void> {
  mkdirSync(VENDOR, { recursive: true });
  writeFileSync(join(VENDOR, 'io-ts.js'), await bundle("export * from 'io-ts';", 'esm'));
  const functions = 'chain, isLeft, isRight, left, right, tryCatch';
  const either = await bundle(`export { ${functions} } from 'fp-ts/es6/Either.js';`, 'esm');
  writeFileSync(join(VENDOR, 'either.js'), either);
  const types = readFileSync(join(MODULES, 'io-ts/lib/index.d.ts'), 'utf8');
  writeFileSync(
    join(VENDOR, 'io-ts.d.ts'),
    types.replaceAll(/from 'fp-ts\/lib\/\w+'/g, "from './either.js'"),
  );
  writeFileSync(join(VENDOR, 'either.d.ts'), EITHER_TYPES);
  const amaro = await bundle("module.exports = require('amaro');", 'cjs');
  const [whole, base64] = WASM.exec(amaro) ?? [];
  if (whole === undefined || base64 === undefined)
    throw new Error('amaro: its WebAssembly is not where it was');
  writeFileSync(join(VENDOR, 'amaro.cjs.br'), brotliCompressSync(amaro.replace(whole, 'WASM_BYTES')));
  writeFileSync(join(VENDOR, 'amaro.wasm.br'), brotliCompressSync(Buffer.from(base64, 'base64')));
  writeFileSync(join(VENDOR, 'amaro.js'), AMARO);
  for (const [name, path] of Object.entries(LICENCES))
    copyFileSync(join(MODULES, path), join(VENDOR, `LICENSE-${name}`));
}

/** Makes the compiled modules import from `dist/vendor/`. */
function redirectImports(): void {
  const isVendor = (path: string): boolean => path.endsWith('vendor');
  for (const path of globSync('dist/**/*.{js,d.ts}', { cwd: ROOT, exclude: isVendor })) {
    const file = join(ROOT, path);
    const text = readFileSync(file, 'utf8');
    const folder = relative(dirname(file), VENDOR).replaceAll('\\', '/');
    const changed = Object.entries(FILES).reduce(
      (all, [name, vendored]) =>
        all.replaceAll(new RegExp(`from (["'])${name}\\1`, 'g'), `from '${folder}/${vendored}'`),
      text,
    );
    if (changed !== text) writeFileSync(file, changed);
  }
}

/** A module that a declaration names, in an import or a type. */
const NAMED = /(?:from|import)\s*\(?\s*["'](\.[^"']+)\.(?:ts|js)["']/g;

/** Deletes the declarations that no door of the package leads to. */
function dropUnreachedTypes(): void {
  const { exports }: { exports: Readonly<Record<string, string | { types: string }>> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  const todo = Object.values(exports).flatMap((door) =>
    typeof door === 'string' ? [] : [join(ROOT, door.types)],
  );
  const reached = new Set<string>();
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const named = readFileSync(file, 'utf8').matchAll(NAMED);
    for (const [, path = ''] of named) todo.push(join(dirname(file), `${path}.d.ts`));
  }
  for (const path of globSync('dist/**/*.d.ts', { cwd: ROOT }))
    if (!reached.has(join(ROOT, path))) rmSync(join(ROOT, path));
}

// A checkout keeps its packages: a module that is compiled again must find the same ones as the others.
if (/^(pack|publish)$/.test(process.env.npm_command ?? '')) {
  await mapSources();
  await writePackages();
  redirectImports();
  dropUnreachedTypes();
}
