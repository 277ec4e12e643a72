/** Mutants of `impl/inspection.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_INSPECTION: readonly Listed[] = listed('impl/inspection.ts', [
  {
    within: 'runsOfStack',
    reason: 'What lies at the end of a section is padding, which is never on the stack.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) {',
        after: 'for (let next = free[k]; next !== undefined && next.first <= end; next = free[k]) {',
      },
    ],
  },
]);
