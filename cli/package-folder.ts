/** The folder of this package, with all that it carries beside code: `package.json`, `native/`, `examples/start/`. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Returns its path. From here it is the parent in a checkout (cli/), and two levels up where the code is compiled (dist/cli/). */
export function packageFolder(): string {
  const parents = ['..', '../..'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = parents.find((folder) => existsSync(`${folder}/package.json`));
  if (found === undefined) throw new Error('package.json is missing');
  return found;
}
