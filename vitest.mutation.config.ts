/** What a mutant is run against: the tests of `impl/` and `model/` and judged programs, the quickest file first. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const FILES = [
  'impl/word.test.ts',
  'impl/held-bits.test.ts',
  'impl/addresses.test.ts',
  'impl/sections.test.ts',
  'impl/layout.test.ts',
  'impl/misuse.test.ts',
  'impl/frame-batch.test.ts',
  'impl/section-finder.test.ts',
  'impl/free-stack.test.ts',
  'impl/state.test.ts',
  'impl/abstraction.test.ts',
  'impl/invariant.test.ts',
  'impl/assert.test.ts',
  'impl/summary-claims.test.ts',
  'model/free-stack.test.ts',
  'model/state.test.ts',
  'model/extents.test.ts',
  'assurance/mutation/programs.test.ts',
  'assurance/inductive/relation.test.ts',
  'model/step.test.ts',
  'model/unnamed.test.ts',
  'assurance/calls/calls.test.ts',
  'impl/every-call.test.ts',
  'impl/pmm-arguments.test.ts',
  'impl/search.test.ts',
  'impl/bitmap-zone.test.ts',
  'impl/frame-allocator.test.ts',
  'impl/saved-places.test.ts',
  'impl/saved-words.test.ts',
  'impl/snapshot.test.ts',
  'impl/shared/steps.test.ts',
  'impl/shared/critical-section.test.ts',
  'impl/shared/lock.test.ts',
  'impl/shared/shared-pmm.test.ts',
];

/** Keeps the files in the order of the list. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => FILES.findIndex((f) => moduleId.endsWith(f));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: FILES,
    setupFiles: ['assurance/mutation/testing/setup.ts'],
    isolate: false,
    testTimeout: 60_000,
    deps: { interopDefault: false },
    sequence: { sequencer: InOrder },
  },
});
