/**
 * Builds the application of reports, `dist/report/page.html`, and the playground, `dist/report/playground.html`: one file each, from the
 * modules that `tsc -b` has compiled.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const ROOT = import.meta.dirname;
/** As in `report/page.ts`, which this file must not load: it is compiled only when the application is. */
const DATA_MARK = '"data of the report"';

/** Modules of Node.js are left out: the page uses nothing that needs them, and a call of one fails in the tests of the page. */
const withoutNode: Plugin = {
  name: 'without modules of Node.js',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[\w:/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path, external: true, sideEffects: false } : null,
    );
  },
};

interface Bundle {
  /** A module, or its text. */
  readonly entry: Pick<BuildOptions, 'entryPoints' | 'stdin'>;
  readonly plugins: readonly Plugin[];
}

async function bundled({ entry, plugins }: Bundle): Promise<string> {
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    minify: true,
    legalComments: 'inline',
    plugins: [...plugins],
    // Modules that ask where they lie are read, and use no answer.
    define: { 'import.meta.url': '"file:///frameproof.js"' },
    write: false,
  });
  // Nothing in a script element may end it, or begin a comment.
  return (outputFiles[0]?.text ?? '').replaceAll(/<(?=\/script|!--)/g, '\\x3c').trim();
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** A page: its script, its policy beside the usual one, and what stands in it. */
interface Page {
  readonly script: string;
  readonly noScript: string;
  readonly policy: string;
  readonly allowed: string;
  readonly data: string;
}

function pageOf({ script, noScript, policy, allowed, data }: Page): string {
  const style = readFileSync(join(ROOT, 'report/app/style.css'), 'utf8').trim();
  const rules = `default-src 'none'; script-src ${hashOf(script)}${allowed}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'${policy}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${rules}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>frameproof</title>
<style>${style}</style>
</head>
<body>
<noscript>${noScript} Allow scripts to see it.</noscript>
<div id="app"></div>
${data}
<script>${script}</script>
</body>
</html>
`;
}

async function reportPage(): Promise<string> {
  return pageOf({
    script: await bundled({
      entry: { entryPoints: [join(ROOT, 'dist/report/app/main.js')] },
      plugins: [withoutNode],
    }),
    noScript: 'This report is drawn by a script in this file.',
    policy: '',
    allowed: '',
    data: `<script type="application/json" id="data">${DATA_MARK}</script>`,
  });
}

/** Modules of Node.js are those of `report/playground/node.ts`, and the examples find the package in `dist/`. */
const inBrowser: Plugin = {
  name: 'Node.js in a browser',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^frameproof\/spec$/ }, () => ({ path: join(ROOT, 'dist/spec/index.js') }));
    onResolve({ filter: /^[\w:/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^(?!node:)/, 'node:'), namespace: 'seam' } : null,
    );
    onLoad({ filter: /.*/, namespace: 'seam' }, ({ path }) => ({
      contents: `module.exports = require('./dist/report/playground/node.js').provide(${JSON.stringify(path)});`,
      resolveDir: ROOT,
    }));
  },
};

/** Allocators of the playground beside ours and the mutants. */
const EXAMPLES = ['works', 'broken-limit', 'broken-batch', 'broken-double-free'].map(
  (name) => `examples/${name}.ts`,
);

async function playgroundPage(): Promise<string> {
  const { MUTANTS } = await import('./dist/runner/mutants/index.js');
  const globals = `import { provideGlobals } from './dist/report/playground/node.js';
    import { Buffer } from './node_modules/buffer/index.js';
    provideGlobals(Buffer);`;
  const examples = EXAMPLES.map((path, i) => `import * as example${i} from './${path}';`).join('\n');
  const named = EXAMPLES.map((path, i) => `${JSON.stringify(path)}: example${i}`).join(', ');
  const worker = await bundled({
    entry: {
      stdin: {
        contents: `import 'playground:globals';
          ${examples}
          import { serve } from './dist/report/playground/worker.js';
          serve({ ${named} });`,
        resolveDir: ROOT,
      },
    },
    plugins: [
      {
        name: 'globals',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^playground:globals$/ }, () => ({ path: 'globals', namespace: 'globals' }));
          onLoad({ filter: /.*/, namespace: 'globals' }, () => ({ contents: globals, resolveDir: ROOT }));
        },
      },
      inBrowser,
    ],
  });
  const targets = ['frameproof', ...EXAMPLES, ...MUTANTS.map(({ name }) => name)];
  return pageOf({
    script: await bundled({
      entry: { entryPoints: [join(ROOT, 'dist/report/playground/main.js')] },
      plugins: [withoutNode],
    }),
    noScript: 'The playground is a script in this file.',
    policy: '; worker-src blob:',
    // WebAssembly that the reader drops is compiled.
    allowed: " blob: 'wasm-unsafe-eval'",
    data: `<script type="application/json" id="targets">${JSON.stringify(targets)}</script>
<script type="text/plain" id="worker">${worker}</script>`,
  });
}

writeFileSync(join(ROOT, 'dist/report/page.html'), await reportPage());
writeFileSync(join(ROOT, 'dist/report/playground.html'), await playgroundPage());
