/**
 * The rooms of the project and what each may import: the table of DESIGN in executable form. Imports between rooms go through a
 * door, an `index.ts`; type imports count. The test beside this file draws the graph and holds it to this table.
 */

/** A top folder: the rooms below it that it may import, and the packages that only certain files may. */
export interface Room {
  readonly name: string;
  readonly imports: readonly string[];
}

export const ROOMS: readonly Room[] = [
  { name: 'spec', imports: [] },
  { name: 'model', imports: ['spec'] },
  { name: 'impl', imports: ['spec'] },
  { name: 'runner', imports: ['spec', 'model', 'impl'] },
  { name: 'counterexamples', imports: ['spec', 'model', 'impl', 'runner'] },
  { name: 'properties', imports: ['spec', 'model', 'impl', 'runner', 'counterexamples'] },
  { name: 'report', imports: ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties'] },
  {
    name: 'cli',
    imports: ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties', 'report'],
  },
  { name: 'assurance', imports: ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties', 'cli'] },
  { name: 'bench', imports: ['spec', 'model', 'impl', 'runner', 'counterexamples', 'properties', 'cli'] },
];

/** The only files that may import a package: everything else goes through them. */
export const PACKAGE_DOORS: Readonly<Record<string, string>> = {
  'fast-check': 'properties/random/fast-check.ts',
  vitest: 'properties/describe-pmm.ts',
};

/** Files that compare this project with a package as others use it. */
export const USES_PACKAGES_PLAINLY = /^(bench\/|assurance\/reach\/plain\.ts$)/;

/** The largest share of the source lines that one room may have. */
export const LARGEST_SHARE = 0.4;
