import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findingsOf } from './findings.ts';
import { type ImportGraph, importGraph, sourceFile } from './import-graph.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const house = importGraph(ROOT);

/** Returns the graph with one more file. */
function withFile(path: string, text: string): ImportGraph {
  return new Map([...house, [path, sourceFile(path, text)]]);
}

describe('the house', () => {
  it('has arrows that go down, through doors, without circles, and no room above 40 % of the lines', () => {
    expect(findingsOf(house)).toEqual([]);
  });

  it.each([
    ['spec/to-model.ts', "import { init } from '../model/index.ts';", 'spec/ must not import model/index.ts'],
    [
      'model/to-impl.ts',
      "import type { A } from '../impl/index.ts';",
      'model/ must not import impl/index.ts',
    ],
    ['impl/past-door.ts', "import { pfn } from '../spec/units.ts';", 'import spec/units.ts through a door'],
    ['runner/to-cli.ts', "export { main } from '../cli/index.ts';", 'runner/ must not import cli/index.ts'],
    [
      'cli/later.ts',
      "const m = () => import('../bench/machine.ts');",
      'cli/ must not import bench/machine.ts',
    ],
    ['cli/to-vitest.ts', "import { it } from 'vitest';", 'import vitest through properties/describe-pmm.ts'],
    [
      'runner/fc.ts',
      "import fc from 'fast-check';",
      'import fast-check through properties/random/fast-check.ts',
    ],
    ['model/by-name.ts', "import { a } from 'frameproof/impl';", 'import frameproof/impl by its path'],
    ['attic/new.ts', '', 'the folder is in no room'],
  ])('refuses %s', (path, text, finding) => {
    expect(findingsOf(withFile(path, text))).toEqual([expect.stringContaining(finding)]);
  });

  it('names files that import each other, by type too', () => {
    const one = sourceFile('spec/one.ts', "import type { B } from './two.ts';");
    const two = sourceFile('spec/two.ts', "import type { A } from './one.ts';");
    const graph = new Map([...house, [one.path, one], [two.path, two]]);
    expect(findingsOf(graph)).toEqual(['files import each other: spec/one.ts, spec/two.ts']);
  });

  it('names folders that import each other', () => {
    const graph = withFile('properties/random/up.ts', "import { a } from '../log/record.ts';");
    expect(findingsOf(graph)).toEqual(['folders import each other: properties/log, properties/random']);
  });

  it('names a room that has outgrown the others', () => {
    const graph = withFile('spec/everything.ts', '\n'.repeat(100_000));
    expect(findingsOf(graph)).toEqual([expect.stringMatching(/^spec\/ has \d+ % of the source lines$/)]);
  });
});
