/**
 * Makes the package small, when it is packed: what it uses of io-ts and fp-ts goes into `dist/vendor/`, types included, and the compiled
 * modules import it from there. Installed as packages they take 5 MB, of which this is a fiftieth. In a checkout both are packages.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const ROOT = import.meta.dirname;
const VENDOR = join(ROOT, 'dist/vendor');
const MODULES = join(ROOT, 'node_modules');

/** The types of fp-ts that the types of io-ts, and the compiled modules, name. */
const EITHER_TYPES = `/** The part of fp-ts that frameproof uses: a value or an error. */
export interface Left<E> { readonly _tag: 'Left'; readonly left: E }
export interface Right<A> { readonly _tag: 'Right'; readonly right: A }
export type Either<E, A> = Left<E> | Right<A>;
export type Predicate<A> = (a: A) => boolean;
export type Refinement<A, B extends A> = (a: A) => a is B;
`;

/** Packages by the name they are imported by, with their file here, and what of them is used. */
const VENDORED = [
  { name: 'io-ts', file: 'io-ts.js', exports: "export * from 'io-ts';" },
  {
    name: 'fp-ts/lib/Either.js',
    file: 'either.js',
    exports: "export { chain, isLeft, isRight, left, right, tryCatch } from 'fp-ts/lib/Either.js';",
  },
];

async function vendor(): Promise<void> {
  mkdirSync(VENDOR, { recursive: true });
  for (const { file, exports } of VENDORED)
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
  const types = readFileSync(join(MODULES, 'io-ts/lib/index.d.ts'), 'utf8');
  writeFileSync(
    join(VENDOR, 'io-ts.d.ts'),
    types.replaceAll(/from 'fp-ts\/lib\/\w+'/g, "from './either.js'"),
  );
  writeFileSync(join(VENDOR, 'either.d.ts'), EITHER_TYPES);
  for (const name of ['io-ts', 'fp-ts'])
    copyFileSync(join(MODULES, name, 'LICENSE'), join(VENDOR, `LICENSE-${name}`));

  for (const path of globSync('dist/**/*.{js,d.ts}', {
    cwd: ROOT,
    exclude: (each) => each.endsWith('vendor'),
  })) {
    const file = join(ROOT, path);
    const text = readFileSync(file, 'utf8');
    const folder = relative(dirname(file), VENDOR).replaceAll('\\', '/');
    const changed = VENDORED.reduce(
      (all, vendored) => all.replaceAll(`from '${vendored.name}'`, `from '${folder}/${vendored.file}'`),
      text,
    );
    if (changed !== text) writeFileSync(file, changed);
  }
}

// A checkout keeps its packages: a module that is compiled again must find the same ones as the others.
if (/^(pack|publish)$/.test(process.env.npm_command ?? '')) await vendor();
