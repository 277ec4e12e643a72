/** Mutants of `impl/frame-batch.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_FRAME_BATCH: readonly Listed[] = listed('impl/frame-batch.ts', [
  {
    within: 'endOfRun',
    reason: 'At the limit there is no next entry to look at: the loop does not begin, whatever the step.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const step = end < limit ? frames[end] - frames[from] : 0;',
        after: 'const step = true ? frames[end] - frames[from] : 0;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'const step = end < limit ? frames[end] - frames[from] : 0;',
        after: 'const step = end <= limit ? frames[end] - frames[from] : 0;',
      },
    ],
  },
]);
