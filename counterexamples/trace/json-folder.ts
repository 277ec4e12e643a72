/** Folders of JSON files: the traces of a corpus, the files of shards. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../../spec/index.ts';

/** Configuration files of other tools. They are skipped, because a user's `counterexamples/` folder may hold source files too, as this project's does. */
const OTHER_TOOLS: readonly string[] = ['tsconfig.json', 'package.json', 'biome.json'];

/**
 * Returns the paths of a folder's JSON files, sorted by name; null where the folder does not exist. `of` names what the folder
 * is expected to hold. Throws a SpecError where it cannot be listed.
 */
export function jsonFilesIn(folder: string, of: string): readonly string[] | null {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !OTHER_TOOLS.includes(name));
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return null;
    throw new SpecError(`${folder}: expected a folder of ${of}: ${code}`, { cause: error });
  }
}
