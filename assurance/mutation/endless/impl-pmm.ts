/** Mutants of `impl/pmm.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_PMM: readonly Listed[] = listed('impl/pmm.ts', [
  {
    within: 'PageFrameManager.allocPages',
    reason: 'The pieces begin ever further below 0, and never reach the end.',
    changes: [
      {
        mutator: 'AssignmentOperator',
        before: 'for (let from = 0; from < pages; from += PIECE)',
        after: 'for (let from = 0; from < pages; from -= PIECE)',
      },
    ],
  },
]);
