/** Mutants of `impl/sections.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SECTIONS: readonly Listed[] = listed('impl/sections.ts', [
  {
    within: 'piecesOf',
    reason:
      'A section that begins where the extent ends has no page frame of it, and is left out all the same.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'if (section.base >= end) break;',
        after: 'if (section.base > end) break;',
      },
    ],
  },
]);
