import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take seconds, the longest first. They begin the run, so that none is left to run alone at its end. */
const LONG = [
  'assurance/calls/full-run.long.test.ts',
  'cli/native-callers.long.test.ts',
  'cli/recipes.long.test.ts',
  'cli/package.long.test.ts',
  'cli/hostile-modules.long.test.ts',
  'runner/process/process.test.ts',
  'properties/verify/verify.test.ts',
  'cli/check.test.ts',
  'counterexamples/shrink/shrink.test.ts',
  'counterexamples/shrink/long-scenario.test.ts',
  'properties/random/campaign/campaign.test.ts',
  'cli/explore.test.ts',
  'cli/init.test.ts',
  'cli/profile.test.ts',
  'counterexamples/export/export-trace.test.ts',
  'assurance/fuzz/fuzz.test.ts',
  'assurance/inductive/inductive.test.ts',
  'assurance/lean/lean.test.ts',
  'properties/random/scale/scale.test.ts',
  'properties/random/campaign/own-clauses.test.ts',
  'properties/explore/promela.test.ts',
  'examples/describe-pmm.test.ts',
  'cli/recipe-profiles.tools.test.ts',
  'properties/explore/planted.tools.test.ts',
  'cli/recipes.tools.test.ts',
  'docs/pages.tools.test.ts',
  'report/page.tools.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? LONG.length : at;
    };
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: [
      '{spec,model,impl,runner,counterexamples,properties,report,cli,assurance,native,bench,examples}/**/*.test.ts',
    ],
    // What users start from has a test for the runner of Node.js.
    exclude: ['**/*.{long,tools}.test.ts', 'examples/start'],
    globalSetup: ['vitest.build.ts'],
    sequence: { sequencer: LongestFirst },
    // Many tests wait for a process that they started, and leave their core to another.
    maxWorkers: availableParallelism() + 1,
    // No test changes what another file sees; a worker for each file would cost 0.4 s each.
    isolate: false,
    // Node itself loads every module, as for users. Hot loops run a fifth slower where each import is looked up by Vite.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
