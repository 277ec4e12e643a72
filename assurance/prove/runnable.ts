/**
 * Functions of a source file, to be run: from the very text that is translated, functions that the file does not export
 * included.
 */
import { stripTypeScriptTypes } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SourceFile } from './source.ts';

export type Runnable = (...args: readonly unknown[]) => unknown;

/** Returns the text with relative imports made absolute, because a `data:` module has no folder. */
function rooted(text: string, path: string): string {
  return text.replace(/(from ')(\.[^']*)'/g, (_, from: string, relative: string) => {
    return `${from}${pathToFileURL(resolve(dirname(path), relative)).href}'`;
  });
}

/** Returns all functions of a file by their names. */
export async function runnablesOf(file: SourceFile): Promise<ReadonlyMap<string, Runnable>> {
  const names = file.functions.map(({ name }) => name);
  const text = `${rooted(stripTypeScriptTypes(file.text), file.path)}\nexport const functions = { ${names.join(', ')} };`;
  const url = `data:text/javascript,${encodeURIComponent(text)}`;
  const module: { readonly functions: Readonly<Record<string, Runnable>> } = await import(
    /* @vite-ignore */ url
  );
  return new Map(Object.entries(module.functions));
}
