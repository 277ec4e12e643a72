/**
 * Makes the package small, when it is packed: what it uses of io-ts and fp-ts goes into `dist/vendor/`, types included, and amaro,
 * compressed. The compiled modules import them from there, and get maps that hold their sources. Installed as packages they take 9 MB, of
 * which this is a ninth. In a checkout they are packages.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

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

/** Unpacks the compiler of TypeScript when it is first imported: few targets need it, and as text its WebAssembly takes 4 MB. */
const AMARO = `import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliDecompressSync } from 'node:zlib';
const code = brotliDecompressSync(readFileSync(new URL('amaro.cjs.br', import.meta.url))).toString();
const compiled = { exports: {} };
new Function('module', 'exports', 'require', code)(compiled, compiled.exports, createRequire(import.meta.url));
export const { transformSync } = compiled.exports;
`;

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

/** Removes the map of a module, and the line that names it. */
function unmap(map: string): void {
  rmSync(map);
  const module = map.replace(/\.map$/, '');
  writeFileSync(module, readFileSync(module, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}

/**
 * Compiles again with maps, and puts the sources into them: the package does not hold them otherwise. Nobody imports the modules of the command
 * line, so they have no maps, which take a megabyte.
 */
function mapSources(): void {
  const tsc = join(MODULES, 'typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--build', '--sourceMap'], { cwd: ROOT, stdio: 'inherit' });
  for (const path of globSync('dist/**/*.js.map', { cwd: ROOT })) {
    const file = join(ROOT, path);
    if (path.startsWith(join('dist', 'cli'))) {
      unmap(file);
      continue;
    }
    const map: { readonly sources: readonly string[] } = JSON.parse(readFileSync(file, 'utf8'));
    const sourcesContent = map.sources.map((source) => readFileSync(join(dirname(file), source), 'utf8'));
    writeFileSync(file, JSON.stringify({ ...map, sourcesContent }));
  }
}

async function bundle(file: string, exports: string): Promise<void> {
  await build({
    stdin: { contents: exports, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Names are exported one by one only from modules, not from CommonJS.
    mainFields: ['module', 'main'],
    // Without comments, which name folders of this machine. The licences are beside it.
    minifyWhitespace: true,
    outfile: join(VENDOR, file),
  });
}

async function writePackages(): Promise<void> {
  mkdirSync(VENDOR, { recursive: true });
  await bundle('io-ts.js', "export * from 'io-ts';");
  const functions = 'chain, isLeft, isRight, left, right, tryCatch';
  await bundle('either.js', `export { ${functions} } from 'fp-ts/es6/Either.js';`);
  const types = readFileSync(join(MODULES, 'io-ts/lib/index.d.ts'), 'utf8');
  writeFileSync(
    join(VENDOR, 'io-ts.d.ts'),
    types.replaceAll(/from 'fp-ts\/lib\/\w+'/g, "from './either.js'"),
  );
  writeFileSync(join(VENDOR, 'either.d.ts'), EITHER_TYPES);
  const amaro = readFileSync(join(MODULES, 'amaro/dist/index.js'));
  writeFileSync(join(VENDOR, 'amaro.cjs.br'), brotliCompressSync(amaro));
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
      (all, [name, vendored]) => all.replaceAll(`from '${name}'`, `from '${folder}/${vendored}'`),
      text,
    );
    if (changed !== text) writeFileSync(file, changed);
  }
}

// A checkout keeps its packages: a module that is compiled again must find the same ones as the others.
if (/^(pack|publish)$/.test(process.env.npm_command ?? '')) {
  mapSources();
  await writePackages();
  redirectImports();
}
