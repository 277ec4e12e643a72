/** Mutants of `impl/state.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_STATE: readonly Listed[] = listed('impl/state.ts', [
  {
    within: 'holdWithheld',
    reason:
      'From the first leaf to one before it is counted modulo 2^24: so many leaves that are none are walked through, which takes longer than a test may.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (true) noteHeld(words, layout, first, end - 1);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (first <= end) noteHeld(words, layout, first, end - 1);',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (first < end) noteHeld(words, layout, first, end - 1);',
        after: 'if (first >= end) noteHeld(words, layout, first, end - 1);',
      },
    ],
  },
]);
