/** Folders of JSON files: the traces of a corpus, the files of shards. */
import { join } from 'node:path';
import { namesIn } from '../../spec/files/index.ts';

/** Configuration files of other tools. They are skipped, because a user's `counterexamples/` folder may hold source files too, as this project's does. */
const OTHER_TOOLS: readonly string[] = ['tsconfig.json', 'package.json', 'biome.json'];

/**
 * Returns the paths of a folder's JSON files, sorted by name; null where the folder does not exist. `of` names what the folder
 * is expected to hold. Throws a SpecError where it cannot be listed.
 */
export function jsonFilesIn(folder: string, of: string): readonly string[] | null {
  const names = namesIn(folder, of);
  return (
    names
      ?.filter((name) => name.endsWith('.json') && !OTHER_TOOLS.includes(name))
      .map((name) => join(folder, name)) ?? null
  );
}
