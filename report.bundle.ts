/** Builds the application of reports: `dist/report/page.html`, one file, from the modules that `tsc -b` has compiled. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

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

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'dist/report/app/main.js')],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    minify: true,
    legalComments: 'inline',
    plugins: [withoutNode],
    // Modules that ask where they lie are read and left out.
    logOverride: { 'empty-import-meta': 'silent' },
    write: false,
  });
  // Nothing in a script element may end it, or begin a comment.
  return (outputFiles[0]?.text ?? '').replaceAll(/<(?=\/script|!--)/g, '\\x3c').trim();
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

async function page(): Promise<string> {
  const script = await bundled();
  const style = readFileSync(join(ROOT, 'report/app/style.css'), 'utf8').trim();
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>frameproof</title>
<style>${style}</style>
</head>
<body>
<noscript>This report is drawn by a script in this file. Allow scripts to see it.</noscript>
<div id="app"></div>
<script type="application/json" id="data">${DATA_MARK}</script>
<script>${script}</script>
</body>
</html>
`;
}

writeFileSync(join(ROOT, 'dist/report/page.html'), await page());
