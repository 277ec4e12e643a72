/** Mutants of `impl/inspection.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_INSPECTION: readonly Listed[] = listed('impl/inspection.ts', [
  {
    within: 'runsOfBits',
    reason: 'The generator yields without end, or never moves on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'for (let from = first; from < end; ) { … }',
        after: 'for (let from = first; from < end; ) {}',
      },
    ],
  },
  {
    within: 'runsOfStack',
    reason: 'The generator yields without end, or never moves on.',
    changes: [
      {
        mutator: 'BlockStatement',
        before: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) { … }',
        after: 'for (let next = free[k]; next !== undefined && next.first < end; next = free[k]) {}',
      },
    ],
  },
]);
