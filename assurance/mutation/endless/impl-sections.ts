/** Mutants of `impl/sections.ts` that do not come to an end. */
import { type Listed, listed } from '../listed.ts';

export const IMPL_SECTIONS: readonly Listed[] = listed('impl/sections.ts', [
  {
    within: 'sectionBelow',
    reason: 'The interval that is halved never becomes empty.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'if (sections.list[middle].base <= frame) low = middle + 1;',
        after: 'if (sections.list[middle].base <= frame) low = middle - 1;',
      },
      { mutator: 'BlockStatement', before: 'while (low < high) { … }', after: 'while (low < high) {}' },
    ],
  },
  {
    within: 'sectionOfOrdinal',
    reason: 'The interval that is halved never becomes empty.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: 'if (sections.list[middle].first <= ordinal) low = middle + 1;',
        after: 'if (sections.list[middle].first <= ordinal) low = middle - 1;',
      },
      { mutator: 'BlockStatement', before: 'while (low < high) { … }', after: 'while (low < high) {}' },
    ],
  },
]);
