/** Mutants of `impl/free-stack.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_FREE_STACK: readonly Listed[] = listed('impl/free-stack.ts', [
  {
    within: 'FLOOR_AHEAD',
    reason: 'A word is a number modulo 2^32: it holds both alike.',
    changes: [
      {
        mutator: 'UnaryOperator',
        before: 'const FLOOR_AHEAD = -(2 ** 31);',
        after: 'const FLOOR_AHEAD = +(2 ** 31);',
      },
    ],
  },
]);
