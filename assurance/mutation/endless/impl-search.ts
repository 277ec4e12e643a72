/** Mutants of `impl/search.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SEARCH: readonly Listed[] = listed('impl/search.ts', [
  {
    within: 'lowestFit',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'const base = leaf * LEAF_SPAN;',
        after: 'const base = leaf / LEAF_SPAN;',
      },
      {
        mutator: 'ArithmeticOperator',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (start < base - LEAF_SPAN) return start;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (false) return start;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (start < base + LEAF_SPAN) return start;',
        after: 'if (start >= base + LEAF_SPAN) return start;',
      },
      { mutator: 'BlockStatement', before: 'while (from < limit) { … }', after: 'while (from < limit) {}' },
    ],
  },
  {
    within: 'sparseFit',
    reason: 'The search comes back to where it was: the place to go on from does not move forward.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'start = alignUp(firstFree(words, held + 1, end), section, alignment);',
        after: 'start = alignUp(firstFree(words, held - 1, end), section, alignment);',
      },
      { mutator: 'BlockStatement', before: 'while (start < end) { … }', after: 'while (start < end) {}' },
    ],
  },
]);
