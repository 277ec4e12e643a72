/**
 * Dumps that can be read without a flag: of a folder, and the fixtures of the readers.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importMemoryMap } from '../../spec/maps/index.ts';
import type { Dump } from './trial.ts';

function dumpOf(path: string): readonly Dump[] {
  const text = readFileSync(path, 'utf8');
  try {
    return [{ name: path, text, map: importMemoryMap(text, path) }];
  } catch (error) {
    if (error instanceof Error && error.name === 'SpecError') return [];
    throw error;
  }
}

/** Returns the dumps of a folder that are texts and that need no flag; none where it does not exist. */
export function dumpsIn(folder: string): readonly Dump[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.(?:txt|log|dts)$/.test(name));
  return names.sort().flatMap((name) => dumpOf(join(folder, name)));
}

/** Where this file lies: below assurance/, or below its compiled copy. */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = [join(HERE, '../..'), join(HERE, '../../..')].find((path) =>
  existsSync(join(path, 'package.json')),
);

/** The fixtures of the readers. */
export const FIXTURES = join(ROOT ?? '.', 'spec/maps/fixtures');
