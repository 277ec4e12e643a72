/** Mutants of `impl/pmm.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_PMM: readonly Listed[] = listed('impl/pmm.ts', [
  {
    within: 'alignmentFrames',
    reason: 'An alignment of no page frame has no multiple: the search does not move on.',
    changes: [
      {
        mutator: 'MethodExpression',
        before: 'return Math.max(1, Math.min(Math.ceil(Number(alignment) / 4096), PFN_LIMIT));',
        after: 'return Math.min(1, Math.min(Math.ceil(Number(alignment) / 4096), PFN_LIMIT));',
      },
    ],
  },
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
